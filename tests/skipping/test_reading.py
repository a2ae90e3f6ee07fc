"""S7, S8, S10, S11, S12: a signature is of the tree that is tested, however it was checked out."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from signed_project import Project, changed, new_project

Git = Callable[..., str]

CONFIG = """
version = "0.2"
[project]
name = "reading"
[jobs.source]
steps = ["make"]
skip_if = { paths_unmodified = ["src/**"] }
[jobs.one]
steps = ["make one"]
skip_if = { paths_unmodified = ["src/deep/one.c"] }
[jobs.prose]
steps = ["make prose"]
skip_if = { paths_unmodified = ["docs/*.md"] }
[jobs.vendored]
steps = ["make vendored"]
skip_if = { paths_unmodified = [{ glob = "vendor/lib/src/*.c", optional = true }] }
"""
FILES = {"cig.toml": CONFIG, "src/a.c": "a\n", "src/deep/one.c": "1\n", "docs/index.md": "hi\n"}


@pytest.fixture
def reading(project: Project) -> Project:
    project.commit(FILES)
    return project


def test_s7_a_merge_is_signed_as_what_was_merged_and_not_as_either_head(reading: Project) -> None:
    reading.git("checkout", "-q", "-b", "feature")
    reading.commit({"src/a.c": "feature\n"})
    reading.git("checkout", "-q", "main")
    reading.commit({"docs/index.md": "main\n"})
    before = reading.signed()
    reading.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
    merged = reading.signed()
    assert changed(before, merged) == {"source"}
    assert changed(reading.signed("feature"), merged) == {"prose"}
    assert merged == reading.worktree()


def test_s8_history_is_no_input(reading: Project, tmp_path: Path, git: Git) -> None:
    """No base is looked for, so neither a squash nor a rebase nor a clone of one commit changes anything."""
    reading.commit({"src/a.c": "b\n"})
    expected = reading.signed()
    reading.git("checkout", "-q", "--orphan", "fresh")
    reading.git("commit", "-q", "-m", "squashed")
    assert reading.signed() == expected
    reading.git("config", "uploadpack.allowFilter", "true")
    arguments = ("--depth=1", "--filter=blob:none", reading.path.as_uri(), "clone")
    git(tmp_path, "clone", "-q", *arguments)
    clone = Project(tmp_path / "clone", git)
    assert clone.signed() == clone.worktree() == expected
    assert clone.git("rev-list", "--count", "--all") == "1"


@pytest.fixture
def with_submodule(reading: Project, tmp_path: Path, git: Git) -> Project:
    library = new_project(tmp_path / "library", git)
    library.commit({"src/lib.c": "int x;\n"})
    library.commit({"src/lib.c": "int y;\n"})
    reading.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.path), "vendor/lib")
    reading.commit()
    return reading


def test_s10_the_commit_of_a_submodule_is_an_input_of_whoever_could_read_it(with_submodule: Project) -> None:
    before = with_submodule.signed()
    with_submodule.git("-C", "vendor/lib", "checkout", "-q", "HEAD^")
    assert changed(before, with_submodule.worktree()) == {"vendored"}
    with_submodule.commit()
    assert changed(before, with_submodule.signed()) == {"vendored"}


def test_s10_a_checkout_without_submodules_signs_like_one_with_them(with_submodule: Project) -> None:
    expected = with_submodule.signed()
    assert with_submodule.worktree() == expected
    with_submodule.git("submodule", "--quiet", "deinit", "--all", "--force")
    assert with_submodule.worktree() == with_submodule.signed() == expected


@pytest.mark.parametrize("path", ["src/lib.c", "new.c"])
def test_s10_a_submodule_with_changes_of_its_own_was_never_proven(with_submodule: Project, path: str) -> None:
    clean = with_submodule.worktree()
    with_submodule.write({f"vendor/lib/{path}": "int z;\n"})
    assert changed(clean, with_submodule.worktree()) == {"vendored"}
    assert with_submodule.signed() == clean, "the commit is what it was"


def pointer(content: bytes) -> bytes:
    oid = sha256(content).hexdigest()
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n" % (oid.encode(), len(content))


def test_s11_smudged_and_unsmudged_files_of_lfs_have_one_signature(reading: Project) -> None:
    reading.commit({"src/.gitattributes": "*.bin filter=lfs -text\n", "src/a.bin": pointer(b"large\n")})
    expected = reading.signed()
    assert reading.worktree() == expected
    reading.write({"src/a.bin": b"large\n"})
    assert reading.worktree() == expected
    reading.write({"src/a.bin": b"Large\n"})
    assert changed(expected, reading.worktree()) == {"source"}


@pytest.mark.parametrize("setting", ["core.autocrlf=true", "core.eol=crlf"])
def test_s12_line_ends_of_the_checkout_are_no_input(reading: Project, setting: str) -> None:
    reading.commit({".gitattributes": "* text=auto\n"})
    expected = reading.signed()
    reading.git("config", *setting.split("="))
    reading.git("rm", "-q", "--cached", "-r", ".")
    reading.git("reset", "-q", "--hard")
    assert b"\r\n" in (reading.path / "src/a.c").read_bytes()
    assert reading.worktree() == expected


def test_s12_line_ends_in_the_repository_are_an_input(reading: Project) -> None:
    before = reading.signed()
    reading.commit({"src/a.c": "a\r\n"})
    assert changed(before, reading.signed()) == {"source"}


def test_s12_the_executable_bit_is_an_input(reading: Project) -> None:
    before = reading.signed()
    (reading.path / "src/deep/one.c").chmod(0o755)
    assert changed(before, reading.worktree()) == {"source", "one"}
    reading.commit()
    assert changed(before, reading.signed()) == {"source", "one"}


def test_s12_a_link_is_its_target_and_not_what_is_there(reading: Project) -> None:
    link = reading.path / "src/deep/one.c"
    before = reading.signed()
    link.unlink()
    link.symlink_to("1\n")
    assert changed(before, reading.worktree()) == {"source", "one"}, "a link whose target reads like the file did"
    linked = reading.worktree()
    link.unlink()
    link.symlink_to("../../docs/index.md")
    pointed = reading.worktree()
    assert changed(linked, pointed) == {"source", "one"}
    reading.write({"docs/index.md": "other\n"})
    assert changed(pointed, reading.worktree()) == {"prose"}


@pytest.mark.parametrize(
    ("path", "jobs"),
    [
        (".gitattributes", {"source", "one", "prose"}),
        ("src/.gitattributes", {"source", "one"}),
        ("src/deep/.gitattributes", {"source", "one"}),
        ("docs/.gitattributes", {"prose"}),
        ("docs/old/.gitattributes", set()),
        ("other/.gitattributes", set()),
    ],
)
def test_s12_attributes_of_a_file_are_an_input_wherever_they_stand(reading: Project, path: str, jobs: set[str]) -> None:
    before = reading.signed()
    reading.commit({path: "*.c text\n*.md text\n"})
    assert changed(before, reading.signed()) == jobs
