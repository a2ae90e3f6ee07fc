"""Filesets: what globs select, what the digest covers, and what is never looked at."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cigen.hashing.digest import EXECUTABLE, FILE, GITLINK, SYMLINK, TREE, TreeEntry, git_blob, git_tree
from cigen.hashing.fileset import Entry, Fileset, expand, select
from cigen.hashing.manifest import Component
from cigen.hashing.memory_tree import MemoryTree
from cigen.model.resources import PathGlob


def globs(*patterns: str) -> list[PathGlob]:
    """Patterns as globs; a trailing `~` says optional."""
    return [PathGlob(pattern.removesuffix("~"), pattern.endswith("~")) for pattern in patterns]


def paths(tree: MemoryTree, *patterns: str) -> list[bytes]:
    """The selected files."""
    return [entry.path for entry in expand(tree, select(tree, globs(*patterns)))]


def entry_paths(fileset: Fileset) -> list[bytes]:
    return [entry.path for entry in fileset.entries]


PROJECT = {
    b".gitattributes": b"* text=auto\n",
    b"Gemfile": b"gem\n",
    b"app/.gitattributes": b"*.rb text\n",
    b"app/models/user.rb": b"class User\n",
    b"app/models/user.md": b"docs\n",
    b"app/views/index.erb": b"<p>\n",
    b"lib/tool.rb": b"puts\n",
    b"vendor/lib": (GITLINK, "1" * 40),
}


@pytest.fixture
def project() -> MemoryTree:
    return MemoryTree(PROJECT)


def test_a_covered_directory_is_one_entry_and_is_never_opened(project) -> None:
    root = {entry.name: entry.id for entry in project.entries(project.root())}
    project.reads.clear()
    fileset = select(project, globs("app/**"))
    assert fileset.entries == (Entry(b"app", TREE, root[b"app"]),)
    assert project.reads == [project.root()]


def test_everything_is_the_root_itself(project) -> None:
    assert select(project, globs("**")).entries == (Entry(b"", TREE, project.root()),)
    assert select(project, globs("**", "app/**")).entries == select(project, globs("**/*")).entries


def test_a_directory_where_nothing_can_match_is_never_opened(project) -> None:
    select(project, globs("app/models/*.rb"))
    opened = set(project.reads)
    root = {entry.name: entry.id for entry in project.entries(project.root())}
    assert root[b"lib"] not in opened
    assert root[b"app"] in opened


def test_an_exclusion_wins_wherever_it_stands(project) -> None:
    assert paths(project, "app/**", "!**/*.md") == paths(project, "!**/*.md", "app/**")
    assert paths(project, "app/**/*", "!app/models/**") == [b"app/.gitattributes", b"app/views/index.erb"]


def test_whether_a_directory_is_one_entry_depends_on_the_globs_alone(project) -> None:
    fileset = select(project, globs("lib/**", "!**/*.py"))
    assert entry_paths(fileset) == [b"lib/tool.rb"], "no .py is there, but one could be"


def test_what_stands_in_a_covered_directory_is_not_listed_again(project) -> None:
    fileset = select(project, globs("app/**", "**/*.rb", "app/models/user.rb"))
    assert entry_paths(fileset) == [b"app", b"lib/tool.rb", b"vendor/lib"]
    assert [entry.path for entry in fileset.attributes] == [b".gitattributes"]


def test_every_gitattributes_down_to_a_selected_path_is_an_input(project) -> None:
    fileset = select(project, globs("app/models/*.rb", "!**/.gitattributes"))
    assert [entry.path for entry in fileset.attributes] == [b".gitattributes", b"app/.gitattributes"]
    assert [entry.path for entry in select(project, globs("lib/*")).attributes] == [b".gitattributes"]
    assert select(project, globs("nothing~")).attributes == ()


@pytest.mark.parametrize(
    ("pattern", "attributes"),
    [
        ("app/models/*.rb", [b".gitattributes", b"app/.gitattributes"]),
        ("app/models/user.rb", [b".gitattributes", b"app/.gitattributes"]),
        ("vendor/lib/src/main/*.c", [b".gitattributes"]),
        ("app/models/*.py~", []),
        ("app/models/gone.rb~", []),
    ],
)
def test_a_glob_that_begins_with_names_has_the_attributes_above_it(project, pattern, attributes) -> None:
    assert [entry.path for entry in select(project, globs(pattern)).attributes] == attributes


def test_alternatives_need_not_begin_alike(project) -> None:
    assert paths(project, "{app/models/*.rb,lib/tool.rb}") == [b"app/models/user.rb", b"lib/tool.rb"]


def test_a_required_glob_that_selects_nothing_is_named(project) -> None:
    wanted = globs("app/**", "ap/**", "*.py~", "!nothing/**", "Gemfile.lock", "app/models")
    assert select(project, wanted).unmatched == (wanted[1], wanted[4], wanted[5])


def test_a_glob_whose_every_match_is_excluded_selects_nothing(project) -> None:
    wanted = globs("app/models/*.md", "lib/**", "!**/*.md")
    assert select(project, wanted).unmatched == (wanted[0],)


def test_a_literal_path_that_is_no_file_is_absent(project) -> None:
    fileset = select(project, globs("Gemfile.lock~", "Gemfile", "{.ruby-version,app,lib/tool.rb}", "*.py~", "a/b/c~"))
    assert fileset.absent == (b".ruby-version", b"Gemfile.lock", b"a/b/c", b"app")


def test_a_literal_path_inside_a_covered_directory_is_not_absent(project) -> None:
    assert select(project, globs("{app/models/user.rb,app/gone,app/**}")).absent == (b"app/gone",)


def test_absence_is_part_of_the_key(project) -> None:
    one, other = (select(project, globs("Gemfile", f"{name}~")) for name in ("a", "b"))
    assert one.entries == other.entries
    assert one.components() != other.components()


@pytest.mark.parametrize(
    ("pattern", "selected"),
    [
        ("vendor/lib", True),
        ("vendor/**", True),
        ("vendor/lib/**", True),
        ("vendor/lib/src/*.c", True),
        ("**/*.c", True),
        ("vendor/*", True),
        ("vendor/other/**", False),
        ("*", False),
        ("lib/**", False),
    ],
)
def test_a_submodule_is_selected_when_a_glob_could_name_something_in_it(project, pattern, selected) -> None:
    found = {entry.path for entry in expand(project, select(project, globs(pattern + "~")))}
    assert (b"vendor/lib" in found) == selected


@pytest.mark.parametrize(
    ("pattern", "selected"), [("!vendor/lib", False), ("!vendor/lib/**", False), ("!vendor/lib/docs/**", True)]
)
def test_a_submodule_is_excluded_only_as_a_whole(project, pattern, selected) -> None:
    assert (b"vendor/lib" in paths(project, "**/*", pattern)) == selected


def test_links_are_not_followed() -> None:
    tree = MemoryTree({b"real/a": b"1", b"link": (SYMLINK, git_blob(b"real"))})
    assert select(tree, globs("link/a~")).entries == ()
    assert entry_paths(select(tree, globs("link"))) == [b"link"]


def test_the_empty_tree_has_nothing() -> None:
    assert select(MemoryTree({}), globs("**", "a")) == Fileset(absent=(b"a",), unmatched=tuple(globs("**", "a")))


def test_no_globs_select_nothing(project) -> None:
    assert select(project, []) == Fileset()


def test_directories_may_nest_deeper_than_python_recurses() -> None:
    deep = b"/".join([b"d"] * 1500)
    tree = Chain(1500, (TreeEntry(b"a.rb", FILE, git_blob(b"")),))
    assert paths(tree, "**/*.rb") == [deep + b"/a.rb"]


class Chain:
    """A tree of one directory in the other, around `innermost`."""

    def __init__(self, levels: int, innermost: tuple[TreeEntry, ...]) -> None:
        self.trees = {}
        entries = innermost
        for _ in range(levels + 1):
            self.top = git_tree(entries)
            self.trees[self.top] = entries
            entries = (TreeEntry(b"d", TREE, self.top),)

    def root(self):
        return self.top

    def entries(self, tree):
        return self.trees[tree]


def test_a_directory_without_files_is_nothing() -> None:
    hollow = Chain(1, ())
    assert select(hollow, globs("d/**", "d/*")).unmatched == tuple(globs("d/**", "d/*"))


def test_components_name_every_path_and_kind(project) -> None:
    found = select(project, globs("app/**", "Gemfile", "gone~")).components()
    tree = next(entry.id for entry in project.entries(project.root()) if entry.name == b"app")
    blob_of_attributes, gem = git_blob(b"* text=auto\n"), git_blob(b"gem\n")
    rows = [
        f"git:100644:{blob_of_attributes} .gitattributes",
        f"git:100644:{gem} Gemfile",
        f"git:040000:{tree} app/",
    ]
    assert found == (Component("absent", "gone", ""), Component("files", "", "\0".join(rows)))
    whole = select(project, globs("**")).components()
    assert whole == (Component("files", "", f"git:040000:{project.root()} ./"),)


# -- properties --------------------------------------------------------------------------------------------------------

SEGMENT = st.sampled_from(["**", "*", "a", "b", "?", "a*", "[ab]", "{a,bb}", ".gitattributes"])
PATTERN = st.lists(SEGMENT, min_size=1, max_size=4).map("/".join)
GLOBS = st.lists(st.builds(lambda no, p: PathGlob(no + p, True), st.sampled_from(["", "", "!"]), PATTERN), max_size=4)
NAME = st.sampled_from([b"a", b"b", b"bb", b"ab", b".gitattributes"])
PATH = st.lists(NAME, min_size=1, max_size=4).map(b"/".join)
CONTENT = st.tuples(st.sampled_from([FILE, EXECUTABLE, SYMLINK]), st.sampled_from([git_blob(b"0"), git_blob(b"1")]))


def without_conflicts(files):
    return {path: content for path, content in files.items() if not any(path.startswith(p + b"/") for p in files)}


FILES = st.dictionaries(PATH, CONTENT, max_size=8).map(without_conflicts)


def plainly_selected(as_regex, wanted: list[PathGlob], files) -> set[bytes]:
    """What the globs select, by trying every path."""
    include = [as_regex(glob.pattern) for glob in wanted if not glob.pattern.startswith("!")]
    exclude = [as_regex(glob.pattern[1:]) for glob in wanted if glob.pattern.startswith("!")]
    return {
        path
        for path in files
        if any(p.fullmatch(path.decode()) for p in include) and not any(p.fullmatch(path.decode()) for p in exclude)
    }


def plain_inputs(as_regex, wanted: list[PathGlob], files) -> dict[bytes, tuple[int, str]]:
    """The selected files and the attributes above them, with mode and id."""
    selected = plainly_selected(as_regex, wanted, files)
    above = {
        b"/".join([*path.split(b"/")[:depth], b".gitattributes"])
        for path in selected
        for depth in range(path.count(b"/") + 1)
    }
    return {path: files[path] for path in selected | (above & files.keys())}


@given(GLOBS, FILES)
def test_a_fileset_holds_what_trying_every_path_gives(as_regex, wanted, files) -> None:
    tree = MemoryTree(files)
    found = expand(tree, select(tree, wanted))
    assert {entry.path for entry in found} == plainly_selected(as_regex, wanted, files)
    assert list(found) == sorted(found)


@given(GLOBS, FILES, st.data())
def test_a_change_changes_the_key_of_every_fileset_it_is_an_input_of_and_no_other(
    as_regex, wanted, files, data
) -> None:
    assume(files)
    path = data.draw(st.sampled_from(sorted(files)), label="path")
    change = data.draw(st.sampled_from(["content", "mode", "name", "removal"]), label="change")
    changed = dict(files)
    mode, blob = changed.pop(path)
    if change == "content":
        changed[path] = (mode, git_blob(b"other"))
    elif change == "mode":
        changed[path] = (EXECUTABLE if mode == FILE else FILE, blob)
    elif change == "name":
        changed[data.draw(PATH, label="new name")] = (mode, blob)
        assume(changed == without_conflicts(changed))
    before, after = (select(MemoryTree(state), wanted) for state in (files, changed))
    inputs = [plain_inputs(as_regex, wanted, state) for state in (files, changed)]
    assert (before.components() == after.components()) == (inputs[0] == inputs[1])


@given(GLOBS, FILES, st.randoms())
def test_the_order_of_globs_does_not_matter(wanted, files, random) -> None:
    shuffled = wanted.copy()
    random.shuffle(shuffled)
    one, other = select(MemoryTree(files), wanted), select(MemoryTree(files), shuffled)
    assert one.components() == other.components()
    assert (one.entries, one.attributes, one.absent) == (other.entries, other.attributes, other.absent)
