#!/usr/bin/env python3
from cigen.sdk import Fragment, GenerateRequest, GenerateResult, MergeStrategy, Plugin, serve


class Own(Plugin):
    def generate(self, request: GenerateRequest) -> GenerateResult:
        return GenerateResult((Fragment(".drone.yml", "kind: pipeline\n", MergeStrategy.APPEND),))


if __name__ == "__main__":
    serve(Own(), __file__)
