#!/usr/bin/env python3
from cigen.sdk import Job, PlanRequest, PlanResult, Plugin, Resource, Run, Step, serve


class Own(Plugin):
    def plan(self, request: PlanRequest) -> PlanResult:
        return PlanResult((Resource("nightly", job=Job("nightly", steps=(Step("run", run=Run("make")),), caches=("gems",))),))


if __name__ == "__main__":
    serve(Own(), __file__)
