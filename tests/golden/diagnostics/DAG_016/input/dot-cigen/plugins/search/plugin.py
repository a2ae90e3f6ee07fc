#!/usr/bin/env python3
from cigen.sdk import Job, JobService, PlanRequest, PlanResult, Plugin, Resource, Service, serve


class Own(Plugin):
    def plan(self, request: PlanRequest) -> PlanResult:
        return PlanResult((Resource("search", service=JobService("test", Service("search", ports=(9200,)))),))


if __name__ == "__main__":
    serve(Own(), __file__)
