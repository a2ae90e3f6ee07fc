"""What `cig validate` found."""

from dataclasses import dataclass

from cigen.cli.present.document import document_text
from cigen.cli.report import diagnostics_json
from cigen.model.diagnostics import Diagnostic

__all__ = ["ValidateView", "validate_json", "validate_text"]


@dataclass(frozen=True, slots=True)
class ValidateView:
    """The jobs and files that were checked, and what is wrong with them."""

    jobs: tuple[str, ...]
    files: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def validate_text(view: ValidateView) -> str:
    """One line, for a project with nothing wrong."""
    return f"Valid: {_count(len(view.jobs), 'job')}, {_count(len(view.files), 'file')}.\n"


def validate_json(view: ValidateView, config_text: bytes | None) -> str:
    """`cig.validate/1`: docs/cli.md."""
    found = diagnostics_json(view.diagnostics, config_text=config_text)
    return document_text(
        "cig.validate/1", {"jobs": sorted(view.jobs), "files": sorted(view.files), "diagnostics": found}
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
