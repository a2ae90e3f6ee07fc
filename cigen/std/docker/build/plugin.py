#!/usr/bin/env python3
"""`docker/build`: sets up Docker Buildx, and builds an image in place of a step."""

from cigen.sdk import (
    CigSchema,
    DetectRequest,
    DetectResult,
    PlanRequest,
    PlanResult,
    Plugin,
    Resource,
    Run,
    Step,
    Tool,
    serve,
)
from cigen.std.docker.build.command import build_command
from cigen.std.inputs import INSIDE, Input, Kind
from cigen.std.proposals import step_group
from cigen.std.report import Report
from cigen.std.wishes import Wish, wishes

__all__ = ["INPUTS", "MODULE", "PLUGIN", "TITLES", "DockerBuild"]

MODULE = "docker/build"
TITLES = {
    "DOCKER_001": "Wrong input",
    "DOCKER_002": "Push without a tag",
    "DOCKER_003": "Push that may be skipped",
}
INPUTS = {
    "context": Input(),
    "file": Input(pattern=INSIDE),
    "target": Input(pattern=r"[\w.-]+"),
    "tags": Input(Kind.LIST, pattern=r"\S+"),
    "build_args": Input(Kind.TABLE),
    "platforms": Input(Kind.LIST, pattern=r"[\w./-]+"),
    "push": Input(Kind.BOOLEAN),
}
_ORDER = 40


class DockerBuild(Plugin):
    """Docker Buildx and images."""

    def detect(self, request: DetectRequest) -> DetectResult:
        """A Dockerfile at the root says that images are built, not that CI should."""
        found = [file.path for file in request.repo.files]
        return DetectResult(("has_dockerfile",), confidence=0.3, summary="Docker") if found else DetectResult()

    def plan(self, request: PlanRequest) -> PlanResult:
        """Buildx for every job that lists `docker`, and a build in place of every step that uses the module."""
        report = Report(TITLES)
        schema = request.schema or CigSchema()
        resources: list[Resource] = []
        for wish in wishes(schema, MODULE, ("docker",), INPUTS, report, "DOCKER_001"):
            setup = Step(id="setup-docker", name="Set up Docker Buildx", tool=Tool("docker-buildx"))
            if not wish.replaces:
                resources.append(step_group(MODULE, wish, _ORDER, [setup]))
                continue
            steps = [] if "docker" in wish.job.packages else [setup]
            steps.append(Step(id="build-image", name=_name(wish), run=Run(build_command(wish.given))))
            _check(wish, report)
            resources.append(step_group(MODULE, wish, _ORDER, steps))
        return PlanResult(resources=tuple(resources), diagnostics=report.found)


PLUGIN = DockerBuild()


def _name(wish: Wish) -> str:
    target = wish.given.text("target")
    return f"Build image {target}" if target else "Build image"


def _check(wish: Wish, report: Report) -> None:
    if not wish.given.flag("push", False):
        return
    if not wish.given.items("tags"):
        report.error(
            "DOCKER_002",
            f'step "{wish.replaces}" of job "{wish.job.id}" pushes an image that has no tag',
            hint="add tags to its with",
            key=wish.key,
        )
    skip, inputs = wish.job.skip_if, wish.job.inputs
    if not wish.job.effects and ((skip and skip.paths_unmodified) or (inputs and inputs.files)):
        report.warning(
            "DOCKER_003",
            f'job "{wish.job.id}" pushes an image, and may be skipped because its files did not change',
            hint="set effects = true: then it always runs",
            key=("jobs", wish.job.id),
        )


if __name__ == "__main__":
    serve(PLUGIN, __file__)
