"""Plans of many jobs ask real servers for few objects, where each object is a request."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from records import KEY, MANIFEST, READER, SIGNING, Cig, asked, name_of, record

from cigen.proof.keys import seal
from cigen.proof.packs import MANY, PACK_LIMIT
from cigen.proof.places import GROUPS, pack_place, packed_name
from cigen.proof.stores import Each, Store, ignore, open_store
from cigen.proof.writing import put

pytestmark = pytest.mark.xdist_group("stores")  # so that each server is started once

Git = Callable[..., str]

CONFIG = """
version = "0.2"
[project]
name = "PROJECT"
[jobs.test]
matrix = { part = PARTS }
steps = ["make ${{ matrix.part }}"]
skip_if.paths_unmodified = ["src/**"]
"""


class Counted:
    """A store, and the names that it is asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.local, self.denied, self.singly = store.local, store.denied, store.singly
        self.create, self.replace, self.listing = store.create, store.replace, store.listing
        self.names: list[str] = []

    def fetch(self, names: Sequence[str], limit: int, each: Each = ignore) -> dict[str, bytes]:
        self.names += names
        return self._store.fetch(names, limit, each)


def test_a_plan_of_many_jobs_asks_for_packs_where_each_name_is_a_request(
    store: Store, place: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    jobs = [f"{tmp_path.name}-{number}" for number in range(2 * MANY)]
    for job in jobs:
        put(store, seal(record(job), SIGNING), MANIFEST, READER, among_many=True)
    counted = Counted(store)
    assert asked(counted, *jobs).proofs == {job: record(job) for job in jobs}
    assert store.singly == place[0].startswith(("http", "s3"))
    # Those of the protected tier, where there are none, and their own; else every name, at two tiers.
    assert len(counted.names) <= 2 * GROUPS if store.singly else len(counted.names) == 4 * MANY
    for job in jobs:
        store.replace(pack_place(READER.repository, "branch", job), b"rubbish" * 9000)
    assert asked(store, *jobs).proofs == {job: record(job) for job in jobs}


def test_of_jobs_that_are_not_proven_a_bucket_is_asked_for_those_that_it_lists(
    store: Store, place: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    jobs = [f"{tmp_path.name}-{number}" for number in range(2 * MANY)]
    old = record(jobs[0])
    put(store, seal(old, SIGNING), MANIFEST, READER)
    counted = Counted(store)
    assert asked(counted, *jobs).proofs == {jobs[0]: old}
    singly = [name for name in counted.names if "/=packs=/" not in name]
    assert name_of(old) in singly
    assert (len(singly) == 1) == place[0].startswith("s3")


@pytest.mark.parametrize("count", [MANY, MANY + 1])
def test_cig_record_fills_a_pack_where_a_plan_would_look_into_it(
    count: int, place: tuple[str, dict[str, str]], repository: Path, cig: Cig, git: Git, tmp_path: Path
) -> None:
    url, variables = place
    project = tmp_path.name
    text = CONFIG.replace("PROJECT", project).replace("PARTS", json.dumps([f"p{one}" for one in range(count)]))
    (repository / "cig.toml").write_text(text)
    git(repository, "commit", "-qam", "y")
    given = {**variables, "CIG_STORE_KEY": KEY}

    def plan() -> dict[str, dict[str, str]]:
        done = cig(repository, "compute-signatures", "--store", url, **given)
        assert (done.returncode, done.stderr) == (0, "")
        jobs: dict[str, dict[str, str]] = json.loads(done.stdout)["jobs"]
        return jobs

    jobs = plan()
    assert len(jobs) == count
    job, signature = "test-p7", jobs["test-p7"]["signature"]
    done = cig(repository, "record", job, "--signature", signature, "--store", url, **given)
    assert (done.returncode, done.stderr) == (0, "")
    store = open_store(url, tmp_path, 30)
    name = pack_place(f"local/{project}", "branch", job)
    pack = store.fetch([name], PACK_LIMIT).get(name, b"")
    assert pack.startswith(packed_name(job, signature).encode() + b" {") == (store.singly and count > MANY)
    assert [key for key, entry in plan().items() if entry["decision"] == "hit"] == [job]
