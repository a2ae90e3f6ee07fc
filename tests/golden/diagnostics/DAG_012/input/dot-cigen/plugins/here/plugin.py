#!/usr/bin/env python3
from cigen.sdk import Job, JobEnv, Pair, PlanRequest, PlanResult, Plugin, Resource, serve


class Own(Plugin):
    def plan(self, request: PlanRequest) -> PlanResult:
        return PlanResult((Resource("env", env=JobEnv("test", (Pair("TZ", "Europe/Oslo"),))),))


if __name__ == "__main__":
    serve(Own(), __file__)
