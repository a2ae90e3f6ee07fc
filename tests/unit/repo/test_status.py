"""The meaning of git's porcelain output."""

from cigen.repo.status import Status, parse_status

A, B = b"a" * 40, b"b" * 40
HEADER = b"# branch.oid " + A + b"\0# branch.head main\0# stash 1\0"


def changed(state: bytes, mode: bytes, path: bytes, sub: bytes = b"N...") -> bytes:
    return b"1 %s %s 100644 100644 %s %s %s %s\0" % (state, sub, mode, A, B, path)


def test_a_clean_worktree_has_a_commit_and_nothing_else() -> None:
    assert parse_status(HEADER) == Status("a" * 40, False, (), (), ())


def test_an_unborn_branch_has_no_commit() -> None:
    assert parse_status(b"# branch.oid (initial)\0# branch.head main\0").commit == ""


def test_each_record_goes_where_it_is_dealt_with() -> None:
    output = (
        HEADER
        + changed(b"M.", b"100644", b"staged only")
        + changed(b".M", b"100644", b"edited with spaces")
        + changed(b".D", b"000000", b"gone")
        + changed(b".M", b"160000", b"submodule", b"SC..")
        + changed(b".T", b"120000", b"link now")
        + b"u UU N... 100644 100644 100644 100644 %s %s %s conflict\0" % (A, A, A)
        + b"u UD N... 100644 100644 000000 000000 %s %s %s gone too\0" % (A, A, A)
        + b"? new\nname\0? nested/\0! ignored\0"
    )
    assert parse_status(output) == Status(
        "a" * 40,
        True,
        (b"edited with spaces", b"link now", b"conflict", b"new\nname"),
        (b"gone", b"gone too"),
        (b"submodule", b"nested"),
    )


def test_the_cache_of_cigen_is_not_even_hashed() -> None:
    found = parse_status(HEADER + b"? .cigen/cache/x\0? .cigen/cached\0" + changed(b".M", b"100644", b".cigen/cache/y"))
    assert found.files == (b".cigen/cached",)
