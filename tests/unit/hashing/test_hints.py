"""What a user is told about a glob that selects nothing."""

import pytest

from cigen.hashing.digest import SYMLINK, git_blob
from cigen.hashing.hints import unmatched_hint
from cigen.hashing.memory_tree import MemoryTree

TREE = MemoryTree(
    {
        b"app/models/user.rb": b"",
        b"app/[id]/page.tsx": b"",
        b"Gemfile": b"",
        b"link": (SYMLINK, git_blob(b"app")),
    }
)


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("app", '"app" names a directory: write "app/**" for the files in it'),
        ("app/*", '"app/*" names a directory: write "app/*/**" for the files in it'),
        ("app/[id]/page.tsx", '`[…]` is a class of characters: write "app/[[]id]/page.tsx" for the name itself'),
        ("gemfile", 'did you mean "Gemfile"?'),
        ("ap/models/*.rb", 'did you mean "app"?'),
        ("app/model/user.rb", 'did you mean "app/models"?'),
        ("link/models/user.rb", '"link" is a symbolic link, and globs follow none'),
        ("Gemfile/lock", '"Gemfile" is a file, not a directory'),
        ("{gemfile,x}", 'did you mean "Gemfile"?'),
        ("nothing/like/it", ""),
        ("**/*.py", ""),
        ("a" * 4095, ""),
        ("[[]", ""),
    ],
)
def test_the_hint_names_what_would_have_been_right(pattern, hint) -> None:
    assert unmatched_hint(TREE, pattern) == hint


def test_an_empty_tree_has_no_hints() -> None:
    assert unmatched_hint(MemoryTree({}), "app") == ""
