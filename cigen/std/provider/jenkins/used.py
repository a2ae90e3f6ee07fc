"""What a file turns out to need while it is drawn up: plugins of Jenkins, and functions of `runtime.py`."""

from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["PLUGINS", "Used"]

PLUGINS = {
    "workflow-aggregator": "the pipeline, its stages and its steps",
    "pipeline-model-definition": "pipeline { }",
    "credentials-binding": "secrets",
    "docker-workflow": "jobs in containers",
    "git": "checkout",
    "junit": "test results",
    "lockable-resources": "concurrency",
    "pipeline-build-step": "jobs that start another pipeline",
    "pipeline-input-step": "jobs that wait for a person",
    "pipeline-milestone-step": "newer builds that replace older ones",
    "plain-credentials": 'secrets of the kind "Secret text"',
}
"""Ids of plugins, as the plugin manager lists them, and what a pipeline wants each for."""


@dataclass(slots=True)
class Used:
    """Filled while jobs are rendered."""

    plugins: set[str] = field(default_factory=lambda: {"workflow-aggregator"})
    functions: set[str] = field(default_factory=set)

    def plugin(self, *ids: str) -> None:
        """The file cannot work without these plugins."""
        self.plugins.update(ids)

    def function(self, *names: str) -> None:
        """The file calls these functions of the runtime."""
        self.functions.update(names)

    def listed(self) -> Iterable[tuple[str, str]]:
        """The plugins with their purpose, in the order of the table."""
        return [(id, purpose) for id, purpose in PLUGINS.items() if id in self.plugins]
