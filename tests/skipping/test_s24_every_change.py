"""S24, S27: a signature changes if and only if something changed that the job, or a job it needs, depends on."""

import tomllib
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference import legs, signatures
from signed_project import Project, changed
from worlds import World, declared, dependencies, edited, is_input, signed, worlds


@settings(max_examples=300)
@given(st.data())
def test_s24_s27_a_signature_changes_exactly_if_an_input_did(data: st.DataObject) -> None:
    before = data.draw(worlds())
    after = data.draw(edited(before))
    was, now = dependencies(before), dependencies(after)
    assert changed(signed(before), signed(after)) == {key for key in was if was[key] != now[key]}


@settings(max_examples=150)
@given(worlds())
def test_s28_the_documented_rules_give_the_signatures_of_random_repositories(world: World) -> None:
    assert signatures(world.every(), tomllib.loads(world.toml()), world.environ) == signed(world)


@settings(max_examples=100)
@given(worlds(), st.data())
def test_s24_a_flipped_byte_of_an_input_changes_all_descendants_and_no_other_job(
    world: World, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(sorted(world.files) or [""]))
    assume(path and world.files[path][1])
    mode, content = world.files[path]
    at, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    flipped = content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :]
    after = replace(world, files={**world.files, path: (mode, flipped)})
    assert changed(signed(world), signed(after)) == reached(world, path)


def reached(world: World, path: str) -> set[str]:
    """Plan keys of all that depends on a file: jobs by themselves, legs by themselves, and all downstream of them."""
    found: set[str] = set()
    jobs: set[str] = set()
    for name, job in world.config["jobs"].items():
        globs, below = declared(job), jobs & {*job.get("needs", ())}
        for key, values in legs(name, job):
            if below or not globs or is_input(world.every(), globs, path, values):
                found.add(key)
                jobs.add(name)
    return found


CHAIN = 'version = "0.2"\n[project]\nname = "chain"\n' + "".join(
    f'[jobs.j{number}]\nneeds = {[f"j{number - 1}"] if number else []}\nsteps = ["make"]\n'
    f'skip_if = {{ paths_unmodified = ["{number}/*"] }}\n'
    for number in range(12)
)


def test_s24_a_change_far_upstream_reaches_the_end_of_a_long_chain(project: Project) -> None:
    project.commit({"cig.toml": CHAIN, **{f"{number}/file": "a" for number in range(12)}})
    before = project.signed()
    project.commit({"0/file": "b"})
    assert changed(before, project.signed()) == {f"j{number}" for number in range(12)}
    project.commit({"0/file": "a", "7/file": "b"})
    assert changed(before, project.signed()) == {f"j{number}" for number in range(7, 12)}
    project.commit({"7/file": "a"})
    assert project.signed() == before
