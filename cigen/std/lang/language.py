"""What finding a language's version has in common: version files, what the manifest allows, the default.

Owns: the order (the project's own files, then the root's; version files, then tool files) and the wording of what does
not fit. Refuses: spellings, which each language normalises itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cigen.sdk import CigSchema, DetectResult, Fact, Location
from cigen.std.declared import DeclaredFiles
from cigen.std.lang.ranges import Range, may_satisfy
from cigen.std.lang.toolfiles import declared_tools
from cigen.std.report import Report
from cigen.std.wishes import Chosen, Wish, choose_version

__all__ = [
    "Language",
    "declared_version",
    "default_version",
    "report_disagreement",
    "version_only",
    "version_or_default",
]


@dataclass(frozen=True, slots=True)
class Language:
    """A language. `files`: its own version files; `last`: one that is believed after the tool files.

    tool: as in `{tool}_version`. names: in tool files. normal: a version as written → as setup tools take it, or empty.
    lines: release lines to choose from when a requirement allows several, the default first. prefix: of its codes.
    """

    tool: str
    title: str
    prefix: str
    names: tuple[str, ...]
    files: tuple[str, ...]
    lines: tuple[str, ...]
    example: str
    normal: Callable[[str], str]
    last: str = ""

    @property
    def default(self) -> str:
        """What runs when nobody says anything; `[inputs]` of module.toml names the same."""
        return self.lines[0]


def declared_version(language: Language, files: DeclaredFiles, directory: str, report: Report) -> Fact | None:
    """The version that a version file names, of the project's directory or else of the root."""
    for place in dict.fromkeys((directory, "")):
        for text, source in _written(language, files, place):
            version = language.normal(text)
            if version:
                return Fact(f"{language.tool}_version", version, source)
            if text != "system":
                report.warning(
                    f"{language.prefix}_002",
                    f'"{source}" names {language.title} "{text[:40]}", which is no version',
                    hint=f"write a number such as {language.example}",
                    at=Location(source),
                )
    return None


def _written(language: Language, files: DeclaredFiles, directory: str) -> list[tuple[str, str]]:
    """(text, file), in the order in which they are believed."""
    own = [(_first_line(files, directory + name), directory + name) for name in language.files]
    tools = declared_tools(files, directory, language.names)
    last = [(_first_line(files, directory + language.last), directory + language.last)] if language.last else []
    return [(text, source) for text, source in (*own, *tools, *last) if text]


def _first_line(files: DeclaredFiles, path: str) -> str:
    lines = (line.partition("#")[0].strip() for line in files.text(path).splitlines())
    return next((line for line in lines if line), "")


def report_disagreement(
    language: Language, found: Fact, allowed: Range | None, manifest: str, wanted: str, report: Report
) -> None:
    """Say so if the version that a version file names is not one that the manifest allows."""
    if allowed is None or not found.value[:1].isdigit() or may_satisfy(found.value, allowed):
        return
    report.warning(
        f"{language.prefix}_003",
        f'"{found.source}" says {language.title} {found.value}, which "{manifest}" does not allow: {wanted}',
        hint=f"make {found.source} and {manifest} agree",
        at=Location(found.source),
    )


def default_version(language: Language, facts: Sequence[Fact], manifest: str) -> tuple[Fact, ...]:
    """For `cig init`: the version to write into cig.toml, so that it stays, where the project names none."""
    source = manifest or next((fact.source for fact in facts), "")
    if not source or any(fact.name == f"{language.tool}_version" for fact in facts):
        return ()
    return (Fact(f"{language.tool}_default_version", language.default, source),)


def version_or_default(language: Language, wish: Wish, schema: CigSchema, fact: Fact | None, report: Report) -> Chosen:
    """The version for a job; the default, with a warning, where nobody says anything."""
    chosen = choose_version(wish, schema, language.tool, fact)
    if chosen.value:
        return chosen
    variable = f"{language.tool.upper()}_VERSION"
    report.warning(
        f"{language.prefix}_004",
        f"no {language.title} version is declared anywhere; {language.title} {language.default} is used",
        hint=f"write one to {language.files[0]}, or set {variable} under [variables]: the default changes over time",
        key=wish.key,
    )
    return Chosen(language.default)


def version_only(language: Language, files: DeclaredFiles, report: Report) -> DetectResult:
    """What there is to say without a project: a version file of its own enables the language, a tool file does not."""
    fact = declared_version(language, files, "", report)
    if fact is None:
        return DetectResult(diagnostics=report.found)
    own = fact.source in language.files
    return DetectResult(
        signals=(f"{language.tool}_detected",) if own else (),
        facts=(fact,),
        confidence=0.5 if own else 0.3,
        summary=f"{language.title} {fact.value}",
        packages=(language.tool,) if own else (),
        diagnostics=report.found,
    )
