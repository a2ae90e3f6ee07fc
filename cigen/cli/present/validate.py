"""`cig validate`: what was checked, where nothing was wrong; the diagnostics themselves go to stderr."""

from cigen.cli.present.document import document_text
from cigen.cli.report import diagnostics_json, summary
from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import Diagnostic, has_errors

__all__ = ["ValidateView", "validate_json", "validate_text"]


@dataclass(frozen=True, slots=True)
class ValidateView:
    """Ids of the jobs and paths of the files that were checked, as far as the pipeline came, and what was found."""

    jobs: tuple[str, ...]
    files: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


def validate_text(view: ValidateView) -> str:
    """One line: `Valid: 6 jobs, 1 file.`, with warnings counted."""
    jobs = f"{len(view.jobs)} job{'' if len(view.jobs) == 1 else 's'}"
    files = f"{len(view.files)} file{'' if len(view.files) == 1 else 's'}"
    found = summary(view.diagnostics)
    return f"Valid: {jobs}, {files}{f'; {found}' if found else ''}.\n"


def validate_json(view: ValidateView, config_text: bytes | None) -> str:
    """`cig.validate/1`: docs/cli.md."""
    fields = {
        "valid": not has_errors(view.diagnostics),
        "jobs": sorted(view.jobs),
        "files": sorted(view.files),
        "diagnostics": diagnostics_json(view.diagnostics, config_text),
    }
    return document_text("cig.validate/1", fields)
