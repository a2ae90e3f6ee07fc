"""`cig plugin test`: a line for each check, and below one that failed what was sent, what came and what should have."""

from dataclasses import asdict, dataclass

from cigen.cli.glyphs import one_line
from cigen.cli.present.document import document_text
from cigen.cli.terminal import Paint
from cigen.sdk.conformance import Verdict

__all__ = ["TestView", "test_json", "test_line", "test_summary"]

_COLUMN = 20


@dataclass(frozen=True, slots=True)
class TestView:
    """What came of all checks of one plugin."""

    plugin: str
    version: str
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(verdict.passed for verdict in self.verdicts)


def test_line(verdict: Verdict, paint: Paint) -> str:
    """One check."""
    mark = paint("32", "✓") if verdict.passed else paint("31", "✗")
    lines = [f"{mark} {verdict.id:<{_COLUMN}}{one_line(verdict.title)}"]
    if not verdict.passed:
        told = (("sent:", verdict.sent), ("got:", verdict.got), ("expected:", verdict.expected))
        lines += [f"    {label:<10}{one_line(text)}" for label, text in told]
    return "\n".join(lines) + "\n"


def test_summary(view: TestView) -> str:
    """The last line: how many checks, and how many of them failed."""
    count = len(view.verdicts)
    failed = sum(not verdict.passed for verdict in view.verdicts)
    plugin = one_line(f"{view.plugin} {view.version}".strip())
    checks = f"{count} check{'' if count == 1 else 's'}"
    return f"\n{plugin}: {checks}, {f'{failed} failed' if failed else 'all passed'}.\n"


def test_json(view: TestView) -> str:
    """`cig.plugin-test/1`: docs/cli.md."""
    fields = {
        "plugin": view.plugin,
        "version": view.version,
        "passed": view.passed,
        "checks": [asdict(verdict) for verdict in view.verdicts],
    }
    return document_text("cig.plugin-test/1", fields)
