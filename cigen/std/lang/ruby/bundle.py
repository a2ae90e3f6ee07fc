"""A Gemfile, its lockfile and a gem's specification, as far as a pipeline needs them.

Owns: the formats. A Gemfile is a Ruby program; only what is written plainly in it is understood, line by line, and
the rest is as if it were not there.
"""

import re
from dataclasses import dataclass

from cigen.std.declared import DeclaredFiles

__all__ = ["Bundle", "read_bundle"]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What the files say; a field is empty where they do not.

    ruby: the requirements of the Gemfile's `ruby`, or else of the gem that lives here; ruby_source: the file that has
    them. engine: `jruby-9.4.5.0`, if another engine is asked for. direct: names of the gems that the project itself
    names. gems: these and what they need.
    """

    gemfile: str = ""
    lockfile: str = ""
    gemspec: str = ""
    ruby: tuple[str, ...] = ()
    engine: str = ""
    ruby_source: str = ""
    locked_ruby: str = ""
    bundler: str = ""
    platforms: tuple[str, ...] = ()
    direct: frozenset[str] = frozenset()
    gems: frozenset[str] = frozenset()


_PAIRS = (("Gemfile", "Gemfile.lock"), ("gems.rb", "gems.locked"))

_RUBY = re.compile(r"""^[ \t]*ruby[ \t(]+(?=["'\[])(.*)$""", re.MULTILINE)
_GEM = re.compile(r"""^[ \t]*gem[ \t(]+["']([A-Za-z0-9_.-]+)["']""", re.MULTILINE)
_QUOTED = re.compile(r"""["']([^"'\n]*)["']""")
_OPTION = re.compile(r"""(?:\b(\w+):|:(\w+)[ \t]*=>)[ \t]*["']([^"'\n]*)["']""")
_DEPENDENCY = re.compile(r"""\.add_(?:development_|runtime_)?dependency[ \t(]+["']([A-Za-z0-9_.-]+)["']""")


_REQUIRED_RUBY = re.compile(r"""\.required_ruby_version[ \t]*=(.*)$""", re.MULTILINE)


def read_bundle(files: DeclaredFiles, directory: str) -> Bundle:
    """The bundle in a directory; an empty one if there is no Gemfile."""
    gemfile, lockfile = next((pair for pair in _PAIRS if directory + pair[0] in files), ("", ""))
    if not gemfile:
        return Bundle()
    ruby, engine, named = _read_gemfile(files.text(directory + gemfile))
    source, gemspec = directory + gemfile, ""
    for path in () if directory else files:
        if path.endswith(".gemspec"):
            gemspec = gemspec or path
            text = _uncommented(files.text(path))
            named |= set(_DEPENDENCY.findall(text))
            required = _REQUIRED_RUBY.search(text)
            if required and not ruby:
                ruby, source = tuple(_QUOTED.findall(required[1])), path
    if directory + lockfile not in files:
        return Bundle(
            directory + gemfile, "", gemspec, ruby, engine, source, direct=frozenset(named), gems=frozenset(named)
        )
    sections = _sections(files.text(directory + lockfile, lockfile=True))
    gems = {match[1] for match in re.finditer(r"(?m)^    ([A-Za-z0-9_.-]+)(?: \(|$)", sections.get("GEM", ""))}
    bundler = re.search(r"\d+\.\d+[\w.]*", sections.get("BUNDLED WITH", ""))
    return Bundle(
        directory + gemfile,
        directory + lockfile,
        gemspec,
        ruby,
        engine,
        source,
        locked_ruby=_locked_ruby(sections.get("RUBY VERSION", "")),
        bundler=bundler[0] if bundler else "",
        platforms=tuple(sections.get("PLATFORMS", "").split()),
        direct=frozenset(re.findall(r"(?m)^  ([A-Za-z0-9_.-]+)", sections.get("DEPENDENCIES", ""))) | named,
        gems=frozenset(gems) | named,
    )


def _locked_ruby(section: str) -> str:
    """`ruby 3.3.0p0`, `ruby 3.4.0.preview1`, `ruby 2.6.10p210 (jruby 9.3.9.0)`."""
    found = re.search(
        r"ruby (\d+\.\d+\.\d+)(?:\.?((?:preview|rc|dev)\d*))?(?:p\d+)?(?: \((\w+) ([\w.+-]+)\))?", section
    )
    if not found:
        return ""
    if found[3]:
        return f"{found[3]}-{found[4]}"
    return found[1] + (f"-{found[2]}" if found[2] else "")


def _read_gemfile(text: str) -> tuple[tuple[str, ...], str, set[str]]:
    plain = _uncommented(text)
    requirements: tuple[str, ...] = ()
    engine = ""
    found = _RUBY.search(plain)
    if found:
        options = {match[1] or match[2]: match[3] for match in _OPTION.finditer(found[1])}
        requirements = tuple(_QUOTED.findall(_OPTION.sub("", found[1])))
        if options.get("engine", "ruby") != "ruby":
            engine = "-".join(filter(None, (options["engine"], options.get("engine_version"))))
    return requirements, engine, set(_GEM.findall(plain))


def _uncommented(text: str) -> str:
    return re.sub(r"(?m)(?:^|(?<=\s))#.*$", "", text)


def _sections(text: str) -> dict[str, str]:
    """A lockfile's sections by heading; those that occur several times, one for each source, are joined."""
    sections: dict[str, str] = {}
    for part in re.split(r"(?m)^(?=[A-Z])", text):
        heading, _, body = part.partition("\n")
        sections[heading.strip()] = sections.get(heading.strip(), "") + body
    return sections
