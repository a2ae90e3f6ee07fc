"""S14: which variables a script reads from its environment, as far as its spelling tells."""

import pytest

from cigen.std.policy.conventions.variables import given_to_later_steps, read_variables


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ('make $TARGET ${OUT:-dist} "$MODE" ${#LENGTH} ${!WHICH}', "LENGTH MODE OUT TARGET WHICH"),
        ("make TARGET=$TARGET", "TARGET"),
        ("export MODE=${MODE:-fast}; use $MODE", "MODE"),
        ("if a; then V=$(date $FORMAT); fi; echo $V", "FORMAT"),
        ("A=1 B=2 run\necho $A $B $C", "C"),
        ("declare -x Q=1\nlist=(a b)\necho $Q ${list[0]}", ""),
        ("for one in $MANY; do echo $one $in; done", "MANY in"),
        ("while IFS= read -r line rest; do echo $line $rest; done < $FILE", "FILE"),
        ("while getopts ab: option; do echo $option; done", ""),
        ("printf -v padded %3d 1; echo $padded", ""),
        ("echo '$A' \\$B # $C", ""),
        ("echo \"it's $A\" 'and $B' \"'$C'\"", "A C"),
        ("awk '{ print $NF }' $FILE", "FILE"),
        ("echo $$PID $1 $? $@ ${{ github.sha }}", ""),
        ("cat <<'END'\n$A\nEND\ncat <<END\n$B\nEND\n", "B"),
        ("echo 'unclosed $A", ""),
        ("", ""),
    ],
)
def test_s14_what_a_posix_shell_reads(script: str, names: str) -> None:
    assert " ".join(read_variables(script, "bash")) == names


@pytest.mark.parametrize("shell", ["", "sh", "/bin/bash", "bash -euo pipefail {0}", "zsh"])
def test_s14_shells_of_one_family_read_alike(shell: str) -> None:
    assert read_variables("echo $A", shell) == ("A",)


def test_s14_powershell_has_a_spelling_of_its_own() -> None:
    script = "$env:SET = 1; Write-Output $env:SET ${env:GIVEN} $Env:Other $local '$A'"
    assert read_variables(script, "pwsh") == ("GIVEN", "Other")


def test_s14_nothing_is_said_of_a_language_that_is_not_known() -> None:
    assert read_variables("print('$A')", "python") == ()


def test_s14_a_step_may_give_variables_to_later_ones() -> None:
    assert given_to_later_steps('A=1\necho "B=2" >> "$GITHUB_ENV"\necho "export C=3" >> $BASH_ENV') == {"B", "C"}
