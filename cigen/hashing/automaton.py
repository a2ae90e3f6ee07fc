"""Globs as an automaton over path segments.

Owns the question a walk asks at every directory: does anything below matter, does everything below matter, which names
could? A state is a set of pattern rests, so states are equal across filesets that share patterns, and what one of
them selected below a tree id can be reused by all. Refuses to know about trees, modes or files.
"""

from collections.abc import Callable, Iterable, Sequence

from cigen.hashing.globs import ANY, GLOBSTAR, Glob, Segment

__all__ = ["State", "start_state"]


class _Rest:
    """The rest of a pattern, still to be matched. There is one object for each: identity is equality."""

    __slots__ = ("following", "nullable", "segment")

    def __init__(self, segment: Segment | None, following: "_Rest | None") -> None:
        self.segment = segment
        self.following = following
        self.nullable: bool = following is None or (segment is GLOBSTAR and following.nullable)


_END = _Rest(None, None)
_rests: dict[tuple[Segment, _Rest], _Rest] = {}


def _rest(segments: Sequence[Segment]) -> _Rest:
    rest = _END
    for segment in reversed(segments):
        key = (segment, rest)
        found = _rests.get(key)
        if found is None:
            found = _rests[key] = _Rest(segment, rest)
        rest = found
    return rest


_EVERYTHING = _rest((GLOBSTAR,))
_EVERYTHING_BELOW = _rest((ANY, GLOBSTAR))
_Rests = frozenset[_Rest]
_NOTHING: _Rests = frozenset()
_ALL: _Rests = frozenset((_EVERYTHING,))


def _derive(rests: _Rests, name: bytes) -> _Rests:
    """What is left of the patterns once `name` is matched."""
    left: set[_Rest] = set()
    for first in rests:
        rest: _Rest = first
        while rest.segment is GLOBSTAR:  # it takes the name and stays, or takes nothing and the following rest tries
            left.add(rest)
            assert rest.following is not None
            rest = rest.following
        segment = rest.segment
        if segment is None or rest.following is None:
            continue
        if segment.literal == name if segment.matches is None else segment.matches(name):
            left.add(rest.following)
    return frozenset(left)


def _below(rests: _Rests) -> _Rests:
    """The rests that can still match inside a directory: one that has ended matched the directory's own name."""
    if _EVERYTHING in rests or _EVERYTHING_BELOW in rests:
        return _ALL
    return rests - {_END} if _END in rests else rests


class State:
    """Where a walk stands: what is left of the including and of the excluding patterns. One object for each pair."""

    __slots__ = (
        "_children", "_drops", "_exclude", "_include", "covers", "dead", "endings", "names", "only_name", "selects",
    )  # fmt: skip

    def __init__(self, include: _Rests, exclude: _Rests) -> None:
        self._include = include
        self._exclude = exclude
        takes, drops = _last_name_test(include), _last_name_test(exclude)
        self.selects = (lambda name: takes(name) and not drops(name)) if exclude else takes
        """Whether the file of a name is selected."""
        self._drops = drops
        self._children: dict[bytes, State] = {}
        self.dead = not include
        """Nothing below can be selected."""
        self.covers = include is _ALL and not exclude
        """Everything below is selected."""
        self.endings = () if exclude else _endings(include)
        """What the paths of all selected files below end in, and those of no others; empty if that is not all."""
        self.names = _first_names(include)
        """The only names that can matter here; None when there is a wildcard."""
        self.only_name = self.names[0] if self.names is not None and len(self.names) == 1 else None
        """The one name that can matter here, if there is just one."""

    def child(self, name: bytes) -> "State":
        """The state inside the directory `name`."""
        state = self._children.get(name)
        if state is None:
            state = _state(_derive(self._include, name), _derive(self._exclude, name))
            self._children[name] = state
        return state

    def selects_path(self, path: bytes) -> bool:
        """Whether the file at `path`, seen from here, is selected."""
        *parents, name = path.split(b"/")
        state = self
        for parent in parents:
            state = state.child(parent)
        return state.selects(name)

    def reaches_submodule(self, name: bytes) -> bool:
        """Whether the submodule `name`, or anything a pattern could name inside it, is selected: git cannot look in."""
        exclude = _derive(self._exclude, name)
        return bool(_derive(self._include, name)) and not self._drops(name) and _below(exclude) is not _ALL


def start_state(include: Iterable[Glob], exclude: Iterable[Glob], inside: int = 0) -> State:
    """The state at the root, or `inside` directories below it, on the way that all patterns begin with."""
    include, exclude = tuple(include), tuple(exclude)
    if len(include) == 1 and len(include[0].alternatives) == 1 and not exclude:
        # Nearly always; and one package's pattern is that of all others from here on.
        rest = _rest(include[0].alternatives[0][inside:])
        found = _alone.get(rest)
        if found is None:
            found = _alone[rest] = _state(frozenset((rest,)), _NOTHING)
        return found
    return _state(
        frozenset([_rest(path[inside:]) for glob in include for path in glob.alternatives]),
        frozenset([_rest(path[inside:]) for glob in exclude for path in glob.alternatives]),
    )


def _first_names(include: _Rests) -> tuple[bytes, ...] | None:
    names = [rest.segment.literal for rest in include if rest.segment is not None]
    literal = [name for name in names if name is not None]
    return tuple(sorted(set(literal))) if len(literal) == len(names) else None


def _endings(include: _Rests) -> tuple[bytes, ...]:
    """The endings of `**/*.ts` and the like; nothing where any of the rests is of another kind."""
    found = []
    for rest in include:
        last = rest.following.segment if rest.segment is GLOBSTAR and rest.following else None
        if last is None or last.ending is None or rest.following is None or rest.following.following is not _END:
            return ()
        found.append(last.ending)
    return tuple(sorted(found))


def _last_name_test(rests: _Rests) -> Callable[[bytes], bool]:
    """Whether a pattern ends with the name: the same as deriving by it and looking for an end, precomputed."""
    literals: set[bytes] = set()
    tests: list[Callable[[bytes], bool]] = []
    for first in rests:
        rest = first
        while rest.segment is GLOBSTAR and rest.following is not None:
            if rest.nullable:
                return lambda _name: True
            rest = rest.following
        if rest.segment is None or rest.following is None or not rest.following.nullable:
            continue
        if rest.segment.matches is not None:
            tests.append(rest.segment.matches)
        elif rest.segment.literal is not None:
            literals.add(rest.segment.literal)
    if not tests:
        return literals.__contains__
    if len(tests) == 1 and not literals:
        return tests[0]
    return lambda name: name in literals or any(test(name) for test in tests)


_states: dict[tuple[_Rests, _Rests], State] = {}
_alone: dict[_Rest, State] = {}
"""The states of single patterns."""


def _state(include: _Rests, exclude: _Rests) -> State:
    include, exclude = _below(include), _below(exclude)
    if exclude is _ALL or not include:
        include = exclude = _NOTHING
    key = (include, exclude)
    found = _states.get(key)
    if found is None:
        found = _states[key] = State(include, exclude)
    return found
