"""S23: each leg of a matrix stands for itself, with files of its own where its globs name its values."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st
from signed_project import Project, changed
from worlds import VALUES, World, signed

Run = Callable[..., Any]

HEAD = 'version = "0.2"\n[project]\nname = "monorepo"\n'
TEST = """
[jobs.test]
matrix = { package = ["api", "web"], node = [20, 22] }
steps = ["make -C packages/{{ matrix.package }} test"]
skip_if = { paths_unmodified = ["packages/{{ matrix.package }}/**", "lock.json"] }
inputs = { files = ["!packages/{{ matrix.package }}/README.md", "lib/*"] }
"""
REST = """
[jobs.docs]
steps = ["make docs"]
skip_if = { paths_unmodified = ["**/README.md"] }
[jobs.report]
needs = ["test"]
steps = ["make report"]
skip_if = { paths_unmodified = ["cig.toml"] }
"""
FILES = {
    "packages/api/main.js": "1\n",
    "packages/api/README.md": "1\n",
    "packages/web/main.js": "1\n",
    "packages/web/deep/er.js": "1\n",
    "packages/old/main.js": "1\n",
    "lock.json": "{}\n",
    "lib/a.js": "1\n",
}
API, WEB = {"test-api-node20", "test-api-node22"}, {"test-web-node20", "test-web-node22"}


def config(test: str = TEST) -> dict[str, str]:
    return {"cig.toml": HEAD + test + REST}


@pytest.mark.parametrize(
    ("path", "reached"),
    [
        ("packages/api/main.js", {*API, "report"}),
        ("packages/api/new", {*API, "report"}),
        ("packages/api/README.md", {"docs"}),
        ("packages/web/deep/er.js", {*WEB, "report"}),
        ("packages/web/README.md", {"docs"}),
        ("packages/old/main.js", set()),
        ("packages/apis/main.js", set()),
        ("packages/{{ matrix.package }}/x", set()),
        ("lock.json", {*API, *WEB, "report"}),
        ("lib/a.js", {*API, *WEB, "report"}),
    ],
)
def test_s23_a_change_reaches_exactly_the_legs_that_name_it_and_what_needs_them(
    project: Project, path: str, reached: set[str]
) -> None:
    project.commit({**FILES, **config()})
    before = project.signed()
    project.write({path: "2\n"})
    assert changed(before, project.worktree()) == reached
    project.commit()
    assert changed(before, project.signed()) == reached


def test_s23_a_file_that_moves_from_leg_to_leg_reaches_both(project: Project) -> None:
    project.commit({**FILES, **config(), "packages/api/x": "x", "packages/web/y": "y"})
    before = project.signed()
    project.git("mv", "packages/api/x", "packages/web/x")
    project.commit()
    assert changed(before, project.signed()) == {*API, *WEB, "report"}


@pytest.mark.parametrize(
    "matrix",
    [
        '{ package = ["api", "web", "old"], node = [20, 22] }',
        '{ package = ["old", "web", "api"], node = [22, 20] }',
        '{ node = [20, 22], package = ["api", "web"], include = [{ package = "old", node = 20 }] }',
        '{ package = ["api", "web"], node = [18, 20, 22], exclude = [{ package = "api", node = 18 }] }',
    ],
)
def test_s23_legs_beside_it_change_nothing_of_a_leg(project: Project, matrix: str) -> None:
    project.commit({**FILES, **config()})
    before, report = by_values(project), project.signed()["report"]
    first, rest = TEST.split("matrix = ")
    project.commit(config(first + "matrix = " + matrix + "\n" + rest.partition("\n")[2]))
    after = by_values(project)
    assert len(before) == 4
    assert before.items() <= after.items()
    assert (project.signed()["report"] == report) == (len(after) == 4), "it needs one leg more"


def by_values(project: Project) -> dict[frozenset[tuple[str, str]], str]:
    """Signatures by the values of the legs: the order of axes is in their names."""
    signatures = project.signing().signatures
    legs = {one.key: one.leg for one in signatures.planned if one.leg is not None}
    return {
        frozenset((pair.name, pair.value) for pair in leg.values): str(signatures.digests[key])
        for key, leg in legs.items()
    }


def test_s23_the_value_counts_though_the_files_are_the_same(project: Project) -> None:
    project.commit({**FILES, **config()})
    signed = project.signed()
    assert len({signed[key] for key in (*API, *WEB)}) == 4


def test_s23_two_axes_may_be_in_two_globs(project: Project) -> None:
    test = TEST.replace('"lib/*"', '"lib/{{ matrix.node }}/*"')
    project.commit({**FILES, **config(test), "lib/20/a": "1", "lib/22/a": "1"})
    before = project.signed()
    project.commit({"lib/22/a": "2"})
    assert changed(before, project.signed()) == {"test-api-node22", "test-web-node22", "report"}


def test_s23_legs_with_the_same_files_list_them_once(project: Project) -> None:
    project.commit({**FILES, **config()})
    manifests = project.signing().signatures.manifests
    listed = {key: next(id(c) for c in manifests[key].components if c.kind == "files") for key in (*API, *WEB)}
    assert len(set(listed.values())) == 2


def test_s23_a_value_is_no_wildcard(project: Project) -> None:
    names = ["*", "a?", "[ab]", "{a,b}", "!a", "a"]
    files = {f"packages/{name}/x": "1" for name in (*names, "ab", "b")}
    test = TEST.replace('["api", "web"]', json.dumps(names)).replace(", node = [20, 22]", "")
    project.commit({**FILES, **files, **config(test)})
    before, reached = project.signed(), {}
    for name in (*names, "ab", "b"):
        project.commit({**files, f"packages/{name}/x": "2"})
        reached[name] = changed(before, project.signed()) - {"report"}
    assert [len(reached[name]) for name in names] == [1] * len(names)
    assert reached["ab"] == reached["b"] == set()
    assert len(set().union(*reached.values())) == len(names)


def test_s23_the_files_of_the_package_in_the_folder_itself_are_those_of_all(project: Project) -> None:
    test = TEST.replace('["api", "web"]', '["api", "."]').replace(", node = [20, 22]", "")
    project.commit({**FILES, **config(test)})
    before = project.signed()
    project.commit({"packages/web/index.js": "2"})
    assert changed(before, project.signed()) - {"report"} == {"test-package."}
    between = project.signed()
    project.commit({"packages/api/index.js": "2"})
    assert changed(between, project.signed()) - {"report"} == {"test-api", "test-package."}


def test_s23_a_leg_with_a_mistake_in_its_globs_signs_everything(project: Project) -> None:
    """The plan is refused then; if it ever were not, no file could be missed."""
    test = TEST.replace('["api", "web"]', '["api", ".."]').replace(", node = [20, 22]", "")
    project.commit({**FILES, **config(test)})
    signing = project.signing()
    assert [d.code for d in signing.diagnostics] == ["HASH_001", "HASH_001"]
    kinds = {key: {c.kind for c in m.components} for key, m in signing.signatures.manifests.items()}
    assert ("files" in kinds["test-api"], "file" in kinds["test-package.."]) == (True, True)


def test_s23_the_glob_of_a_leg_that_selects_nothing_is_told_with_its_legs(project: Project, run_cig: Run) -> None:
    test = TEST.replace('"api", "web"', '"api", "wbe", "gone"')
    project.commit({**FILES, **config(test)})
    done = run_cig(project.path, "compute-signatures")
    assert (done.returncode, done.stdout) == (1, "")
    told = [line.partition("^ ")[2] for line in done.stderr.splitlines() if "^ " in line]
    assert told == [
        f'"packages/{name}/**" of job "test", leg "test-{name}-node20" and 1 more, matches no file, '
        "so no change could ever make it run"
        for name in ("gone", "wbe")
    ]
    assert done.stderr.count("cig.toml:8:33") == 2
    assert 'did you mean "packages/web"?' in done.stderr
    assert 'say { glob = "packages/{{ matrix.package }}/**", optional = true }' in done.stderr


def test_s23_a_glob_that_selects_nothing_in_any_leg_is_told_once(project: Project, run_cig: Run) -> None:
    project.commit({**FILES, **config(TEST.replace('"packages/', '"pakages/'))})
    done = run_cig(project.path, "compute-signatures")
    [told] = [line.partition("^ ")[2] for line in done.stderr.splitlines() if "^ " in line]
    assert told.startswith(
        '"pakages/api/**" of job "test", leg "test-api-node20", matches no file, nor do the globs of 3'
    )
    assert 'did you mean "packages"?' in done.stderr


def test_s23_a_glob_without_a_value_is_told_once_though_every_leg_has_it(project: Project, run_cig: Run) -> None:
    project.commit({**FILES, **config(TEST.replace("lock.json", "gone.json"))})
    assert len(project.signing().diagnostics) == 1
    done = run_cig(project.path, "validate")
    assert done.stderr.count("HASH_002") == 1
    assert '"gone.json" of job "test" matches no file, so no change could ever make the job run' in done.stderr


def test_s23_an_optional_glob_may_select_nothing_in_some_legs(project: Project) -> None:
    optional = '{ glob = "packages/{{ matrix.package }}/deep/*", optional = true }'
    project.commit({**FILES, **config(TEST.replace('"lib/*"', optional))})
    before = project.signed()
    project.commit({"packages/api/deep/x": "1"})
    assert changed(before, project.signed()) == {*API, "report"}


def test_s23_explain_names_the_legs(project: Project, run_cig: Run) -> None:
    project.commit({**FILES, **config()})
    told = run_cig(project.path, "explain", "file", "packages/api/main.js").stdout
    assert [line.split() for line in told.splitlines()[1:]] == [
        ["job", key, "skip_if.paths_unmodified", '"packages/api/**"'] for key in sorted(API)
    ]
    assert "is an input of nothing" not in told
    assert run_cig(project.path, "render").returncode == 0
    project.write({"packages/api/main.js": "2\n"})
    told = run_cig(project.path, "explain", "job", "test").stdout
    keys = re.findall(r"^(\S+) must run", told, re.MULTILINE)
    parts = dict(zip(keys, re.split(r"^\S+ must run", told, flags=re.MULTILINE)[1:], strict=True))
    assert {key for key, part in parts.items() if "~ file  packages/api/main.js" in part} == API
    assert {key for key, part in parts.items() if "Nothing in it changed" in part} == WEB


MADE = st.lists(st.sampled_from([*VALUES, "api", "web/ui", "a?", "[!a]", "x**"]), min_size=1, max_size=5, unique=True)
GLOBS = (
    ["p/{{ matrix.v }}/**"],
    ["p/{{ matrix.v }}/*", "!p/{{ matrix.v }}/b"],
    ["p/**", "!p/{{ matrix.v }}/**"],
    ["{p,q}/{{ matrix.v }}/a"],
    ["**/{{ matrix.v }}/[ab]"],
)


@settings(max_examples=300)
@given(MADE, MADE, st.sampled_from(GLOBS), st.sampled_from(["p", "q"]), st.sampled_from(["a", "b"]), st.booleans())
def test_s23_a_file_reaches_the_legs_that_a_plain_reading_of_their_globs_gives_it(
    legs: list[str], folders: list[str], globs: list[str], top: str, name: str, there: bool
) -> None:
    job = {
        "matrix": {"v": legs},
        "steps": [{"id": "run", "run": "make"}],
        "inputs": {"files": [{"glob": glob, "optional": True} for glob in globs]},
    }
    report = {"needs": ["j"], "steps": job["steps"], "inputs": {"files": [{"glob": "none", "optional": True}]}}
    files = {f"{one}/{folder}/{of}": ("100644", b"1") for one in "pq" for folder in folders for of in "ab"}
    path = f"{top}/{folders[0]}/{name}"
    world = World({**files, path: ("100644", b"2" if there else b"1")}, {"jobs": {"j": job, "report": report}})
    after = replace(world, files={**files, path: ("100755", b"1")})
    reached = {key for key, values in reference.legs("j", job) if reads(globs, values["v"], path)}
    found, alone = signed(world), signed(only(world, legs[:1]))
    assert changed(found, signed(after)) == {*reached, *(["report"] if reached else [])}
    assert {key for key in alone if alone[key] != found[key]} <= {"report"}, "what a leg is, others do not change"


def reads(globs: list[str], value: str, path: str) -> bool:
    """Whether a leg's globs name the path, without any glob language: by the folders of the path."""
    top, _, rest = path.partition("/")
    folder, _, name = rest.rpartition("/")
    own = folder == value
    return {
        0: top == "p" and (own or f"{folder}/".startswith(f"{value}/")),
        1: top == "p" and own and name != "b",
        2: top == "p" and not f"{folder}/".startswith(f"{value}/"),
        3: own and name == "a",
        4: own or folder.endswith(f"/{value}"),
    }[GLOBS.index(globs)]


