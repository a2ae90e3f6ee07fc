#!/usr/bin/env python3
"""Answers every hook with something that shows what it was asked."""

from cigen.sdk import (
    DetectRequest,
    DetectResult,
    Fact,
    Fragment,
    GenerateRequest,
    GenerateResult,
    PlanRequest,
    PlanResult,
    Plugin,
    PreflightRequest,
    PreflightResult,
    Resource,
    ValidateRequest,
    ValidateResult,
    serve,
)


class Echo(Plugin):
    def detect(self, request: DetectRequest) -> DetectResult:
        facts = tuple(Fact(file.path, str(len(file.content))) for file in request.repo.files)
        return DetectResult(signals=("seen",), facts=facts, confidence=0.9)

    def plan(self, request: PlanRequest) -> PlanResult:
        assert request.schema is not None
        return PlanResult(tuple(Resource(f"job:{job.id}", job=job) for job in request.schema.jobs))

    def generate(self, request: GenerateRequest) -> GenerateResult:
        return GenerateResult(tuple(Fragment(output.path, request.target) for output in request.outputs))

    def validate(self, request: ValidateRequest) -> ValidateResult:
        return ValidateResult()

    def preflight(self, request: PreflightRequest) -> PreflightResult:
        return PreflightResult(should_run=True, reason=request.job_id)


PLUGIN = Echo()

if __name__ == "__main__":
    serve(PLUGIN, __file__)
