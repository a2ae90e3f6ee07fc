#!/usr/bin/env python3
from cigen.sdk import Fragment, GenerateRequest, GenerateResult, MergeStrategy, Plugin, serve


class Own(Plugin):
    def generate(self, request: GenerateRequest) -> GenerateResult:
        return GenerateResult((Fragment(".github/workflows/ci.yml", "jobs: [\n", MergeStrategy.MERGE),))


if __name__ == "__main__":
    serve(Own(), __file__)
