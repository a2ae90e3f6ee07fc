"""What surrounds a job's steps, and the data its legs are."""

from collections.abc import Callable
from typing import Any

from cigen.sdk import (
    Approval,
    Artifact,
    Concurrency,
    Container,
    Environment,
    Job,
    JobOutputs,
    Leg,
    Matrix,
    Pair,
    ProviderBlock,
    Run,
    Runner,
    Secret,
    Shards,
    Step,
    Tool,
    Trigger,
)

Make = Callable[..., Any]


def legs(*names: str, runners: tuple[Runner, ...] = (), **given: Any) -> Matrix:
    machines = runners or (None,) * len(names)
    made = (Leg(f"test-{name}", (Pair("v", name),), runner) for name, runner in zip(names, machines, strict=True))
    return Matrix(legs=tuple(made), **given)


def test_legs_share_a_function_and_are_data(render_step: Make) -> None:
    rendered = render_step(Step("a", run=Run("make {{ matrix.v }}")), matrix=legs("1", "2", max_parallel=1))
    assert rendered.function("jobTest") == "runLegs(jobTestLegs(), true, 1) { Map leg ->\n  jobTestLeg(leg)\n}\n"
    assert "    [name: 'test-1', matrix: [v: '1']],\n    [name: 'test-2', matrix: [v: '2']],\n" in rendered.text
    assert "bash('a', 'make ' + leg.matrix.v)" in rendered.text


def test_legs_on_different_machines_have_labels(render_step: Make) -> None:
    rendered = render_step(machine=None, matrix=legs("1", "2", runners=(Runner("linux"), Runner("macos"))))
    assert "[name: 'test-2', label: 'macos', matrix: [v: '2']]" in rendered.text
    assert "onNode(leg.label, 30) {" in rendered.text


def test_legs_on_windows_have_a_function_of_their_own(render_step: Make) -> None:
    rendered = render_step(machine=None, matrix=legs("1", "2", runners=(Runner("linux"), Runner("windows"))))
    assert "onNode('linux', 30) {" in rendered.function("jobTestLeg")
    assert "onNode('windows', 30) {" in rendered.function("jobTestLeg1")
    assert "if (leg.variant == 1) { jobTestLeg1(leg) }" in rendered.function("jobTest")


def test_a_value_that_could_change_the_shell_is_written_out(render_step: Make) -> None:
    rendered = render_step(Step("a", run=Run("echo '{{ matrix.v }}'")), matrix=legs("1", "it's"))
    assert "leg.matrix" not in rendered.text
    assert "bash('a', 'echo \\'it\\'s\\'')" in rendered.function("jobTestLeg1")


def test_a_version_that_needs_another_spelling_is_written_out(render_step: Make) -> None:
    rendered = render_step(Step("t", tool=Tool("node", "{{ matrix.v }}")), matrix=legs("lts/*", "20"))
    assert "cig_tool node@lts'" in rendered.text


def test_shards_are_legs(render_step: Make) -> None:
    rendered = render_step(shards=Shards(2, ("test/**",)), matrix=legs("a"))
    assert "[name: 'test-a-1', shard: '0', matrix: [v: 'a']],\n    [name: 'test-a-2', shard: '1'" in rendered.text
    body = rendered.function("jobTestLeg")
    assert "'CIG_SHARD_INDEX=' + leg.shard" in body
    assert body.index("source(1)") < body.index("Choose this shard")


def test_an_empty_matrix_is_an_error(render_step: Make) -> None:
    assert render_step(matrix=Matrix()).codes == ["JENKINS_003"]


def test_legs_that_archive_files_of_one_name_are_told_of(render_step: Make) -> None:
    def keep(path: str) -> Step:
        return Step("k", upload=Artifact("x", (path,)))

    assert render_step(keep("out"), matrix=legs("1", "2")).codes == ["JENKINS_020"]
    assert render_step(keep("out-{{ matrix.v }}"), matrix=legs("1", "2")).codes == []
    assert render_step(keep("out")).codes == []


def test_legs_are_approved_once(render_step: Make) -> None:
    rendered = render_step(matrix=legs("1", "2"), approve=Approval(by=("ops",)), concurrency=Concurrency("serial"))
    assert rendered.function("jobTest").startswith(
        "approve('Run test?', 'ops')\nlock(resource: 'project/ci/test') {\n  runLegs("
    )
    assert "approve" not in rendered.function("jobTestLeg")


def test_each_leg_has_the_group_that_names_it(render_step: Make) -> None:
    rendered = render_step(matrix=legs("1", "2"), concurrency=Concurrency(group="db-{{ matrix.v }}"))
    assert "lock(resource: 'project/db-' + leg.matrix.v) {" in rendered.function("jobTestLeg")


def test_a_job_finds_what_those_it_needs_have_told(render: Make, make_job: Make) -> None:
    build = make_job(id="build", outputs=JobOutputs(values=("version",)))
    rendered = render(build, make_job(needs=("build",)))
    assert "keepOutputs('build')" in rendered.function("jobBuild")
    assert "'CIG_NEEDS_BUILD_VERSION=' + output('build', 'version')" in rendered.function("jobTest")


def test_many_steps_are_several_functions(render_step: Make) -> None:
    rendered = render_step(*(Step(f"s{number}", run=Run("x")) for number in range(25)))
    assert rendered.function("jobTest") == (
        "onNode('linux', 30) {\n  jobTestPart1()\n  jobTestPart2()\n  jobTestPart3()\n}\n"
    )
    assert rendered.function("jobTestPart3").count("bash(") == 6


