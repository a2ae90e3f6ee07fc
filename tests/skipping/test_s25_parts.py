"""S25: a job that installs a part of a lockfile depends on that part, and on all of it wherever that cannot be told."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from locked_workspaces import WORKSPACES, Workspace, updated
from signed_project import Project, changed, new_project

from cigen.cli.signing import Signing

Git = Callable[..., str]
Changed = Callable[..., set[str]]

every = pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda one: one.name)
ALL = {"web", "api", "all"}


def parts(signing: Signing, job: str, path: str) -> str:
    """What stands for a lockfile in the signature of a job."""
    manifest = signing.signatures.manifests[job]
    return next(one.value for one in manifest.components if one.kind == "reads" and one.name.endswith(f" {path}"))


@pytest.fixture
def after(project: Project) -> Changed:
    """`after(workspace, lock)`: the jobs that another lockfile reaches, or another configuration."""

    def reached(workspace: Workspace, lock: str, config: str = "", was: str = "") -> set[str]:
        files = workspace.files()
        project.commit(files | ({"cig.toml": was} if was else {}))
        before = project.signed()
        project.commit({workspace.lockfile: lock} | ({"cig.toml": config} if config else {}))
        found = project.signed()
        assert project.worktree() == found
        return changed(before, found)

    return reached


@every
def test_s25_the_lockfiles_here_can_be_told_in_part(workspace: Workspace, project: Project) -> None:
    project.commit(workspace.files())
    signing = project.signing()
    assert parts(signing, "web", workspace.lockfile).startswith("part sha256:")
    assert parts(signing, "web", workspace.lockfile).endswith(f" {workspace.web[0]}")
    assert parts(signing, "web", workspace.lockfile) != parts(signing, "api", workspace.lockfile)
    assert parts(signing, "all", workspace.lockfile).startswith("file git:100644:")


@every
def test_s25_an_update_for_another_package_leaves_a_job_alone(workspace: Workspace, after: Changed) -> None:
    assert after(workspace, updated(workspace.lock, workspace.of_api)) == {"api", "all"}


@every
def test_s25_an_update_for_its_own_package_reaches_a_job(workspace: Workspace, after: Changed) -> None:
    assert after(workspace, updated(workspace.lock, workspace.of_web)) == {"web", "all"}


@every
def test_s25_an_update_of_what_both_depend_on_reaches_both(workspace: Workspace, after: Changed) -> None:
    assert after(workspace, updated(workspace.lock, workspace.of_both)) == ALL


@pytest.mark.parametrize("workspace", [one for one in WORKSPACES if one.of_root], ids=lambda one: one.name)
def test_s25_an_update_for_the_root_reaches_every_package(workspace: Workspace, after: Changed) -> None:
    assert workspace.of_root
    assert after(workspace, updated(workspace.lock, workspace.of_root)) == ALL


SETTINGS = {
    "npm": ('"requires": true', '"requires": false'),
    "pnpm": ("autoInstallPeers: true", "autoInstallPeers: false"),
    "uv": ('requires-python = ">=3.11"', 'requires-python = ">=3.12"'),
}
VERSIONS = {
    "npm": ('"lockfileVersion": 3', '"lockfileVersion": 4'),
    "pnpm": ("lockfileVersion: '9.0'", "lockfileVersion: '10.0'"),
    "uv": ("version = 1\n", "version = 2\n"),
}


@every
@pytest.mark.parametrize("table", [SETTINGS, VERSIONS], ids=["settings", "version"])
def test_s25_what_concerns_the_whole_lockfile_reaches_every_job(
    workspace: Workspace, after: Changed, table: dict[str, tuple[str, str]]
) -> None:
    was, now = table[workspace.name]
    assert workspace.lock.count(was) == 1
    assert after(workspace, workspace.lock.replace(was, now)) == ALL


@every
@pytest.mark.parametrize(
    "damage",
    [
        lambda lock: lock.replace("\n", "\n<<<<<<< ours\n", 1),
        lambda lock: lock[: len(lock) * 2 // 3],
        lambda lock: "",
        lambda lock: "\ufeff" + lock,
        lambda lock: lock.replace("3", "3\0", 1),
    ],
    ids=["a conflict", "cut short", "empty", "a byte order mark", "not text"],
)
def test_s25_a_lockfile_that_nobody_can_read_counts_whole(
    workspace: Workspace, project: Project, damage: Callable[[str], str]
) -> None:
    project.commit({**workspace.files(), workspace.lockfile: damage(workspace.lock)})
    signing = project.signing()
    assert {parts(signing, job, workspace.lockfile)[:9] for job in ALL} == {"file git:"}


@every
def test_s25_of_a_version_that_is_not_known_any_change_counts(workspace: Workspace, after: Changed) -> None:
    was, now = VERSIONS[workspace.name]
    strange = workspace.lock.replace(was, now)
    assert after(workspace, strange) == ALL
    assert after(workspace, updated(strange, workspace.of_api)) == ALL


def other_config(workspace: Workspace, was: str, now: str) -> str:
    config = workspace.config()
    assert config.count(was) == 1, "the case tells nothing"
    return config.replace(was, now)


WHOLE = {
    "packages of the same job": ("[jobs.web]\n", '[jobs.web]\npackages = ["{module}"]\n'),
    "packages under another name": ("[jobs.web]\n", '[jobs.web]\npackages = ["{other}"]\n'),
    "a second step without the input": ('"make web"]', '{{ uses = "lang/{module}" }}, "make web"]'),
    "a step at the end without it": (
        '"make web"]\n', '"make web"]\nfinally = [{{ uses = "lang/{module}", with = {{ install = false }} }}]\n',
    ),
    "a version constraint without it": ('"make web"]', '{{ uses = "lang/{module}@>=1" }}, "make web"]'),
    "no input at all": (', with = {{ package = "{web}" }}', ""),
    "another input": ('package = "{web}"', 'version = "3.13"'),
    "an empty package": ('package = "{web}"', 'package = ""'),
    "a package that is not there": ('package = "{web}"', 'package = "gone"'),
    "a fact that only a plan knows": ('package = "{web}"', 'package = "{{{{ {module}_directory }}}}"'),
    "half a fact": ('package = "{web}"', 'package = "{web}{{{{ {module}_directory }}}}"'),
    "a name with an option": ('package = "{web}"', 'package = "{web} --all"'),
    "a way around": ('package = "{web}"', 'package = "./{web}"'),
    "a folder of packages": ('package = "{web}"', 'package = "apps"'),
}  # fmt: skip


@every
@pytest.mark.parametrize("case", WHOLE)
def test_s25_a_job_that_may_install_more_depends_on_all_of_it(
    workspace: Workspace, after: Changed, project: Project, case: str
) -> None:
    words = {"module": workspace.module, "web": workspace.web[0], "other": workspace.name}
    was, now = (text.format(**words) for text in WHOLE[case])
    config = other_config(workspace, was, now)
    assert "web" in after(workspace, updated(workspace.lock, workspace.of_api), was=config)
    assert parts(project.signing(), "web", workspace.lockfile).startswith("file git:")


@every
def test_s25_a_setting_of_all_jobs_is_no_promise_of_a_step(workspace: Workspace, after: Changed) -> None:
    settings = f'[plugins."lang/{workspace.module}".settings]\npackage = "{workspace.web[0]}"\n'
    config = workspace.config(settings).replace(f', with = {{ package = "{workspace.web[0]}" }}', "")
    assert after(workspace, updated(workspace.lock, workspace.of_api), was=config) == ALL


@every
def test_s25_several_packages_of_one_job_each_have_their_part(
    workspace: Workspace, after: Changed, project: Project
) -> None:
    module, (web, _), (api, _) = workspace.module, workspace.web, workspace.api
    more = f'{{ uses = "lang/{module}@>=1", with = {{ package = "{api}" }} }}, "make web"]'
    config = other_config(workspace, '"make web"]', more)
    assert after(workspace, updated(workspace.lock, workspace.of_api), was=config) == ALL
    assert after(workspace, updated(workspace.lock, workspace.of_web), was=config) == {"web", "all"}
    words = parts(project.signing(), "web", workspace.lockfile).split(" ")
    assert (words[0], words[3], {words[2], words[5]}) == ("part", "part", {web, api})


@every
def test_s25_each_leg_of_a_matrix_has_the_part_of_its_package(
    workspace: Workspace, project: Project, after: Changed
) -> None:
    module, (web, _), (api, _) = workspace.module, workspace.web, workspace.api
    config = f"""
