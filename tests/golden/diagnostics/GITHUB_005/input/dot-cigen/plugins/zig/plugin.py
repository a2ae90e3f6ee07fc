#!/usr/bin/env python3
from cigen.sdk import PlanRequest, PlanResult, Plugin, Resource, Step, StepGroup, Tool, serve


class Own(Plugin):
    def plan(self, request: PlanRequest) -> PlanResult:
        return PlanResult((Resource("zig", steps=StepGroup("test", steps=(Step("zig", tool=Tool("zig", "0.14")),))),))


if __name__ == "__main__":
    serve(Own(), __file__)
