#!/usr/bin/env python3
"""`lang/ruby`: detects a Ruby project and sets it up in the jobs that ask for it."""

import shlex

from cigen.sdk import (
    DetectRequest,
    DetectResult,
    Fact,
    PlanRequest,
    PlanResult,
    Plugin,
    serve,
)
from cigen.std.declared import DeclaredFiles
from cigen.std.lang.language import default_version, version_only
from cigen.std.lang.projects import by_name, project_directories, project_facts
from cigen.std.lang.ruby.bundle import Bundle, read_bundle
from cigen.std.lang.ruby.commands import suggested_commands
from cigen.std.lang.ruby.findings import TITLES
from cigen.std.lang.ruby.planning import plan_ruby
from cigen.std.lang.ruby.versions import RUBY, ruby_version
from cigen.std.report import Report

__all__ = ["PLUGIN", "Ruby"]

_MANIFESTS = ("Gemfile", "gems.rb")
_LOCKFILES = ("Gemfile.lock", "gems.locked")


class Ruby(Plugin):
    """Ruby, Bundler and the project's gems."""

    def detect(self, request: DetectRequest) -> DetectResult:
        """Versions, the Gemfile, the lockfile; Rails and the test tools for `cig init`."""
        report = Report(TITLES)
        files = DeclaredFiles(request.repo, report, "RUBY_001")
        directories = project_directories(files, _MANIFESTS, _LOCKFILES)
        if not directories:
            return version_only(RUBY, files, report)
        bundles = [(directory, read_bundle(files, directory)) for directory in directories]
        projects = [(directory, _facts(files, directory, bundle, report)) for directory, bundle in bundles]
        main, bundle = bundles[0]
        enter = f"cd {shlex.quote(main.rstrip('/'))} && " if main else ""
        commands = suggested_commands(files, bundle)
        facts = project_facts("ruby", projects)
        facts += default_version(RUBY, facts, bundle.gemfile)
        return DetectResult(
            signals=_signals(bundle),
            facts=by_name(facts),
            confidence=0.7 if main else 0.95,
            summary=_summary(facts),
            packages=("ruby",),
            suggested_steps=tuple(enter + command for command in commands),
            diagnostics=report.found,
        )

    def plan(self, request: PlanRequest) -> PlanResult:
        """Steps for every job that lists the package `ruby`, and for every step that uses the module."""
        return plan_ruby(request)


PLUGIN = Ruby()


def _facts(files: DeclaredFiles, directory: str, bundle: Bundle, report: Report) -> list[Fact]:
    version = ruby_version(files, directory, bundle, report)
    facts = [version] if version else []
    facts.append(Fact("ruby_gemfile", bundle.gemfile, bundle.gemfile))
    if bundle.lockfile:
        facts.append(Fact("ruby_lockfile", bundle.lockfile, bundle.lockfile))
    if bundle.gemspec:
        facts.append(Fact("ruby_gemspec", bundle.gemspec, bundle.gemspec))
    if bundle.platforms:
        facts.append(Fact("ruby_platforms", " ".join(bundle.platforms), bundle.lockfile))
    if bundle.bundler:
        facts.append(Fact("bundler_version", bundle.bundler, bundle.lockfile))
    return facts


def _signals(bundle: Bundle) -> tuple[str, ...]:
    seen = {
        "ruby_detected": True,
        "has_gemfile": bool(bundle.gemfile),
        "has_gemfile_lock": bool(bundle.lockfile),
        "rails_detected": bool(bundle.gems & {"rails", "railties"}),
        "rspec_detected": "rspec-core" in bundle.gems or "rspec" in bundle.direct,
    }
    return tuple(sorted(name for name, true in seen.items() if true))


def _summary(facts: tuple[Fact, ...]) -> str:
    version = next((fact.value for fact in facts if fact.name == "ruby_version"), "")
    return f"Ruby {version}".rstrip()


if __name__ == "__main__":
    serve(PLUGIN, __file__)
