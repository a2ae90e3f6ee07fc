"""What a job says that it installs of a lockfile, and everything that leaves it unsaid."""

import pytest

from cigen.model.paths import Digest
from cigen.model.plans import PluginInfo
from cigen.model.resources import Job, Leg, Matrix, ModuleUse, Pair, Run, Service, Step
from cigen.pipeline.installing import Selected, lockfiles_in_part, named_parts, part_component, selected_parts

INFO = PluginInfo(
    "lang/any",
    "1.0.0",
    capabilities=("package:any", "service:anydb"),
    metadata=(Pair("input:package", "{}"), Pair("lockfile:a.lock", '["only_groups","package"]')),
)
TWO = PluginInfo(
    "lang/any", metadata=(Pair("lockfile:a.lock", '["package"]'), Pair("lockfile:b.lock", '["only_groups"]'))
)


def using(module: str = "lang/any", **inputs: str) -> Step:
    return Step(module=ModuleUse(module, inputs=tuple(Pair(*pair) for pair in inputs.items())))


def selected(job: Job, leg: Leg | None = None, info: PluginInfo = INFO) -> tuple[Selected, ...]:
    parts = dict(selected_parts(job, leg, info))
    assert set(parts) <= {"a.lock"}
    return parts.get("a.lock", ())


def test_a_step_selects_a_package_groups_or_both() -> None:
    assert selected(Job("j", steps=(using(package="apps/web"),))) == (Selected("apps/web"),)
    assert selected(Job("j", steps=(using(only_groups="b, a,b"),))) == (Selected(only_groups=("a", "b")),)
    assert selected(Job("j", steps=(using(package="p", only_groups="a"),))) == (Selected("p", ("a",)),)
    assert selected(Job("j", cleanup=(using(package="p", version="3"), Step(run=Run("make"))))) == (Selected("p"),)


def test_several_steps_select_together() -> None:
    job = Job("j", steps=(using(package="b"), using(package="a"), using(package="b")))
    assert selected(job) == (Selected("a"), Selected("b"))


@pytest.mark.parametrize(
    "job",
    [
        Job("j"),
        Job("j", steps=(using("lang/other", package="p"),)),
        Job("j", steps=(using(),)),
        Job("j", steps=(using(version="3"),)),
        Job("j", steps=(using(package=""),)),
        Job("j", steps=(using(package="p"), using())),
        Job("j", steps=(using(package="p"),), cleanup=(using(),)),
        Job("j", steps=(using(package="p"),), packages=("any",)),
        Job("j", steps=(using(package="p"),), services=(Service("anydb"),)),
        Job("j", steps=(using(package="{{ a }}"),)),
        Job("j", steps=(using(package="p", only_groups="{{ a }}"),)),
        Job("j", steps=(using(package="p q"),)),
        Job("j", steps=(using(package="-p"),)),
        Job("j", steps=(using(package="p\n"),)),
        Job("j", steps=(using(package="./p"),)),
        Job("j", steps=(using(only_groups="a,"),)),
        Job("j", steps=(using(only_groups=","),)),
        Job("j", steps=(using(only_groups='["a"]'),)),
        Job("j", steps=(using(only_groups="a\nb"),)),
    ],
)
def test_everything_else_leaves_the_lockfile_whole(job: Job) -> None:
    assert selected(job) == ()


def test_what_other_modules_are_asked_for_says_nothing_of_this_one() -> None:
    job = Job("j", steps=(using(package="p"), using("lang/other")), packages=("other",), services=(Service("db"),))
    assert selected(job) == (Selected("p"),)
    assert selected(Job("j", steps=(using(package="p"),), services=(Service("anydb", image="db:1"),))) != ()


def test_each_lockfile_has_inputs_of_its_own() -> None:
    assert selected_parts(Job("j", steps=(using(package="p"),)), None, TWO) == (("a.lock", (Selected("p"),)),)
    both = Job("j", steps=(using(package="p"), using(only_groups="g")))
    assert selected_parts(both, None, TWO) == ()
    assert selected_parts(both, None, PluginInfo("lang/any")) == ()


def test_the_values_of_a_leg_are_final() -> None:
    job = Job("j", steps=(using(package="{{ matrix.p }}"),))
    assert selected(job, Leg("j-a", (Pair("p", "a"),))) == (Selected("a"),)
    assert selected(job, Leg("j-a", (Pair("q", "a"),))) == ()
    assert selected(job, Leg("j-a", (Pair("p", "{{ b }}"),))) == ()
    assert selected(job, Leg("j-a", (Pair("p", "a b"),))) == ()


def test_the_lockfiles_of_a_plan_are_those_of_any_leg() -> None:
    legs = (Leg("j-", (Pair("p", ""),)), Leg("j-a", (Pair("p", "a"),)))
    job = Job("j", steps=(using(package="{{ matrix.p }}"),), matrix=Matrix(legs=legs))
    assert lockfiles_in_part([Job("i"), job], [PluginInfo("lang/other"), INFO]) == ("a.lock",)
    assert lockfiles_in_part([Job("i"), Job("j", packages=("any",))], [INFO]) == ()


def test_parts_are_named_in_a_manifest_and_read_back() -> None:
    one, two = Digest("sha256:" + "1" * 64), Digest("sha256:" + "2" * 64)
    value = part_component([(two, Selected("apps/web")), (one, Selected(only_groups=("a", "b")))])
    assert value == f"part {one} :a,b part {two} apps/web"
    assert named_parts(value) == "a,b, apps/web"
    assert part_component([(one, Selected("p", ("g",)))]) == f"part {one} p:g"
    assert named_parts("file git:100644:" + "0" * 40) == ""
