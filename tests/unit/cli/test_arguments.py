"""What words ask for, and what wrong words are told."""

import subprocess
import sys
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.cli import options as ask
from cigen.cli.arguments import parse_arguments
from cigen.cli.grammar import COMMANDS
from cigen.cli.manual import help_text
from cigen.errors import UsageError
from cigen.model.codes import CODES


def parse(line: str) -> ask.Invocation:
    return parse_arguments(line.split())


def wrong(line: str) -> tuple[str, str]:
    """The message and the hint that `line` is answered with."""
    with pytest.raises(UsageError) as raised:
        parse(line)
    [found] = raised.value.diagnostics
    assert CODES[found.code].exit == 64
    return found.message, found.hint


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("init", ask.InitOptions()),
        ("init --yes", ask.InitOptions(yes=True)),
        ("plan", ask.PlanOptions()),
        ("plan --exit-code --full --json", ask.PlanOptions(exit_code=True, full=True, json=True)),
        ("plan --short", ask.PlanOptions(short=True)),
        ("render", ask.RenderOptions()),
        ("render --check --diff --json", ask.RenderOptions(check=True, diff=True, json=True)),
        ("render --provider github --provider=circleci", ask.RenderOptions(providers=("github", "circleci"))),
        ("render --all --force", ask.RenderOptions(all=True, force=True)),
        ("render --stdout", ask.RenderOptions(stdout=True)),
        ("validate --json", ask.ValidateOptions(json=True)),
        ("settings", ask.SettingsOptions()),
        ("settings --provider jenkins --json", ask.SettingsOptions(("jenkins",), json=True)),
        ("explain job test", ask.ExplainOptions("job", "test")),
        ("explain --json file a/b", ask.ExplainOptions("file", "a/b", json=True)),
        ("explain job --against main test", ask.ExplainOptions("job", "test", against="main")),
        ("explain file -- -odd", ask.ExplainOptions("file", "-odd")),
        ("explain action detect:lang/ruby", ask.ExplainOptions("action", "detect:lang/ruby")),
        ("graph", ask.GraphOptions()),
        ("graph --actions --dot", ask.GraphOptions(actions=True, dot=True)),
        ("graph --html g.html --open", ask.GraphOptions(html="g.html", open=True)),
        ("compute-signatures", ask.ComputeSignaturesOptions()),
        (
            "compute-signatures --job a --job b --rev HEAD~1 --store file:///x --format github",
            ask.ComputeSignaturesOptions(("a", "b"), "HEAD~1", store="file:///x", format="github"),
        ),
        ("compute-signatures --worktree", ask.ComputeSignaturesOptions(worktree=True)),
        ("completion bash", ask.CompletionOptions("bash")),
        ("schema", ask.SchemaOptions()),
        ("", ask.HelpOptions()),
        ("-v", ask.HelpOptions()),
        ("help", ask.HelpOptions()),
        ("help render", ask.HelpOptions("render")),
        ("--help", ask.HelpOptions()),
        ("explain --help", ask.HelpOptions("explain")),
        ("-h plan", ask.HelpOptions("plan")),
        ("--version", ask.VersionOptions()),
    ],
)
def test_words_ask_for_what_they_say(line: str, options: ask.Options) -> None:
    assert parse(line).options == options


@pytest.mark.parametrize(
    "line", ["-C sub --trace t.json -v --color never plan -v", "plan -vv --color=never -Csub --trace t.json"]
)
def test_shared_options_stand_on_either_side_of_the_command(line: str) -> None:
    expected = ask.GlobalOptions(verbose=2, trace="t.json", color="never", directory="sub")
    assert parse(line) == ask.Invocation(expected, ask.PlanOptions())


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("rendr", 'there is no command "rendr"', "did you mean `cig render`?"),
        ("xyzzy", 'there is no command "xyzzy"', "`cig help` lists what there is"),
        ("help rendr", 'there is no command "rendr"', "did you mean `cig help render`?"),
        ("plan --exitcode", 'cig plan has no option "--exitcode"', "did you mean `--exit-code`?"),
        ("plan --exit=1", 'cig plan has no option "--exit"', "did you mean `--exit-code`?"),
        ("--jsn plan", 'cig plan has no option "--jsn"', "did you mean `--json`?"),
        ("plan -x", 'cig plan has no option "-x"', "`cig help plan` lists what there is"),
        ("--frob", 'cig has no option "--frob"', "`cig help` lists what there is"),
        ("plan extra", 'cig plan does not take "extra"', "`cig help plan` tells what it takes"),
        ("plan --sho", 'cig plan has no option "--sho"', "did you mean `--short`?"),
        ("explain jbo test", 'SUBJECT is "jbo"; it may be job, file or action', 'did you mean "job"?'),
        ("completion tcsh", 'SHELL is "tcsh"; it may be bash, zsh or fish', ""),
        ("--color blue plan", '--color is "blue"; it may be auto, always or never', ""),
        ("explain", "SUBJECT and NAME are missing", "`cig help explain` tells what it takes"),
        ("explain job", "NAME is missing", "`cig help explain` tells what it takes"),
        ("render --provider", "--provider: expected one argument", "`cig help render` tells what it takes"),
        ("render --provider=", "--provider is empty", "give it a value"),
        ("plan --short --full", "--short and --full exclude each other", "`cig help plan` tells about both"),
        ("graph --html a --dot", "--dot and --html exclude each other", "`cig help graph` tells about both"),
        ("help plan render", "help is about one command at a time", "run `cig help plan`"),
    ],
)
def test_wrong_words_are_told_what_was_meant(line: str, message: str, hint: str) -> None:
    assert wrong(line) == (message, hint)


def test_an_empty_word_is_no_command() -> None:
    with pytest.raises(UsageError):
        parse_arguments([""])


@given(
    st.lists(st.one_of(st.sampled_from(["plan", "-C", "--", "-v", "--json", "explain", "job", "=", "-"]), st.text()))
)
def test_any_words_are_understood_or_answered(words: list[str]) -> None:
    try:
        assert isinstance(parse_arguments(words), ask.Invocation)
    except UsageError as refused:
        found = {diagnostic.code for diagnostic in refused.diagnostics}
    else:
        found = {"CLI_001"}
    assert found == {"CLI_001"}


def test_every_command_fills_every_field_of_its_options() -> None:
    for command in COMMANDS.values():
        words = [word.choices[0] if word.choices else "x" for word in command.words]
        options = parse_arguments([command.name, *words]).options
        filled = {flag.field for flag in command.flags} | {word.name.lower() for word in command.words}
        assert filled == {field.name for field in fields(options)}


def test_exclusive_options_exist() -> None:
    for command in COMMANDS.values():
        names = {name for flag in command.flags for name in flag.names}
        assert {name for together in command.exclusive for name in together} <= names


@pytest.mark.parametrize("topic", ["", *COMMANDS])
def test_help_fits_a_narrow_terminal_and_names_every_option(topic: str) -> None:
    text = help_text(topic)
    assert all(len(line) <= 90 for line in text.splitlines())
    assert not any(line.endswith(" ") for line in text.splitlines())
    for flag in COMMANDS[topic].flags if topic else ():
        assert flag.names[-1] in text


def test_help_lists_every_command() -> None:
    assert all(f"\n  {name} " in help_text() for name in COMMANDS)


def test_importing_the_options_imports_no_parser() -> None:
    program = "import sys, cigen.cli.options; sys.exit('argparse' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
