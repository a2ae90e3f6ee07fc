"""The fork server's end, whoever brings it about."""

from cigen.host.launcher import ForkLauncher


def test_one_thread_may_close_what_another_abandons() -> None:
    """An interrupt abandons it while the loop's thread sees that it has gone, and each waits for it."""
    launcher = ForkLauncher(warm=False)
    launcher.abandon()
    assert launcher.reports() is None
    assert launcher.close() == ""
