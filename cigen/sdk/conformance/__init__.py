"""The conformance suite: what every plugin must do, and what every provider must do beside, as checks that can fail.

`cig plugin test PATH` runs it on a plugin of any language; so can any other program:

    for verdict in check_plugin(subject, cases):
        print(verdict.id, verdict.passed, verdict.got)

`subject` starts the plugin as a process (the protocol `Subject`); `cases` are the features of cig.toml as graphs, for
providers. Owns: the checks, and what they send. Refuses: starting processes and reading cig.toml; importing pytest.
"""

from cigen.sdk.conformance.cases import Case, Variant
from cigen.sdk.conformance.subject import Ending, Process, Reply, Subject
from cigen.sdk.conformance.suite import check_plugin
from cigen.sdk.conformance.verdict import Verdict

__all__ = ["Case", "Ending", "Process", "Reply", "Subject", "Variant", "Verdict", "check_plugin"]