def test_steps_after_a_failure_are_parts_of_their_own(render_step: Make) -> None:
    last = Step("c", run=Run("rm x"), run_on="always")
    assert render_step(Step("a", run=Run("x")), last).function("jobTest") == (
        "onNode('linux', 30) {\n  inOrder([\n    ['success', {\n      source(1)\n      bash('a', 'x')\n    }],\n"
        "    ['always', {\n      bash('c', 'rm x')\n    }],\n  ])\n}\n"
    )


def test_secrets_are_bound_to_the_steps_that_need_them(render: Make, make_job: Make) -> None:
    secrets = (Secret("TOKEN", (ProviderBlock("jenkins", '{"credentials":"the-token"}'),)),)
    job = make_job(Step("a", run=Run("x"), secrets=("TOKEN", "OTHER", "OWN"), env=(Pair("OWN", "1"),)))
    text = render(job, secrets=secrets).text
    assert (
        "withCredentials([string(credentialsId: 'the-token', variable: 'TOKEN'), "
        "string(credentialsId: 'OTHER', variable: 'OTHER')]) {\n      withEnv(['OWN=1']) {\n"
    ) in text


def test_what_a_secret_says_to_jenkins_is_its_credentials_alone(render: Make, make_job: Make) -> None:
    job = make_job(Step("a", run=Run("x"), secrets=("TOKEN",)))
    for block, code in (
        ('{"kind":"file"}', "JENKINS_017"),
        ('{"credentials":1}', "JENKINS_017"),
        ("[]", "JENKINS_017"),
    ):
        secret = Secret("TOKEN", (ProviderBlock("jenkins", block),))
        assert render(job, secrets=(secret,)).codes == [code]


def test_a_private_image_is_logged_in_to_first(render: Make, make_job: Make) -> None:
    image = Container("example.test:5000/ruby:3", username="me", password="REGISTRY")
    body = render(make_job(image=image)).function("jobTest")
    assert 'printf %s "$REGISTRY" | docker login --username me --password-stdin example.test:5000' in body
    assert body.index("docker login") < body.index("inContainer(")


def test_what_jenkins_has_no_word_for_is_told(render_step: Make) -> None:
    rendered = render_step(
        environment=Environment("prod"),
        oidc=True,
        permissions=(Pair("contents", "read"),),
        env=(Pair("EMPTY", ""),),
        outputs=JobOutputs(("x",), retention_days=3),
    )
    assert sorted(rendered.codes) == ["JENKINS_005", "JENKINS_005", "JENKINS_005", "JENKINS_018", "JENKINS_019"]


def test_groovy_of_the_users_own_surrounds_a_job(render_step: Make) -> None:
    block = '{"before":"echo \'a\'","wrap":["ansiColor(\'xterm\')"],"steps":{"a":{"replace":"make()"}}}'
    rendered = render_step(Step("a", run=Run("x")), raw=(ProviderBlock("jenkins", block),))
    assert rendered.function("jobTest") == (
        "ansiColor('xterm') {\n  echo 'a'\n  onNode('linux', 30) {\n    source(1)\n    make()\n  }\n}\n"
    )


def test_a_raw_block_that_no_longer_applies_is_an_error(render_step: Make) -> None:
    blocks = {
        '{"steps":{"gone":{}}}': ["JENKINS_010"],
        '{"steps":{"checkout":{"x":1}},"y":2}': ["JENKINS_011", "JENKINS_011"],
        '{"steps":1,"wrap":3,"before":[1]}': ["JENKINS_011"] * 3,
        '{"steps":{"checkout":"x"}}': ["JENKINS_011"],
        "[]": ["JENKINS_011"],
    }
    for block, codes in blocks.items():
        assert render_step(raw=(ProviderBlock("jenkins", block),)).codes == codes


def test_a_machine_is_a_label(render: Make, make_job: Make) -> None:
    own = Runner("big", settings=(ProviderBlock("jenkins", '{"label":"linux && big"}'),))
    elsewhere = Runner("big", settings=(ProviderBlock("github", "{}"),))
    cases: dict[Runner, tuple[str, list[str]]] = {
        Runner("linux-arm64"): ("onNode('linux && arm64', 30)", []),
        own: ("onNode('linux && big', 30)", []),
        elsewhere: ("onNode('linux', 30)", ["JENKINS_003"]),
    }
    for machine, (call, codes) in cases.items():
        rendered = render(make_job(machine=machine))
        assert (call in rendered.text, rendered.codes) == (True, codes)


def test_a_job_without_a_machine_is_an_error(render: Make) -> None:
    assert render(Job("test", workflow="ci", runner="nobody")).codes == ["JENKINS_003"]


def test_a_name_is_the_title_of_a_stage(render_step: Make) -> None:
    assert "'test': [title: 'All tests', needs: []" in render_step(name="All tests").text
    rendered = render_step(name="Ruby {{ matrix.v }}", matrix=legs("3.3"))
    assert "[name: 'test-3.3', title: 'Ruby 3.3', matrix: [v: '3.3']]" in rendered.text


def test_what_waits_for_another_pipeline_waits_no_longer_than_its_timeout(render: Make, make_job: Make) -> None:
    site = make_job(id="site", steps=(), timeout=45, trigger=Trigger("site", wait=True))
    assert render(site).function("jobSite") == "within(45) {\n  build(job: 'site', wait: true)\n}\n"
    rendered = render(make_job(id="site", steps=(), timeout=45, trigger=Trigger("site")))
    assert rendered.function("jobSite") == "build(job: 'site', wait: false)\n"