def only(world: World, legs: list[str]) -> World:
    """The world with these legs of its matrix."""
    jobs = {**world.config["jobs"], "j": {**world.config["jobs"]["j"], "matrix": {"v": legs}}}
    return replace(world, config={"jobs": jobs})


BUILD = """
[jobs.build]
matrix = { package = ["api", "web"] }
steps = ["make -C packages/{{ matrix.package }} dist"]
skip_if = { paths_unmodified = ["packages/{{ matrix.package }}/**"] }
outputs = { files = ["dist/{{ matrix.package }}/**"] }
[jobs.try]
matrix = { package = ["api", "web"] }
needs = ["build"]
steps = ["make -C dist/{{ matrix.package }} try"]
inputs = { files = ["dist/{{ matrix.package }}/**"], artifacts = ["build"] }
[[outputs]]
provider = "jenkins"
path = "Jenkinsfile"
"""


def test_s23_s13_files_of_an_artifact_may_be_those_that_a_leg_makes(project: Project, run_cig: Run) -> None:
    project.commit({**FILES, ".gitignore": "dist/\n", "cig.toml": HEAD + BUILD})
    done = run_cig(project.path, "validate")
    assert (done.returncode, done.stderr) == (0, "")
    project.commit(
        {
            "cig.toml": HEAD
            + BUILD.replace('outputs = { files = ["dist/{{ matrix.package }}', 'outputs = { files = ["dist/api')
        }
    )
    done = run_cig(project.path, "validate")
    assert done.stderr.count("HASH_003") == 1
    assert '"dist/web/**" of job "try", leg "try-web", names files that .gitignore:1 keeps out' in done.stderr
