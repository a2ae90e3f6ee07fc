"""A project whose jobs fetch what others left, and what its log says: for every system whose planner hands files on."""

__all__ = ["BUILT", "PACKED", "TESTED", "restored_config"]

_LIST = """find . -path './dist/*' -o -path './out/*' | sort | while read -r file; do
  [ -d "$file" ] || echo "WHO:${file#./}=$(cat "$file")" >> $CIG_LOG
done
"""
_CONFIG = """\
version = "0.2"
[project]
name = "restored"
[on]
push = { branches = ["main"] }
[skipping]
restore = true
[jobs.build]
skip_if = { paths_unmodified = ["src/**"] }
outputs = { files = [LEFT] }
steps = ["mkdir -p dist/.hid; cp src/a dist/app; cp src/a dist/app.map; echo h > dist/.hid/CVS; echo build >> $CIG_LOG"]
[jobs.lib]
matrix = { ruby = ["3.3", "3.4"] }
skip_if = { paths_unmodified = ["lib/**"] }
outputs = { files = ["dist/**", "out/{{ matrix.ruby }}/**"] }
steps = ['''
mkdir -p dist out/{{ matrix.ruby }}
echo lib-{{ matrix.ruby }} >> $CIG_LOG
cp lib/a dist/{{ matrix.ruby }}
cp lib/a out/{{ matrix.ruby }}/lib
''']
[jobs.test]
needs = ["build", "lib"]
inputs = { artifacts = ["build"] }
skip_if = { paths_unmodified = ["test/**"] }
steps = ['''TEST''']
[jobs.pack]
needs = ["build", "lib"]
inputs = { artifacts = ["lib"] }
skip_if = { paths_unmodified = ["pack/**"] }
steps = ['''PACK''']
[[outputs]]
"""

TESTED = ["test:dist/.hid/CVS=h", "test:dist/app=1"]
"""What `test` finds of what `build` left."""

PACKED = ["pack:dist/3.3=1", "pack:dist/3.4=1", "pack:out/3.3/lib=1", "pack:out/3.4/lib=1"]
"""What `pack` finds of what the legs of `lib` left."""

BUILT = ["build", "lib-3.3", "lib-3.4"]
"""What those say who leave something."""


def restored_config(output: str, left: str) -> str:
    """cig.toml. output: the keys of its one output. left: what `build` leaves, globs in quotes: no `app.map`."""
    lists = {who.upper(): _LIST.replace("WHO", who) for who in ("test", "pack")}
    text = _CONFIG.replace("LEFT", left)
    for place, script in lists.items():
        text = text.replace(place, script)
    return text + output
