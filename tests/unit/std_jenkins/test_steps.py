"""Steps as Jenkins has them."""

from collections.abc import Callable
from typing import Any

import pytest

from cigen.sdk import (
    Artifact,
    Cache,
    CacheUse,
    Checkout,
    Download,
    Expr,
    ModuleUse,
    Native,
    Op,
    Retry,
    Run,
    Runner,
    Step,
    TagTrigger,
    Tool,
    Triggers,
)

Make = Callable[..., Any]


def last(rendered: Any) -> str:
    """The job's function after its checkout, without what surrounds it."""
    body: str = rendered.function("jobTest")
    assert body.startswith("onNode('linux', 30) {\n  source(1)\n")
    return "".join(line.removeprefix("  ") for line in body.splitlines(keepends=True)[2:-1])


@pytest.mark.parametrize(
    ("step", "groovy"),
    [
        (Step("a", name="Make it", run=Run("make")), "bash('Make it', 'make')\n"),
        (Step("a", run=Run("make"), shell="pwsh"), "pwsh(label: 'a', script: 'make')\n"),
        (Step("a", run=Run("make"), shell="cmd"), "bat(label: 'a', script: 'make')\n"),
        (Step("a", run=Run("make"), shell="perl -w"), "interpreted('a', 'perl -w \"$CIG_SCRIPT\"', 'make')\n"),
        (Step("a", run=Run("make"), working_directory="web"), "dir('web') {\n  bash('a', 'make')\n}\n"),
        (Step("a", run=Run("make"), retry=Retry(1)), "retry(2) {\n  bash('a', 'make')\n}\n"),
        (Step("a", run=Run("make"), retry=Retry(1, on=("agent_lost",))), "bash('a', 'make')\n"),
        (Step("a", run=Run("make"), timeout=3), "within(3) {\n  bash('a', 'make')\n}\n"),
        (Step("a", when=Expr(Op.BOOL, "false"), run=Run("x")), "if (false) {\n  bash('a', 'x')\n}\n"),
        (Step("a", native=Native("jenkins", '{"groovy":"a()\\nb()"}')), "a()\nb()\n"),
        (Step("a", native=Native("jenkins", '"a()"')), "a()\n"),
        (Step("a", upload=Artifact("x", ("{a,b}.o", "!c/*"))),
         "archiveArtifacts(artifacts: 'a.o,a.o/**,b.o,b.o/**', excludes: 'c/*', defaultExcludes: false)\n"),
        (Step("a", checkout=Checkout(0, lfs=True, sparse=("a",))),
         "source(0, [lfs(), sparseCheckout(sparseCheckoutPaths: [[path: 'a']])])\n"),
    ],
)  # fmt: skip
def test_a_step_becomes_what_an_administrator_would_write(render_step: Make, step: Step, groovy: str) -> None:
    rendered = render_step(step)
    assert (last(rendered), rendered.codes) == (groovy, [])


@pytest.mark.parametrize(
    ("step", "codes"),
    [
        (Step("a", tool=Tool("cobol")), ["JENKINS_004"]),
        (Step("a", module=ModuleUse("lang/ruby")), ["JENKINS_004"]),
        (Step("a", upload=Artifact("x", ("[ab].txt",))), ["JENKINS_007"]),
        (Step("a", upload=Artifact("x")), ["JENKINS_007"]),
        (Step("a", cache=CacheUse(Cache("c"))), ["JENKINS_007"]),
        (Step("a", download=Download("nothing")), ["JENKINS_012"]),
        (Step("a", native=Native("github", "{}")), ["JENKINS_009"]),
        (Step("a", native=Native("jenkins", "1")), ["JENKINS_011"]),
        (Step("a", run=Run("x"), when=Expr(Op.NAME, "draft")), ["JENKINS_006"]),
        (Step("a", checkout=Checkout(credentials=True)), ["JENKINS_005"]),
    ],
)
def test_what_cannot_be_said_is_told(render_step: Make, step: Step, codes: list[str]) -> None:
    assert render_step(step).codes == codes


def test_a_report_is_kept_whatever_happened(render_step: Make) -> None:
    body = render_step(Step("a", upload=Artifact("r", ("r.xml",), kind="junit"))).function("jobTest")
    assert "['always', {\n      junit(testResults: 'r.xml,r.xml/**', allowEmptyResults: true," in body


def test_an_artifact_is_stashed_only_where_a_job_fetches_it(render: Make, make_job: Make) -> None:
    keep = Step("a", upload=Artifact("x", ("out/*",)))
    assert "hand(" not in render(make_job(keep)).text
    fetch = make_job(Step("b", download=Download("x", "to")), id="other", needs=("test",))
    text = render(make_job(keep), fetch).text
    assert "hand('x', 'x', 'out/*', '')" in text
    assert "dir('to') {\n      fetch('x')\n    }" in text


def test_a_cache_is_restored_in_place_and_saved_at_the_end(render_step: Make) -> None:
    cache = Step("c", name="Cache gems", cache=CacheUse(Cache("gems", ("~/.gem", "a b"))))
    body = render_step(cache, Step("a", run=Run("x"))).function("jobTest")
    assert "bash('Cache gems', caches() + 'cig_restore gems \"gems-$(uname -s)-$(uname -m)\" \"\"')" in body
    assert body.endswith("cig_save gems \"$HOME\"/.gem \\'a b\\'')\n}\n")
    assert "bash('Save cache" not in render_step(Step("c", cache=CacheUse(Cache("g", ("x",), save="never")))).text


def test_a_run_for_a_tag_uses_no_cache(render: Make, make_job: Make) -> None:
    cache = Step("c", cache=CacheUse(Cache("gems", ("x",))))
    assert render(make_job(cache), triggers=Triggers(tag=TagTrigger(("v*",)))).text.count("if (!env.TAG_NAME) {") == 2


def test_a_tool_on_windows_is_the_agents_own(render_step: Make) -> None:
    rendered = render_step(Step("t", tool=Tool("node", "20")), machine=Runner("windows"))
    assert rendered.codes == ["JENKINS_013"]
    assert "cig_tool" not in rendered.text


def test_a_jobs_retry_is_for_its_scripts_but_not_for_those_after_a_failure(render_step: Make) -> None:
    steps = (Step("a", run=Run("x")), Step("b", run=Run("y"), run_on="always"))
    body = render_step(*steps, retry=Retry(2, 5, ("failure",))).function("jobTest")
    assert body.count("attempts(3, 5) {") == 1
    assert body.index("attempts(") < body.index("'x'")
