"""The generated repositories: the same everywhere, and the same work for every tool."""

import json
import os
import tomllib

import pytest

from cigen.schema.load import load_config


@pytest.fixture
def environ(tmp_path):
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}


@pytest.fixture
def made(script):
    return script("shape").packages(30)


@pytest.fixture
def files(script, made):
    return script("manifests").root_files(made)


def test_a_package_needs_only_earlier_ones_of_its_workflow(made):
    workflow = {package.name: package.workflow for package in made}
    assert len(set(workflow.values())) == 2
    for package in made:
        assert all(need < package.name and workflow[need] == package.workflow for need in package.needs)


def test_cig_accepts_the_configuration_without_a_word(files, made):
    config, found = load_config(files["cig.toml"].encode())
    assert found == ()
    assert len(config.jobs) == 3 * len(made)


def test_all_tools_are_given_the_same_inputs(script, files, made):
    jobs = tomllib.loads(files["cig.toml"])["jobs"]
    turbo = json.loads(files["turbo.json"])["tasks"]
    nx = json.loads(files["nx.json"])["targetDefaults"]
    for package in made:
        for kind in script("shape").JOBS:
            cigs = jobs[f"{package.name}-{kind.name}"]["skip_if"]["paths_unmodified"]
            rooted = [glob.removeprefix("$TURBO_ROOT$/") for glob in turbo[kind.name]["inputs"] if glob[0] == "$"]
            local = [glob for glob in turbo[kind.name]["inputs"] if glob[0] != "$"]
            assert sorted(cigs) == sorted([*rooted, *(f"{package.folder}/{glob}" for glob in local)])
            nxs = [glob.replace("{projectRoot}", package.folder) for glob in nx[kind.name]["inputs"]]
            assert sorted(cigs) == sorted(glob.replace("{workspaceRoot}/", "") for glob in nxs)


def test_all_tools_are_given_the_same_edges(script, files, made):
    jobs = tomllib.loads(files["cig.toml"])["jobs"]
    turbo = json.loads(files["turbo.json"])["tasks"]
    for index, package in enumerate(made):
        dependencies = json.loads(script("manifests").package_json(package, index))["dependencies"]
        upstream = [name.removeprefix("@bench/") for name in dependencies if name.startswith("@bench/")]
        for kind in script("shape").JOBS:
            needs = []
            for need in turbo[kind.name]["dependsOn"]:
                needs += [f"{other}-{need[1:]}" for other in upstream] if need[0] == "^" else [f"{package.name}-{need}"]
            assert sorted(jobs[f"{package.name}-{kind.name}"].get("needs", [])) == sorted(needs)


def test_the_same_size_gives_the_same_commit(script, tmp_path, environ):
    repository = script("repository")
    commits = []
    for name in ("one", "two"):
        repository.import_packages(tmp_path / name, script("shape").packages(2), environ)
        commits.append(repository.git(tmp_path / name, environ, "rev-parse", repository.BASE))
    assert commits[0] == commits[1]
    listed = repository.git(tmp_path / "one", environ, "ls-tree", "-r", "--name-only", repository.BASE)
    assert listed.count("packages/p0001/") == 100
