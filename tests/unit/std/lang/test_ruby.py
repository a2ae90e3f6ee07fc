"""lang/ruby: which version, which gems, which steps."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.model.resources import Checkout, Job, Matrix, MatrixAxis, MatrixRow, ModuleUse, Pair, Runner, Step
from cigen.std.lang.ruby.plugin import PLUGIN
from cigen.std.lang.ruby.versions import normal_version

Call = Callable[..., Any]

LOCK = """GEM
  remote: https://rubygems.org/
  specs:
    rails (7.1.2)
      railties (= 7.1.2)
    railties (7.1.2)
    rspec-core (3.12.2)
    pg (1.5.4-x86_64-linux)

PLATFORMS
  arm64-darwin-23
  x86_64-linux

DEPENDENCIES
  rails (~> 7.1)
  rspec-rails!

RUBY VERSION
   ruby 3.2.2p53

BUNDLED WITH
   2.6.3
"""


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("3.3.0", "3.3.0"),
        ("3.3", "3.3"),
        ("3", "3"),
        ("ruby-3.3.0", "3.3.0"),
        ("ruby-3.3.0@blog", "3.3.0"),
        ("2.6.10p210", "2.6.10"),
        ("ruby-2.6.10-p210", "2.6.10"),
        ("3.4.0-preview2", "3.4.0-preview2"),
        ("3.4.0-rc1", "3.4.0-rc1"),
        ("3.5-dev", "3.5-dev"),
        ("jruby-9.4.5.0", "jruby-9.4.5.0"),
        ("jruby", "jruby"),
        ("truffleruby-24.0.0", "truffleruby-24.0.0"),
        ("truffleruby+graalvm-24.0.0", "truffleruby+graalvm-24.0.0"),
        ("ruby-head", "head"),
        ("  3.3.0  ", "3.3.0"),
        ("system", ""),
        ("three", ""),
        ("3.3.0; curl evil", ""),
    ],
)
def test_spellings_of_a_version(written: str, normal: str) -> None:
    assert normal_version(written) == normal


@given(st.text())
def test_a_version_never_holds_what_a_shell_would_read(text: str) -> None:
    assert not set(normal_version(text)) & set(" ;&|$`'\"<>()\n")


@pytest.mark.parametrize(
    ("files", "value", "source"),
    [
        ({".ruby-version": "ruby-3.3.0\n"}, "3.3.0", ".ruby-version"),
        ({".ruby-version": "# ours\n3.3.0 # why\n"}, "3.3.0", ".ruby-version"),
        ({".ruby-version": "3.3.0\n".encode("utf-16")}, "3.3.0", ".ruby-version"),
        ({".ruby-version": b"\xef\xbb\xbf3.3.0\r\n"}, "3.3.0", ".ruby-version"),
        ({".ruby-version": "system", ".tool-versions": "ruby 3.2.1\n"}, "3.2.1", ".tool-versions"),
        ({".tool-versions": "nodejs 20.1.0\nruby 3.2.1 system # two\n"}, "3.2.1", ".tool-versions"),
        ({".tool-versions": "ruby system 3.2.1"}, "3.2.1", ".tool-versions"),
        ({".tool-versions": "# ruby 3.0.0\nruby 3.2.1# why"}, "3.2.1", ".tool-versions"),
        ({"mise.toml": '[tools]\nruby = "3.3"'}, "3.3", "mise.toml"),
        ({".mise.toml": '[tools]\nruby = ["3.3.1", "3.2"]'}, "3.3.1", ".mise.toml"),
        ({".config/mise.toml": '[tools]\nruby = { version = "3.1" }'}, "3.1", ".config/mise.toml"),
        ({"Gemfile": 'ruby "3.3.0"'}, "3.3.0", "Gemfile"),
        ({"Gemfile": "  ruby('3.3.0')"}, "3.3.0", "Gemfile"),
        ({"Gemfile": "ruby '~> 3.2.0'"}, "3.2", "Gemfile"),
        ({"Gemfile": "ruby '>= 3.1', '< 3.3'"}, "3.2", "Gemfile"),
        ({"Gemfile": 'ruby "2.6.8", engine: "jruby", engine_version: "9.3.9.0"'}, "jruby-9.3.9.0", "Gemfile"),
        ({"Gemfile": 'ruby "2.6.8", :engine => "jruby", :engine_version => "9.3.9.0"'}, "jruby-9.3.9.0", "Gemfile"),
        ({"Gemfile": 'ruby "3.3.0", patchlevel: "0"'}, "3.3.0", "Gemfile"),
        ({"Gemfile": 'ruby file: ".ruby-version"', ".ruby-version": "3.3.1"}, "3.3.1", ".ruby-version"),
        ({"Gemfile": "ruby '~> 3.2'", "Gemfile.lock": LOCK}, "3.2.2", "Gemfile.lock"),
        ({"gems.rb": "", "gems.locked": LOCK}, "3.2.2", "gems.locked"),
        ({"Gemfile": "", "Gemfile.lock": "RUBY VERSION\n   ruby 3.4.0.preview1\n"}, "3.4.0-preview1", "Gemfile.lock"),
        (
            {"Gemfile": "", "Gemfile.lock": "RUBY VERSION\n   ruby 3.1.4p0 (jruby 9.4.8.0)\n"},
            "jruby-9.4.8.0",
            "Gemfile.lock",
        ),
        ({"api/Gemfile": "", ".ruby-version": "3.3.0"}, "3.3.0", ".ruby-version"),
        ({"api/Gemfile": "", "api/.ruby-version": "3.1.0", ".ruby-version": "3.3.0"}, "3.1.0", "api/.ruby-version"),
    ],
)
def test_the_version_and_the_file_that_says_so(
    files: dict[str, Any], value: str, source: str, request_for: Call, facts_of: Call
) -> None:
    result = PLUGIN.detect(request_for(files))
    assert facts_of(result)["ruby_version"] == (value, source)
    assert result.summary == f"Ruby {value}"
    assert result.diagnostics == ()


@pytest.mark.parametrize(
    "gemfile", ["# ruby '3.3.0'", "ruby ENV['RUBY']", "ruby File.read('.ruby-version')", "", "ruby_version '3.3.0'"]
)
def test_what_a_gemfile_computes_is_not_guessed(gemfile: str, request_for: Call, facts_of: Call) -> None:
    result = PLUGIN.detect(request_for({"Gemfile": gemfile}))
    assert "ruby_version" not in facts_of(result)
    assert result.summary == "Ruby"


def test_everything_that_a_lockfile_says(request_for: Call, facts_of: Call) -> None:
    result = PLUGIN.detect(request_for({"Gemfile": "", "Gemfile.lock": LOCK}))
    assert facts_of(result) == {
        "bundler_version": ("2.6.3", "Gemfile.lock"),
        "ruby_gemfile": ("Gemfile", "Gemfile"),
        "ruby_lockfile": ("Gemfile.lock", "Gemfile.lock"),
        "ruby_platforms": ("arm64-darwin-23 x86_64-linux", "Gemfile.lock"),
        "ruby_version": ("3.2.2", "Gemfile.lock"),
    }
    assert result.signals == ("has_gemfile", "has_gemfile_lock", "rails_detected", "rspec_detected", "ruby_detected")
    assert (result.confidence, result.packages) == (0.95, ("ruby",))


@pytest.mark.parametrize(
    ("gemfile", "signals"),
    [
        ("", {"has_gemfile", "ruby_detected"}),
        ("gem 'rspec'", {"has_gemfile", "rspec_detected", "ruby_detected"}),
        ("gem 'rails'", {"has_gemfile", "rails_detected", "ruby_detected"}),
    ],
)
def test_what_it_noticed(gemfile: str, signals: set[str], request_for: Call) -> None:
    assert set(PLUGIN.detect(request_for({"Gemfile": gemfile})).signals) == signals


@pytest.mark.parametrize(
    ("files", "confidence", "packages"),
    [
        ({"README.md": ""}, 0.0, ()),
        ({".ruby-version": "3.3.0"}, 0.5, ("ruby",)),
        ({".tool-versions": "ruby 3.3.0"}, 0.3, ()),
        ({"Gemfile": ""}, 0.95, ("ruby",)),
        ({"api/Gemfile": ""}, 0.7, ("ruby",)),
        ({"docs/Gemfile": ""}, 0.0, ()),
    ],
)
def test_how_sure_it_is(files: dict[str, str], confidence: float, packages: tuple[str, ...], request_for: Call) -> None:
    result = PLUGIN.detect(request_for(files))
    assert (result.confidence, result.packages) == (confidence, packages)


@pytest.mark.parametrize(
    ("files", "commands"),
    [
        ({"Gemfile": "", "Gemfile.lock": LOCK, "bin/rails": ""}, ["bundle exec rspec"]),
        (
            {"Gemfile": "", "Gemfile.lock": LOCK, "bin/rails": "", "config/database.yml": ""},
            ["bin/rails db:test:prepare RAILS_ENV=test", "bundle exec rspec"],
        ),
        (
            {"Gemfile": "gem 'rails'\ngem 'sqlite3'\ngem 'rubocop-rails-omakase'\ngem 'brakeman'", "bin/rails": "",
             "config/database.yml": ""},
            ["bundle exec rubocop", "bundle exec brakeman --no-pager", "bin/rails db:test:prepare RAILS_ENV=test",
             "bin/rails test"],
        ),
        ({"Gemfile": "gem 'rails'", "config/database.yml": ""}, ["bundle exec rails test"]),
        ({"Gemfile": "gem 'rspec'\ngem 'standard'"}, ["bundle exec standardrb", "bundle exec rspec"]),
        ({"Gemfile": "gemspec", "x.gemspec": "s.add_development_dependency 'rspec'"}, ["bundle exec rspec"]),
        (
            {"Gemfile": "gem 'bundler-audit'\ngem 'importmap-rails'", "bin/importmap": ""},
            ["bundle exec bundler-audit check --update", "bin/importmap audit"],
        ),
        ({"Gemfile": "", "Rakefile": "Minitest::TestTask.create"}, ["bundle exec rake test"]),
        ({"Gemfile": "# gem 'rspec'", "Rakefile": "task :build"}, []),
        ({"api/Gemfile": "gem 'rspec'"}, ["cd api && bundle exec rspec"]),
    ],
)  # fmt: skip
def test_commands_for_init(files: dict[str, str], commands: list[str], request_for: Call) -> None:
    assert list(PLUGIN.detect(request_for(files)).suggested_steps) == commands


def test_a_version_file_that_the_gemfile_forbids(request_for: Call, codes_of: Call) -> None:
    result = PLUGIN.detect(request_for({".ruby-version": "3.3.0", "Gemfile": "ruby '~> 3.2.0'"}))
    assert codes_of(result) == ["RUBY_003"]
    assert '"Gemfile" does not allow: ~> 3.2.0' in result.diagnostics[0].message
    assert result.diagnostics[0].location.file == ".ruby-version"


def test_a_version_that_is_none_is_named_and_passed_over(request_for: Call, facts_of: Call, codes_of: Call) -> None:
    result = PLUGIN.detect(request_for({".ruby-version": "newest please", "Gemfile": "ruby '3.3.0'"}))
    assert codes_of(result) == ["RUBY_002"]
    assert facts_of(result)["ruby_version"] == ("3.3.0", "Gemfile")


# -- plan --------------------------------------------------------------------------------------------------------------

PROJECT = {"Gemfile": "ruby '3.3.0'", "Gemfile.lock": LOCK.replace("3.2.2p53", "3.3.0p0")}


def job(**fields: Any) -> Job:
    return Job(**{"id": "test", "runner": "linux", "packages": ("ruby",), **fields})


def test_a_job_with_the_package(plan_with: Call, outline: Call) -> None:
    result = plan_with(PLUGIN, job(), Job("other", runner="linux"), files=PROJECT)
    assert outline(result) == [
        "test setup",
        "  setup-ruby: tool ruby 3.3.0",
        "  cache-bundler: cache bundler [vendor/bundle] ruby:3.3.0 <Gemfile.lock>",
        "  install-gems: bundle install --jobs 4 --retry 3",
        "test env BUNDLE_PATH=vendor/bundle",
        "test env BUNDLE_FROZEN=true",
    ]
    assert [step.name for step in result.resources[0].steps.steps] == ["Set up Ruby", "Cache gems", "Install gems"]
    assert result.resources[0].steps.order == 10
    assert result.diagnostics == ()


@pytest.mark.parametrize(
    ("matrix", "version"),
    [
        (Matrix((MatrixAxis("ruby", ("3.2", "3.3")),)), "{{ matrix.ruby }}"),
        (Matrix((MatrixAxis("ruby-version", ("3.2",)),)), "{{ matrix.ruby-version }}"),
        (Matrix(include=(MatrixRow((Pair("ruby", "3.2"),)), MatrixRow((Pair("ruby", "3.3"),)))), "{{ matrix.ruby }}"),
        (Matrix(include=(MatrixRow((Pair("ruby", "3.2"),)), MatrixRow((Pair("os", "x"),)))), "3.3.0"),
        (Matrix((MatrixAxis("os", ("linux",)),), include=(MatrixRow((Pair("ruby", "3.2"),)),)), "3.3.0"),
    ],
)
def test_the_matrix_decides_where_every_leg_has_a_value(
    matrix: Matrix, version: str, plan_with: Call, outline: Call
) -> None:
    lines = outline(plan_with(PLUGIN, job(matrix=matrix), files=PROJECT))
    assert lines[1] == f"  setup-ruby: tool ruby {version}"
    assert f"ruby:{version}" in lines[2]


def test_what_is_nearer_to_the_job_is_believed_first(plan_with: Call, outline: Call) -> None:
    axis = Matrix((MatrixAxis("ruby", ("3.2",)),))
    use = Step(id="u", module=ModuleUse("lang/ruby", "~1.2", (Pair("version", "3.0"),)))
    said: dict[str, Any] = {"variables": {"RUBY_VERSION": "3.1"}, "settings": {"version": '"3.4"'}}

    def version(**given: Any) -> str:
        one = given.pop("job", job())
        return str(outline(plan_with(PLUGIN, one, files=PROJECT, **given))[1].split()[-1])

    assert version() == "3.3.0"
    assert version(variables=said["variables"]) == "3.1"
    assert version(**said) == "3.4"
    assert version(job=job(matrix=axis), **said) == "}}"
    assert version(job=job(packages=(), matrix=axis, steps=(use,)), **said) == "3.0"


def test_nobody_names_a_version(plan_with: Call, outline: Call, codes_of: Call) -> None:
    result = plan_with(PLUGIN, job(), files={"Gemfile": "", "Gemfile.lock": ""})
    assert outline(result)[1] == "  setup-ruby: tool ruby 3.3"
    assert codes_of(result) == ["RUBY_004"]
    assert result.diagnostics[0].key == ("jobs", "test", "packages")


def test_without_a_gemfile_only_ruby_itself(plan_with: Call, outline: Call) -> None:
    assert outline(plan_with(PLUGIN, job(), variables={"RUBY_VERSION": "3.3"})) == [
        "test setup",
        "  setup-ruby: tool ruby 3.3",
    ]


def test_without_a_lockfile_nothing_is_frozen(plan_with: Call, outline: Call, codes_of: Call) -> None:
    result = plan_with(PLUGIN, job(), files={"Gemfile": "ruby '3.3.0'"})
    assert outline(result)[2:] == [
        "  cache-bundler: cache bundler [vendor/bundle] ruby:3.3.0 <Gemfile>",
        "  install-gems: bundle install --jobs 4 --retry 3",
        "test env BUNDLE_PATH=vendor/bundle",
    ]
    assert codes_of(result) == ["RUBY_005"]


def test_a_step_that_uses_the_module(plan_with: Call, outline: Call) -> None:
    inputs = (Pair("version", "3.2"), Pair("bundler_version", "2.6.3"), Pair("install_path", ".gems"))
    steps = (
        Step(id="first", module=ModuleUse("lang/ruby", "~1.2", inputs)),
        Step(id="x", module=ModuleUse("lang/node")),
    )
    assert outline(plan_with(PLUGIN, job(packages=(), steps=steps), files=PROJECT)) == [
        "test replace first",
        "  setup-ruby: tool ruby 3.2 bundler=2.6.3",
        "  cache-bundler: cache bundler [.gems] ruby:3.2 <Gemfile.lock>",
        "  install-gems: bundle install --jobs 4 --retry 3",
        "test env BUNDLE_PATH=.gems",
        "test env BUNDLE_FROZEN=true",
    ]


def test_a_step_that_runs_at_the_end(plan_with: Call, outline: Call) -> None:
    step = Step(id="last", module=ModuleUse("lang/ruby", "", (Pair("versoin", "3.2"),)))
    result = plan_with(PLUGIN, job(packages=(), cleanup=(step,)), files=PROJECT)
    assert outline(result)[0] == "test replace last"
    assert result.diagnostics[0].key == ("jobs", "test", "finally", 0, "with", "versoin")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("verison", "3.2", 'there is no input "verison"'),
        ("version", "3.2; rm -rf /", 'input "version" is "3.2; rm -rf /", which it cannot be'),
        ("install", "maybe", 'input "install" is neither true nor false'),
        ("directory", "../other", 'input "directory" is "../other", which it cannot be'),
        ("directory", "/etc", 'input "directory" is "/etc", which it cannot be'),
    ],
)
def test_a_wrong_input(name: str, value: str, says: str, plan_with: Call) -> None:
    step = Step(id="s", module=ModuleUse("lang/ruby", "", (Pair(name, value),)))
    (found,) = plan_with(PLUGIN, job(packages=(), steps=(step,)), files=PROJECT).diagnostics
    assert (found.code, found.level.value, found.message) == ("RUBY_006", "error", says)
    assert found.key == ("jobs", "test", "steps", 0, "with", name)


def test_the_accepted_inputs_are_listed(plan_with: Call) -> None:
    (found,) = plan_with(PLUGIN, job(), files=PROJECT, settings={"verison": '"3.2"'}).diagnostics
    assert found.hint == 'accepted inputs: "bundler_version", "directory", "install", "install_path", "version"'
    assert found.key == ("plugins", "lang/ruby", "settings", "verison")


def test_a_setting_that_lost_its_zero_is_not_taken(plan_with: Call) -> None:
    (found,) = plan_with(PLUGIN, job(), files=PROJECT, settings={"version": "3.1"}).diagnostics
    assert (found.code, found.message) == ("RUBY_006", 'input "version" is not text')


@pytest.mark.parametrize(
    ("fields", "kept", "where"),
    [
        ({"working_directory": "api"}, "api/vendor/bundle", ""),
        ({"working_directory": "./api/"}, "api/vendor/bundle", ""),
        ({"working_directory": "api/app/models"}, "api/vendor/bundle", " (in api)"),
        ({}, "vendor/bundle", ""),
        ({"working_directory": "lib"}, "vendor/bundle", " (in .)"),
    ],
)
def test_the_project_of_a_working_directory(
    fields: dict[str, str], kept: str, where: str, plan_with: Call, outline: Call
) -> None:
    files = {**PROJECT, "api/Gemfile": "ruby '3.1.0'", "api/Gemfile.lock": ""}
    lines = outline(plan_with(PLUGIN, job(**fields), files=files))
    assert f"[{kept}]" in lines[2]
    assert lines[3].endswith(f"bundle install --jobs 4 --retry 3{where}")


def test_the_job_says_where_gems_go(plan_with: Call, outline: Call) -> None:
    lines = outline(plan_with(PLUGIN, job(env=(Pair("BUNDLE_PATH", "/opt/gems"),)), files=PROJECT))
    assert "[/opt/gems]" in lines[2]


@pytest.mark.parametrize("fields", [{"checkout": Checkout(disabled=True)}, {"steps": ()}])
def test_without_the_source_nothing_is_installed(fields: dict[str, Any], plan_with: Call, outline: Call) -> None:
    lines = outline(plan_with(PLUGIN, job(**fields), files=PROJECT))
    assert ("  install-gems: bundle install --jobs 4 --retry 3" in lines) == ("checkout" not in fields)


@pytest.mark.parametrize(
    ("platforms", "runner", "missing"),
    [
        ("arm64-darwin-23", "linux", ["linux"]),
        ("arm64-darwin-23", "macos", []),
        ("x86_64-linux", "linux", []),
        ("aarch64-linux-gnu", "linux", []),
        ("ruby", "linux", []),
        ("x86_64-linux", "windows", ["windows"]),
        ("x86_64-linux", "{{ matrix.os }}", ["macos"]),
    ],
)
def test_a_lockfile_made_on_another_system(platforms: str, runner: str, missing: list[str], plan_with: Call) -> None:
    matrix = Matrix((MatrixAxis("os", ("linux", "macos-15")),)) if "{{" in runner else None
    files = {"Gemfile": "ruby '3.3.0'", "Gemfile.lock": f"PLATFORMS\n  {platforms}\n"}
    result = plan_with(PLUGIN, job(runner=runner, matrix=matrix), files=files)
    assert [d.code for d in result.diagnostics] == ["RUBY_007"] * len(missing)
    assert all(
        d.message.endswith(f"refuse it on {system}") for d, system in zip(result.diagnostics, missing, strict=True)
    )


def test_the_resolved_machine_tells_the_system(plan_with: Call) -> None:
    files = {"Gemfile": "ruby '3.3.0'", "Gemfile.lock": "PLATFORMS\n  x86_64-linux\n"}
    result = plan_with(PLUGIN, job(runner="big", machine=Runner("big", os="macos")), files=files)
    assert [d.code for d in result.diagnostics] == ["RUBY_007"]


def test_what_is_wrong_with_the_project_is_said_at_its_first_job(plan_with: Call, codes_of: Call) -> None:
    jobs = [Job(id=name, runner="linux", packages=("ruby",)) for name in ("test", "lint")]
    assert codes_of(plan_with(PLUGIN, *jobs, files={"Gemfile": ""})) == ["RUBY_004", "RUBY_005"]


@pytest.mark.parametrize(("gemfile", "default"), [("", "3.3"), ("ruby '3.4.1'", None)])
def test_init_is_told_a_version_where_the_project_names_none(
    gemfile: str, default: str | None, request_for: Call, facts_of: Call
) -> None:
    facts = facts_of(PLUGIN.detect(request_for({"Gemfile": gemfile})))
    assert facts.get("ruby_default_version", (None, ""))[0] == default


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"x.gemspec": "spec.required_ruby_version = '>= 3.2'"}, ("3.3", "x.gemspec")),
        ({"x.gemspec": 'spec.required_ruby_version = [">= 2.6", "< 3.2"] # old'}, ("3.1", "x.gemspec")),
        ({"x.gemspec": "# spec.required_ruby_version = '>= 3.4'"}, None),
        ({"x.gemspec": "s.required_ruby_version = '>= 2'", "Gemfile": "gemspec\nruby '3.4.1'"}, ("3.4.1", "Gemfile")),
    ],
)
def test_a_gem_says_which_ruby_it_is_for(
    files: dict[str, str], expected: tuple[str, str] | None, request_for: Call, facts_of: Call
) -> None:
    assert facts_of(PLUGIN.detect(request_for({"Gemfile": "gemspec", **files}))).get("ruby_version") == expected


def test_a_gem_needs_no_lockfile(plan_with: Call, outline: Call, codes_of: Call) -> None:
    files = {"Gemfile": "gemspec", "x.gemspec": "s.required_ruby_version = '>= 3.2'"}
    result = plan_with(PLUGIN, Job(id="test", runner="linux", packages=("ruby",)), files=files)
    assert codes_of(result) == []
    assert "  cache-bundler: cache bundler [vendor/bundle] ruby:3.3 <Gemfile> <x.gemspec>" in outline(result)