version = "0.2"
[project]
name = "locked"
[jobs.test]
matrix = {{ package = ["{web}", "{api}"] }}
steps = [{{ uses = "lang/{module}", with = {{ package = "{{{{ matrix.package }}}}" }} }}, "make"]
skip_if = {{ paths_unmodified = ["Makefile"] }}
"""
    names = {one: "test-" + one.replace("/", "-") for one in (web, api)}
    assert after(workspace, updated(workspace.lock, workspace.of_api), was=config) == {names[api]}
    assert after(workspace, updated(workspace.lock, workspace.of_web), was=config) == {names[web]}
    assert after(workspace, updated(workspace.lock, workspace.of_both), was=config) == set(names.values())
    assert project.signing().diagnostics == ()


def test_s25_a_part_counts_in_a_job_that_asks_other_modules_for_something(after: Changed) -> None:
    workspace = WORKSPACES[0]
    config = other_config(workspace, "[jobs.web]\n", '[jobs.web]\npackages = ["python"]\nservices = ["redis"]\n')
    assert after(workspace, updated(workspace.lock, workspace.of_api), was=config) == {"api", "all"}


def test_s25_groups_alone_do_not_depend_on_the_project(after: Changed, project: Project) -> None:
    workspace = WORKSPACES[2]
    config = other_config(workspace, 'package = "web"', 'only_groups = "lint"')
    assert after(workspace, updated(workspace.lock, "six"), was=config) == {"all"}
    assert after(workspace, updated(workspace.lock, "toml"), was=config) == {"web", "all"}
    assert parts(project.signing(), "web", "uv.lock").endswith(" :lint")
    other = other_config(workspace, 'package = "web"', 'only_groups = "lint, gone"')
    assert "web" in after(workspace, updated(workspace.lock, "six"), was=other)
    other = other_config(workspace, 'package = "web"', 'only_groups = "dev", package = "web"')
    assert "web" in after(workspace, updated(workspace.lock, "pathspec"), was=other)
    assert parts(project.signing(), "web", "uv.lock").endswith(" web:dev")


@every
def test_s25_a_link_in_place_of_a_lockfile_counts_as_a_link(workspace: Workspace, project: Project) -> None:
    project.commit(workspace.files())
    lockfile = project.path / workspace.lockfile
    shutil.move(lockfile, project.path / "elsewhere")
    lockfile.symlink_to("elsewhere")
    project.commit()
    assert parts(project.signing(), "web", workspace.lockfile).startswith("file git:120000:")


def test_s25_a_link_whose_target_reads_as_a_lockfile_is_none(project: Project) -> None:
    """What git keeps of a link is where it leads: a name that happens to be good JSON would be read as the file."""
    workspace = WORKSPACES[0]
    project.commit(workspace.files())
    project.git("rm", "-q", workspace.lockfile)
    blob = project.git("rev-parse", f"HEAD:{workspace.lockfile}")
    project.git("update-index", "--add", "--cacheinfo", f"120000,{blob},{workspace.lockfile}")
    project.git("commit", "-q", "-m", "link")
    assert parts(project.signing(), "web", workspace.lockfile) == f"file git:120000:{blob}"


@every
def test_s25_a_lockfile_below_a_directory_counts_whole(workspace: Workspace, project: Project) -> None:
    files = {f"sub/{path}" if path != "cig.toml" else path: text for path, text in workspace.files().items()}
    job = f'[jobs.sub]\nsteps = [{{ uses = "lang/{workspace.module}", with = {{ package = "{workspace.web[0]}" }} }}]\n'
    config = f'version = "0.2"\n[project]\nname = "locked"\n{job}skip_if = {{ paths_unmodified = ["cig.toml"] }}\n'
    project.commit({**files, "cig.toml": config})
    before = project.signed()
    assert parts(project.signing(), "sub", f"sub/{workspace.lockfile}").startswith("file git:")
    project.commit({f"sub/{workspace.lockfile}": updated(workspace.lock, workspace.of_api)})
    assert changed(before, project.signed()) == {"sub"}


@every
def test_s25_line_ends_of_a_checkout_are_no_part_of_a_lockfile(
    workspace: Workspace, project: Project, tmp_path: Path, git: Git
) -> None:
    """Committed with one line end, checked out with the other: the blob is read, and not what the filters made."""
    project.commit({**workspace.files(), ".gitattributes": "* text eol=crlf\n"})
    git(tmp_path, "clone", "-q", project.path.as_uri(), "clone")
    clone = Project(tmp_path / "clone", git)
    assert b"\r\n" in (clone.path / workspace.lockfile).read_bytes()
    assert clone.signed() == clone.worktree() == project.signed()
    assert parts(clone.signing(), "web", workspace.lockfile).startswith("part ")
    clone.write({workspace.lockfile: updated(workspace.lock, workspace.of_api).replace("\n", "\r\n")})
    edited = clone.worktree()
    clone.commit()
    assert clone.signed() == edited


def blobless(project: Project, tmp_path: Path, git: Git) -> Project:
    """A clone without contents, and without anybody to fetch them from."""
    project.git("config", "uploadpack.allowFilter", "true")
    arguments = ("--depth=1", "--filter=blob:none", "--no-checkout", project.path.as_uri(), "clone")
    git(tmp_path, "clone", "-q", *arguments)
    clone = Project(tmp_path / "clone", git)
    clone.git("cat-file", "-e", "HEAD:cig.toml")
    return clone


@every
def test_s25_a_clone_with_the_lockfile_alone_is_enough(
    workspace: Workspace, project: Project, tmp_path: Path, git: Git
) -> None:
    project.commit(workspace.files())
    expected = project.signed()
    clone = blobless(project, tmp_path, git)
    clone.git("cat-file", "-e", f"HEAD:{workspace.lockfile}")
    shutil.move(project.path, tmp_path / "gone")
    assert clone.signed() == expected


@every
def test_s25_a_lockfile_that_is_not_in_the_clone_counts_whole_and_is_told_once(
    workspace: Workspace, project: Project, tmp_path: Path, git: Git
) -> None:
    project.commit(workspace.files())
    expected = project.signing()
    clone = blobless(project, tmp_path, git)
    shutil.move(project.path, tmp_path / "gone")
    signing = clone.signing()
    assert [(one.code, one.level.value) for one in signing.diagnostics] == [("HASH_004", "warning")]
    assert f'"{workspace.lockfile}" is not in this clone' in signing.diagnostics[0].message
    whole = parts(signing, "all", workspace.lockfile)
    assert {parts(signing, job, workspace.lockfile) for job in ALL} == {whole}
    assert changed(expected.signatures.digests, signing.signatures.digests) == {"web", "api"}


def test_s25_a_plan_without_such_a_job_reads_no_lockfile(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = WORKSPACES[0]
    config = workspace.config().replace("package =", "version =")
    project.commit({**workspace.files(), "cig.toml": config})
    monkeypatch.setattr("cigen.cli.signing._content", lambda location, entry: pytest.fail(f"{entry.path} is read"))
    project.signed()


def test_s25_a_lockfile_is_read_once_for_all_jobs(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from cigen.cli import signing

    read, really = [], signing._content
    monkeypatch.setattr(signing, "_content", lambda *given: read.append(given[1].path) or really(*given))
    project.commit(WORKSPACES[0].files())
    project.signed()
    assert read == [b"package-lock.json"]


def test_s25_another_checkout_place_gives_the_same_parts(project: Project, tmp_path: Path, git: Git) -> None:
    project.commit(WORKSPACES[2].files())
    other = new_project(tmp_path / "other", git)
    other.commit(WORKSPACES[2].files())
    assert other.signed() == project.signed()


@pytest.mark.parametrize(("package", "read"), [("package", True), ("version", False)])
def test_s25_a_plan_imports_what_reads_lockfiles_where_it_is_needed(
    project: Project, run_cig: Callable[..., "subprocess.CompletedProcess[str]"], package: str, read: bool
) -> None:
    workspace = WORKSPACES[0]
    project.commit({**workspace.files(), "cig.toml": workspace.config().replace("package =", f"{package} =")})
    done = run_cig(project.path, "compute-signatures", python=("-X", "importtime"))
    assert done.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert ("cigen.lockfiles.parts" in imported) is read


def test_s25_a_plan_without_steps_of_modules_knows_nothing_of_parts(
    project: Project, run_cig: Callable[..., "subprocess.CompletedProcess[str]"]
) -> None:
    config = 'version = "0.2"\nproject = { name = "x" }\n[jobs.a]\npackages = ["node"]\nsteps = ["make"]\n'
    project.commit({**WORKSPACES[0].files(), "cig.toml": config})
    done = run_cig(project.path, "compute-signatures", python=("-X", "importtime"))
    assert done.returncode == 0
    assert "cigen.rules.signature" in done.stderr
    assert "cigen.lockfiles" not in done.stderr
    assert "cigen.rules.locking" not in done.stderr
