"""Which Ruby a project wants: `.ruby-version`, the tool files, `Gemfile.lock`, `Gemfile`, a gem's specification.

Owns: their spellings and their order. A version is what setup tools take: `3.3.0`, `3.3`, `jruby-9.4.5.0`,
`truffleruby-24.0.0`, `head`.
"""

import re

from cigen.sdk import Fact
from cigen.std.declared import DeclaredFiles
from cigen.std.lang.language import Language, declared_version, report_disagreement
from cigen.std.lang.ranges import choose, parse_gem
from cigen.std.lang.ruby.bundle import Bundle
from cigen.std.report import Report

__all__ = ["RUBY", "normal_version", "ruby_version"]

_ENGINE = re.compile(r"(?:jruby|truffleruby(?:\+graalvm)?|mruby)(?:-[\w.+-]+)?")
_MRI = re.compile(r"(?:ruby-)?(\d+\.\d+(?:\.\d+)?)(-(?:preview|rc|alpha|beta|dev)\d*|\.dev)?(?:-?p-?\d+)?")
_NAMES = {"head": "head", "ruby-head": "head", "master": "head", "debug": "debug", "jruby-head": "jruby-head"}


def normal_version(text: str) -> str:
    """A version as written in a version file, as setup tools take it; empty if it is none.

    `ruby-3.3.0@gemset` is RVM's, `2.6.10p210` what `ruby -v` prints.
    """
    name = text.strip().partition("@")[0]
    if name in _NAMES:
        return _NAMES[name]
    if _ENGINE.fullmatch(name):
        return name
    found = _MRI.fullmatch(name)
    if found:
        return found[1] + (found[2] or "")
    return name if re.fullmatch(r"\d+", name) else ""


RUBY = Language(
    tool="ruby",
    title="Ruby",
    prefix="RUBY",
    names=("ruby",),
    files=(".ruby-version",),
    lines=("3.3", "3.4", "3.2", "3.1", "3.0", "2.7", "2.6"),
    example="3.3.0",
    normal=normal_version,
)


def ruby_version(files: DeclaredFiles, directory: str, bundle: Bundle, report: Report) -> Fact | None:
    """The version of the project in `directory`, and the file that says so."""
    found = declared_version(RUBY, files, directory, report)
    if found is None:
        return _of_bundle(bundle)
    allowed = parse_gem(bundle.ruby) if bundle.ruby else None
    report_disagreement(RUBY, found, allowed, bundle.ruby_source, ", ".join(bundle.ruby), report)
    return found


def _of_bundle(bundle: Bundle) -> Fact | None:
    if bundle.engine:
        return Fact("ruby_version", bundle.engine, bundle.gemfile)
    if bundle.locked_ruby:
        return Fact("ruby_version", bundle.locked_ruby, bundle.lockfile)
    allowed = parse_gem(bundle.ruby) if bundle.ruby else None
    version = choose(allowed, RUBY.lines) if allowed is not None else ""
    return Fact("ruby_version", version, bundle.ruby_source) if version else None
