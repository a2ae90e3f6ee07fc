"""S20: which proven jobs run all the same."""

from cigen.pipeline.audit import is_audited

SIGNATURES = [f"cs1:{number:064x}" for number in range(10_000)]


def test_s20_a_plan_that_is_made_again_audits_the_same_jobs_and_another_commit_others() -> None:
    first = [is_audited(one, "c1", 5_00) for one in SIGNATURES]
    assert first == [is_audited(one, "c1", 5_00) for one in SIGNATURES]
    assert first != [is_audited(one, "c2", 5_00) for one in SIGNATURES]


def test_s20_the_share_is_what_was_asked_for() -> None:
    assert 350 < sum(is_audited(one, "c", 5_00) for one in SIGNATURES) < 650
    assert not any(is_audited(one, "c", 0) for one in SIGNATURES)
    assert all(is_audited(one, "c", 100_00) for one in SIGNATURES)
