"""`package` and `only_groups`: installing one package of a workspace, or groups of dependencies, and nothing else.

Owns: who can do that, and what does not go with it. A signature then holds this part of the lockfile and not all of it,
so nothing that is found out or set for all jobs is installed beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cigen.std.inputs import Given
from cigen.std.lang.python.install import TITLES_OF_INSTALLERS
from cigen.std.report import Report
from cigen.std.wishes import Wish

__all__ = ["SELECTING", "check_part"]

SELECTING = ("package", "only_groups")
"""The inputs that select a part of the lockfile."""

_BY: Mapping[str, tuple[str, ...]] = {"package": ("uv",), "only_groups": ("uv", "poetry")}


@dataclass(frozen=True, slots=True)
class _Wrong:
    what: str
    hint: str


def check_part(wish: Wish, installer: str, lockfile: str, *, known: bool, report: Report) -> bool:
    """Whether what the step selects can be installed alone; if not, that is reported. known: there is a project."""
    for name in SELECTING:
        if name in wish.own:
            wrong = _wrong(name, wish, installer, lockfile, known)
            if wrong is not None:
                report.error(
                    "PYTHON_006", f'input "{name}" {wrong.what}', hint=wrong.hint, key=(*wish.key, "with", name)
                )
                return False
    return True


def _wrong(name: str, wish: Wish, installer: str, lockfile: str, known: bool) -> _Wrong | None:
    title = TITLES_OF_INSTALLERS[installer]
    if installer not in _BY[name]:
        named = " and ".join(TITLES_OF_INSTALLERS[one] for one in _BY[name])
        return _Wrong(f"is of {named}, and this project uses {title}", "leave it out: the whole project is installed")
    if not wish.installs:
        return _Wrong("says what is installed, where nothing is", "leave it out, or install and check the project out")
    if not known:
        return _Wrong("needs a project, and none was found", "give the directory that pyproject.toml stands in")
    if not lockfile:
        return _Wrong(f"needs a lockfile of {title}", f"run `{installer} lock` and commit the result")
    return _beside(name, wish.own)


def _beside(name: str, own: Given) -> _Wrong | None:
    """What the same step says and does not go with it."""
    other = next((one for one in ("groups", "extras") if name == "only_groups" and own.items(one)), "")
    if other:
        return _Wrong(f'leaves out everything else, also what "{other}" names', f'leave out one of them: "{other}"')
    if name == "package" and own.items("groups"):
        # A group that the package does not have is that of the root, and so no part of the package.
        what = 'has default groups alone, since uv looks for what "groups" names at the root as well'
        return _Wrong(what, 'leave out "groups", and list them as default-groups in the package\'s [tool.uv]')
    if name == "only_groups" and not own.items(name):
        return _Wrong("names no group", 'write their names: "lint", or "lint, types"')
    return None
