"""What has to be said when a workflow is started by hand, for CI systems that start it without."""

from cigen.sdk import ManualInput, Workflow
from cigen.std.ci.workflows import effective_triggers

__all__ = ["must_be_given"]


def must_be_given(workflow: Workflow) -> tuple[ManualInput, ...]:
    """The required inputs that nothing answers but whoever starts the workflow. A flag is false where nobody does."""
    manual = effective_triggers(workflow).manual
    asked = manual.inputs if manual else ()
    return tuple(one for one in asked if one.required and not one.default and one.type != "boolean")
