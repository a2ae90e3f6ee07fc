#!/usr/bin/env python3
from cigen.sdk import DetectRequest, DetectResult, Fact, Plugin, serve


class Own(Plugin):
    def detect(self, request: DetectRequest) -> DetectResult:
        return DetectResult(facts=(Fact("ruby_version", "2.7.8", "legacy.ini"),), confidence=1.0)


if __name__ == "__main__":
    serve(Own(), __file__)
