"""What a rendered GitHub workflow does, run by act, where that takes longer: a hanging planner, and a real bucket."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from acted_project import ALL, new_acted_project

from cigen.proof.keys import read_signing_key

sys.path.append(str(Path(__file__).parents[1] / "stores"))

import servers

Git = Callable[..., str]

KEY = "01" * 32
BUCKET = f"""
[skipping]
store = "s3://records/acted"
secrets = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
trust = ["branch:{read_signing_key(KEY).public}"]
"""
SECRETS = ["AWS_ACCESS_KEY_ID=writer", "AWS_SECRET_ACCESS_KEY=secret", f"CIG_STORE_KEY={KEY}"]


def test_s1_a_planner_that_hangs_has_everything_run(tmp_path: Path, git: Git, environment: dict[str, str]) -> None:
    """Its step ends after its minutes: of which act knows whole ones, so this one has one."""
    project = new_acted_project(tmp_path, git, environment)
    assert project.act().ran == ALL
    project.misbehave("compute-signatures", "echo run-build=false; sleep 3600")
    path = project.root / ".github/workflows/ci.yml"
    text = path.read_text()
    hanging = """--format github >> "$GITHUB_OUTPUT"\n        timeout-minutes: """
    assert text.count(f"{hanging}2\n") == 1
    path.write_text(text.replace(f"{hanging}2\n", f"{hanging}1\n"))
    run = project.act()
    assert run.ran == ALL, run.output
    assert (run.failed, run.gate) == (["cig/plan"], "green"), run.output


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[servers.Server]:
    """SeaweedFS, with a bucket called `records`."""
    folder = tmp_path / "bucket"
    folder.mkdir()
    try:
        server = servers.seaweedfs(folder)
    except servers.MissingToolError as message:
        pytest.skip(str(message))
    yield server
    servers.stop(server)


def test_a_bucket_keeps_what_is_proven_and_the_jobs_run_without_it(
    tmp_path: Path, git: Git, environment: dict[str, str], bucket: servers.Server
) -> None:
    """S16, S17: with credentials and a key as secrets, of which the jobs' own scripts see nothing."""
    project = new_acted_project(tmp_path, git, environment, BUCKET)
    machine = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{bucket.http}", "AWS_REGION": "us-east-1", "CIG_STORE": ""}
    seen = "${CIG_STORE_KEY:+-with-a-key}${AWS_ACCESS_KEY_ID:+-with-an-id}${AWS_SECRET_ACCESS_KEY:+-with-a-secret}"
    config = (project.root / "cig.toml").read_text()
    project.write(cig_toml=config.replace(" >> $CIG_LOG", f"{seen} >> $CIG_LOG"))
    project.commit()

    first = project.act(variables=machine, secrets=SECRETS)
    assert (first.ran, first.failed, first.gate) == (ALL, [], "green"), first.output
    second = project.act(variables=machine, secrets=SECRETS)
    assert (second.ran, second.failed, second.gate) == (["report"], [], "green"), second.output

    project.write(src__a_txt="2\n")
    project.commit()
    edited = project.act(variables=machine, secrets=SECRETS)
    assert (edited.ran, edited.gate) == (["build", "report", "test-one", "test-two"], "green"), edited.output

    # Whoever has another key can read and write the bucket, and proves nothing.
    project.write(src__a_txt="3\n")
    project.commit()
    forged = [*SECRETS[:2], f"CIG_STORE_KEY={'02' * 32}"]
    assert project.act(variables=machine, secrets=forged).ran == ["build", "report", "test-one", "test-two"]
    again = project.act(variables=machine, secrets=SECRETS)
    assert again.ran == ["build", "report", "test-one", "test-two"], again.output

    servers.stop(bucket)
    down = project.act(variables=machine, secrets=SECRETS)
    assert (down.ran, down.failed, down.gate) == (ALL, [], "green"), down.output
