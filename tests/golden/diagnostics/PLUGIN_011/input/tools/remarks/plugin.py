#!/usr/bin/env python3
from cigen.sdk import DetectRequest, DetectResult, Plugin, serve


class Own(Plugin):
    def detect(self, request: DetectRequest) -> DetectResult:
        return DetectResult()


if __name__ == "__main__":
    serve(Own(), __file__)
