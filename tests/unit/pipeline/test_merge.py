"""Fragments of one file become the file; whoever disagrees is named."""

from cigen.model.plans import Fragment, MergeStrategy
from cigen.pipeline.merge import MergedFile, OwnedFragment, foreign_paths, merge_fragments

BASE = "name: CI\njobs:\n  test:\n    steps:\n      - uses: actions/checkout@abc # v5.0.0\n"


def part(owner: str, content: str, strategy: MergeStrategy = MergeStrategy.REPLACE, order: int = 0) -> OwnedFragment:
    return OwnedFragment(owner, Fragment("ci.yml", content, strategy, order))


def merged(*parts: OwnedFragment) -> MergedFile:
    file, diagnostics = merge_fragments("ci.yml", parts)
    assert file is not None, diagnostics
    return file


def messages(*parts: OwnedFragment) -> list[tuple[str, str]]:
    file, diagnostics = merge_fragments("ci.yml", parts)
    assert file is None
    return [(d.code, d.message) for d in diagnostics]


def test_a_single_owners_file_stays_as_it_is() -> None:
    assert merged(part("provider/github", BASE)) == MergedFile("ci.yml", BASE, ("provider/github",))


def test_a_file_ends_with_one_newline() -> None:
    assert merged(part("p/x", "a: 1")).content == merged(part("p/x", "a: 1\n\n\n")).content == "a: 1\n"


def test_a_merged_part_joins_and_comments_stay() -> None:
    more = part("lang/x", "jobs:\n  test:\n    env:\n      A: '1' # why\n", MergeStrategy.MERGE)
    file = merged(part("provider/github", BASE), more)
    assert "uses: actions/checkout@abc # v5.0.0" in file.content
    assert "# why" in file.content
    assert file.owners == ("provider/github", "lang/x")


def test_appended_text_follows_in_order() -> None:
    parts = [
        part("b/b", "# two\n", MergeStrategy.APPEND, 1),
        part("p/x", "a: 1\n"),
        part("a/a", "# three\n", MergeStrategy.APPEND, 2),
        part("c/c", "# one\n", MergeStrategy.APPEND, 1),
    ]
    assert merged(*parts).content == "a: 1\n# two\n# one\n# three\n"
    assert merged(*parts[::-1]).content == merged(*parts).content


def test_two_owners_of_a_file_are_both_named() -> None:
    assert messages(part("p/x", "a: 1\n"), part("p/y", "a: 1\n")) == [
        ("MERGE_001", "p/x and p/y each want to write the whole of ci.yml")
    ]


def test_parts_without_a_whole_have_no_owner() -> None:
    assert messages(part("lang/x", "a: 1\n", MergeStrategy.MERGE)) == [
        ("MERGE_002", "ci.yml has no owner: lang/x wrote only parts of it")
    ]


def test_two_plugins_that_disagree_on_a_value_are_both_named() -> None:
    found = messages(part("p/x", "name: CI\n"), part("lang/x", "name: Other\n", MergeStrategy.MERGE))
    assert [code for code, _ in found] == ["MERGE_003"]
    for word in ("p/x", "lang/x", "name", "CI", "Other"):
        assert word in found[0][1]


def test_a_part_that_is_no_yaml_names_its_plugin() -> None:
    found = messages(part("p/x", "name: CI\n"), part("lang/x", "a: [1\n", MergeStrategy.MERGE))
    assert [code for code, _ in found] == ["MERGE_005"]
    assert "lang/x" in found[0][1]


def test_paths_nobody_asked_for_are_found() -> None:
    fragments = [Fragment("ci.yml"), Fragment("../../.bashrc"), Fragment(".git/hooks/x"), Fragment("../../.bashrc")]
    assert foreign_paths("ci.yml", fragments) == ('"../../.bashrc"', '".git/hooks/x"')


def test_the_owner_of_a_file_may_write_beside_it_and_nowhere_else() -> None:
    fragments = [Fragment("ci/a.yml"), Fragment("ci/b.yml"), Fragment("ci/d/c.yml"), Fragment("b.yml")]
    assert foreign_paths("ci/a.yml", fragments, owns=True) == ('"b.yml"', '"ci/d/c.yml"')
    assert foreign_paths("ci/a.yml", fragments) == ('"b.yml"', '"ci/b.yml"', '"ci/d/c.yml"')
    assert foreign_paths("Jenkinsfile", fragments, owns=True)[0] == '"b.yml"'
