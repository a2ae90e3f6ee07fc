"""After an edit exactly what depends on it runs; after none, nothing does. On the real command, over real plugins."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]
INPUT = Path(__file__).parents[2] / "examples/shop"
SIGNATURES = {
    "signature:assets",
    "signature:test-ruby3.3",
    "signature:test-ruby3.4",
    "signature:lint",
    "signature:deploy",
}
PLANS = {"plan:lang/ruby", "plan:lang/node", "plan:db/postgres", "plan:db/redis"}


class Shop:
    """The example, rendered and committed."""

    def __init__(self, root: Path, git: Git, cig: Cig) -> None:
        self.root, self._git, self._cig = root, git, cig

    def render(self, *more: str) -> list[str]:
        """Ids of the actions that a render executed, sorted."""
        result = self._cig(self.root, "render", "--json", *more)
        assert result.returncode == 0, result.stderr
        document = json.loads(result.stdout)
        assert document["schema"] == "cig.render/1"
        executed: list[str] = document["executed"]
        assert len(executed) == document["actions"]["executed"]
        return executed

    def plain(self) -> str:
        """What `cig render` prints: the null build answers if it can."""
        result = self._cig(self.root, "render")
        assert result.returncode == 0, result.stderr
        return result.stdout

    def look(self, command: str) -> None:
        """Run a command that succeeds."""
        result = self._cig(self.root, *command.split())
        assert result.returncode == 0, result.stderr

    def changed(self, job: str) -> tuple[str, list[str]]:
        """What a job's signature is compared with, and the names of what differs."""
        document = json.loads(self._cig(self.root, "explain", "job", job, "--json").stdout)
        return document["compared_with"], [one["name"] for one in document["differs"]]

    def refused(self) -> str:
        """What is said of a state that cannot be rendered."""
        result = self._cig(self.root, "render")
        assert result.returncode == 1
        return result.stderr

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.root / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def commit(self) -> None:
        self._git(self.root, "add", "-A")
        self._git(self.root, "commit", "-qm", "state")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rendered once; each test works on a copy."""
    return tmp_path_factory.mktemp("rendered") / "shop"


@pytest.fixture
def shop(tmp_path: Path, rendered: Path, git: Git, cig: Cig) -> Shop:
    if not rendered.exists():
        shutil.copytree(INPUT, rendered)
        git(rendered, "init", "-q")
        first = Shop(rendered, git, cig)
        first.commit()
        first.render()
        first.commit()
    shutil.copytree(rendered, tmp_path / "shop", symlinks=True)
    return Shop(tmp_path / "shop", git, cig)


def test_a_second_render_executes_nothing(shop: Shop) -> None:
    assert shop.render() == []
    assert shop.plain() == shop.plain()
    assert shop.plain().startswith("Up to date: ")


def test_a_first_render_leaves_nothing_for_the_second(tmp_path: Path, git: Git, cig: Cig) -> None:
    """The files that a render writes are part of the tree that its own signatures are of."""
    shutil.copytree(INPUT, tmp_path / "shop")
    git(tmp_path / "shop", "init", "-q")
    shop = Shop(tmp_path / "shop", git, cig)
    assert len(shop.render()) > 10
    assert shop.render() == []


def test_touching_every_file_executes_nothing(shop: Shop) -> None:
    for path in shop.root.rglob("*"):
        if path.is_file() and ".git/" not in path.as_posix() and ".cigen" not in path.parts:
            os.utime(path, (1_700_000_000, 1_700_000_000))
    assert shop.render() == []
    assert shop.plain().startswith("Up to date: ")


@pytest.mark.parametrize("command", ["plan", "validate", "graph", "settings"])
def test_a_command_that_only_looks_forgets_nothing_of_the_last_render(shop: Shop, command: str) -> None:
    shop.look(command)
    shop.edit("app/models/order.rb", "class Order", "class Order # an order")
    assert shop.changed("lint") == ("the last render", ["app/models/order.rb"])
    shop.look(command)
    assert shop.changed("lint") == ("the last render", ["app/models/order.rb"])
    assert set(shop.render()) == SIGNATURES - {"signature:assets"}
    assert shop.changed("lint") == ("the last render", [])


def test_a_mistake_on_the_way_costs_nothing_when_it_is_gone(shop: Shop) -> None:
    """Whatever the stage: it is not the stages after it that are gone."""
    for old, new in (('version = "0.2"', "version = 7"), ('needs = ["assets"]', 'needs = ["asets"]')):
        shop.edit("cig.toml", old, new)
        assert "error" in shop.refused()
        shop.edit("cig.toml", new, f"{old} # as it was")
        assert set(shop.render()) == {"schema:cig.toml", "signature:deploy"}


def test_a_job_that_is_gone_is_forgotten(shop: Shop) -> None:
    shop.edit("cig.toml", "[jobs.lint]", "[jobs.style]")
    shop.edit("cig.toml", 'needs = ["test", "lint"]', 'needs = ["test", "style"]')
    assert "signature:style" in shop.render()
    shop.edit("cig.toml", "[jobs.style]", "[jobs.lint]")
    shop.edit("cig.toml", 'needs = ["test", "style"]', 'needs = ["test", "lint"]')
    assert "signature:lint" in shop.render()


def test_committing_executes_nothing(shop: Shop) -> None:
    shop.edit("app/models/order.rb", "class Order", "class Order # an order")
    shop.render()
    shop.commit()
    assert shop.render() == []


def test_an_edited_source_file_runs_the_signatures_that_hold_it(shop: Shop) -> None:
    shop.edit("app/models/order.rb", "class Order", "class Order # an order")
    assert set(shop.render()) == {
        "signature:test-ruby3.3",
        "signature:test-ruby3.4",
        "signature:lint",
        "signature:deploy",
    }
    assert shop.render() == []


def test_an_edited_file_of_one_leg_runs_the_signature_of_that_leg(shop: Shop) -> None:
    for version in ("3.3", "3.4"):
        (shop.root / "spec" / version).mkdir(parents=True)
        (shop.root / "spec" / version / "x").write_text("1\n")
    shop.edit("cig.toml", '"spec/**"', '"spec/{{ matrix.ruby }}/**"')
    shop.render()
    shop.edit("spec/3.3/x", "1", "2")
    assert set(shop.render()) == {"signature:test-ruby3.3", "signature:deploy"}
    assert shop.render() == []
    assert shop.plain().startswith("Up to date: ")


def test_an_asset_runs_what_is_downstream_of_its_job(shop: Shop) -> None:
    shop.edit("app/javascript/main.js", "shop", "the shop")
    assert set(shop.render()) == SIGNATURES - {"signature:lint"}


def test_a_file_no_job_declares_runs_the_job_without_inputs_alone(shop: Shop) -> None:
    (shop.root / "NOTES").write_text("untracked, and not ignored\n")
    assert shop.render() == ["signature:deploy"]


def test_an_ignored_file_runs_nothing(shop: Shop) -> None:
    (shop.root / "node_modules").mkdir()
    (shop.root / "node_modules/x.rb").write_text("x\n")
    assert shop.render() == []


def test_a_lockfile_that_changes_no_fact_stops_at_its_detection(shop: Shop) -> None:
    shop.edit("Gemfile.lock", "pg (1.5.9)", "pg (1.5.10)")
    executed = set(shop.render())
    assert {id for id in executed if not id.startswith("signature:")} == {"detect:lang/ruby"}


def test_a_version_file_flows_down_to_the_file(shop: Shop) -> None:
    shop.edit(".ruby-version", "3.3.6", "3.3.7")
    executed = set(shop.render())
    assert {id for id in executed if not id.startswith(("signature:", "plan:"))} == {
        "detect:lang/ruby", "resolve:plugins", "dag:jobs", "fragment:.github/workflows/ci.yml",
        "merge:.github/workflows/ci.yml", "validate:policy/conventions", "validate:provider/github",
    }  # fmt: skip
    assert 'ruby-version: "3.3.7"' in (shop.root / ".github/workflows/ci.yml").read_text()


def test_a_comment_in_cig_toml_stops_at_the_schema(shop: Shop) -> None:
    shop.edit("cig.toml", "[project]", "# a remark\n[project]")
    assert set(shop.render()) == {"schema:cig.toml", "signature:deploy"}


def test_a_changed_step_runs_the_plan_and_what_follows(shop: Shop) -> None:
    shop.edit("cig.toml", '"bundle exec rubocop"', '"bundle exec rubocop --parallel"')
    executed = set(shop.render())
    assert executed >= PLANS | {"schema:cig.toml", "resolve:plugins", "dag:jobs", "signature:lint", "signature:deploy"}
    assert not executed & {"signature:test-ruby3.3", "signature:assets"}
    assert not any(id.startswith("detect:") for id in executed)


def test_whether_there_is_a_file_to_install_cig_by_counts_and_not_what_is_in_it(shop: Shop) -> None:
    text = (shop.root / "cig.toml").read_text()
    (shop.root / "cig.toml").write_text(text + '[skipping]\ninstall = ".ci/cig.txt"\n')
    assert "DAG_019" in shop.refused()
    listed = shop.root / ".ci/cig.txt"
    listed.parent.mkdir()
    listed.write_text("cigen==1\n")
    assert "dag:jobs" in shop.render()
    listed.write_text("cigen==2\n")
    assert "dag:jobs" not in shop.render()
    shop.plain()
    listed.unlink()
    assert "DAG_019" in shop.refused()


def test_a_deleted_cache_computes_everything_again_and_changes_no_file(shop: Shop) -> None:
    before = (shop.root / ".github/workflows/ci.yml").read_bytes()
    shutil.rmtree(shop.root / ".cigen")
    assert "signature:lint" in shop.render()
    assert (shop.root / ".github/workflows/ci.yml").read_bytes() == before


def test_going_back_to_an_earlier_state_executes_nothing(shop: Shop) -> None:
    shop.edit(".ruby-version", "3.3.6", "3.3.7")
    shop.render()
    shop.edit(".ruby-version", "3.3.7", "3.3.6")
    assert shop.render() == []


def test_the_trace_is_a_chrome_trace(shop: Shop) -> None:
    shop.edit(".ruby-version", "3.3.6", "3.3.7")
    shop.render("--trace", "trace.json")
    events = json.loads((shop.root / "trace.json").read_text())
    listed = events["traceEvents"] if isinstance(events, dict) else events
    names = {event["name"] for event in listed}
    assert {"detect:lang/ruby", "lang/ruby.detect", "worktree"} <= names
