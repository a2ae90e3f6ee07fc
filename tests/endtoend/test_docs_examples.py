"""What docs/cli.md and README.md show is what happens.

A `console` block of docs/cli.md holds commands and what they print, data and messages alike. Digests, versions of
plugins, sizes of files and numbers of actions may differ: they change whenever a plugin does.
"""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/cli.md").read_text()
README = (ROOT / "README.md").read_text()
SECTIONS = [section.partition("\n") for section in PAGE.split("\n### ")]
BLOCKS = {title: block for title, _, text in SECTIONS for block in re.findall(r"(?ms)^```console\n(.*?)^```", text)}
SHOWN = ["cig plan", "cig render", "cig settings", "cig explain", "cig graph"]

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]

VARIES = {
    r"(?:cs1|sha256):[0-9a-f]{64}": "DIGEST",
    r"(/\w+)@\d+\.\d+\.\d+": r"\1@VERSION",
    r"\d+ lines; \d+ KB": "SIZE",
    r"\d+ actions\b": "NUMBER actions",
}

HEAD = 'version = "0.2"\n\n[project]\nname = "shop"\n\n'
CONFIGS = {
    "cig plan": """\
[jobs.test]
packages = ["ruby"]
matrix = { ruby = ["3.3", "3.4"], database = ["postgres", "sqlite"] }
steps = ["bundle exec rspec"]
""",
    "cig render": """\
[jobs.test]
packages = ["ruby"]
steps = ["bundle exec rspec"]

[jobs.nightly]
workflow = "nightly"
steps = ["bin/audit"]

[workflows.nightly]
on = { schedule = "0 3 * * *" }

[[outputs]]
provider = "github"
path = ".github/workflows/ci.yml"

[[outputs]]
provider = "github"
path = ".github/workflows/nightly.yml"
workflow = "nightly"
""",
    "cig settings": """\
[jobs.test]
packages = ["ruby"]
matrix = { ruby = ["3.3", "3.4"] }
steps = ["bundle exec rspec"]

[jobs.deploy]
needs = ["test"]
when = "default_branch and event == 'push'"
environment = "production"
secrets = ["DEPLOY_KEY"]
steps = ["bin/deploy"]
""",
    "cig explain": """\
[jobs.test]
packages = ["ruby"]
steps = ["bundle exec rspec"]
skip_if = { paths_unmodified = ["app/**", "Gemfile.lock"] }
""",
    "cig graph": """\
[runners.linux-small]
os = "linux"
github = { runs-on = "ubuntu-slim" }

[jobs.setup]
runner = "linux-small"
steps = ["bin/setup"]

[jobs.lint]
needs = ["setup"]
steps = ["bundle exec rubocop"]

[jobs.test]
needs = ["setup"]
matrix = { ruby = ["3.3", "3.4"], database = ["postgres", "sqlite"] }
steps = ["bundle exec rspec"]

[jobs.build]
needs = ["lint", "test"]
steps = ["make"]
""",
}
FILES = {
    "Gemfile": 'source "https://rubygems.org"\ngem "rails"\ngem "rspec"\ngem "pg"\n',
    "Gemfile.lock": "GEM\n  specs:\n    pg (1.5.9)\n    rails (8.0.0)\n    rspec (3.13.0)\n",
    ".ruby-version": "3.3.0\n",
    "app/models/user.rb": "class User\nend\n",
    "app/models/order.rb": "class Order\nend\n",
    "spec/models/user_spec.rb": "describe User\n",
    "package.json": '{ "name": "shop", "scripts": { "test": "vitest run" } }\n',
    "package-lock.json": '{ "name": "shop", "lockfileVersion": 3, "packages": {} }\n',
}
NODE = ("package.json", "package-lock.json")


def repository(folder: Path, git: Git, files: dict[str, str]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "shop")
    return folder


def plain(text: str) -> str:
    for pattern, instead in VARIES.items():
        text = re.sub(pattern, instead, text)
    return text


def test_every_command_that_shows_something_has_an_example() -> None:
    assert list(BLOCKS) == SHOWN
    assert PAGE.count("```console") == len(BLOCKS), "a block that no test runs"


@pytest.mark.parametrize("name", SHOWN)
def test_an_example_of_the_command_line_is_what_happens(name: str, tmp_path: Path, git: Git, cig: Cig) -> None:
    files = {path: content for path, content in FILES.items() if path not in NODE}
    folder = repository(tmp_path, git, {**files, "cig.toml": HEAD + CONFIGS[name]})
    if name in ("cig render", "cig explain"):
        assert cig(folder, "render").returncode == 0
    if name == "cig explain":
        (folder / "app/models/user.rb").write_text("class User\n  def name = first\nend\n")
    printed = []
    for line in re.findall(r"(?m)^\$ cig (.*)", BLOCKS[name]):
        done = cig(folder, *line.split())
        assert done.returncode == 0, done.stderr
        printed.append(f"$ cig {line}\n{done.stderr}{done.stdout}")
    assert plain("".join(printed)) == plain(BLOCKS[name])


def test_what_varies_is_all_that_may_differ() -> None:
    assert plain(BLOCKS["cig render"]) != plain(BLOCKS["cig render"].replace("files", "file"))
    assert plain(BLOCKS["cig explain"]) != plain(BLOCKS["cig explain"].replace("user.rb", "users.rb"))


def test_the_readmes_commands_work_in_the_order_it_shows_them(tmp_path: Path, git: Git, cig: Cig) -> None:
    (shown,) = re.findall(r"(?ms)^```toml\n(.*?)^```", README)
    commands = re.findall(r"(?m)^    cig ([^#\n]*?)(?:  .*)?$", README)
    assert [command.split()[0] for command in commands] == ["init", "plan", "render", "settings", "explain", "explain"]
    folder = repository(tmp_path, git, FILES)
    for command in commands:
        if command.startswith("explain"):
            # From here on README speaks of the cig.toml that it shows.
            (folder / "cig.toml").write_text(shown)
        done = cig(folder, *command.split())
        assert (done.returncode, "error" in done.stderr) == (0, False), done.stderr
    assert cig(folder, "render").returncode == 0
    written = (folder / ".github/workflows/ci.yml").read_text()
    assert all(part in written for part in ("bundle exec rspec", "postgres", "setup-ruby", "setup-node"))
    assert cig(folder, "explain", "file", "app/models/order.rb").stdout.count("test") >= 1
