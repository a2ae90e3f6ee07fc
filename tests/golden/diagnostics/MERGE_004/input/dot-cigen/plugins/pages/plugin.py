#!/usr/bin/env python3
from cigen.sdk import Fragment, GenerateRequest, GenerateResult, Plugin, serve


class Own(Plugin):
    def generate(self, request: GenerateRequest) -> GenerateResult:
        return GenerateResult((Fragment("README.md", "mine\n"),))


if __name__ == "__main__":
    serve(Own(), __file__)
