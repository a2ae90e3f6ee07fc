"""The command line as a table: commands, what each takes, and what to say about it.

`arguments.py` parses by it, `manual.py` prints help from it, `completion.py` writes shell completions from it, and a
test holds docs/cli.md to it. A new command is one entry here, one class in `options.py` and one file in `commands/`.
"""

from enum import StrEnum

from cigen.model.dataclass import dataclass

__all__ = ["COMMANDS", "GLOBAL_FLAGS", "Command", "Flag", "Takes", "Word"]


class Takes(StrEnum):
    """What the value of a flag, or a word of the command line, is: how a shell completes it."""

    TEXT = "text"
    FILE = "file"
    FOLDER = "folder"
    REVISION = "revision"
    SUBJECT = "subject"
    """A job, a file or an action, as the word before it says."""


@dataclass(frozen=True, slots=True)
class Flag:
    """An option. With an empty `metavar` it is a switch; `many`: each further one adds to the first.

    `empty`: an empty value is let through, for what a script fills in from another job's output.
    """

    names: tuple[str, ...]
    help: str
    metavar: str = ""
    takes: Takes = Takes.TEXT
    choices: tuple[str, ...] = ()
    many: bool = False
    dest: str = ""
    empty: bool = False

    @property
    def field(self) -> str:
        """The field of the command's options that it fills."""
        return self.dest or self.names[-1].lstrip("-").replace("-", "_")


@dataclass(frozen=True, slots=True)
class Word:
    """A required word after the command's name."""

    name: str
    help: str
    choices: tuple[str, ...] = ()
    takes: Takes = Takes.TEXT


@dataclass(frozen=True, slots=True)
class Command:
    """A command. `group`: its heading in `cig help`; `exclusive`: of each set at most one is given."""

    name: str
    group: str
    purpose: str
    about: str
    words: tuple[Word, ...] = ()
    flags: tuple[Flag, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    examples: tuple[tuple[str, str], ...] = ()


_PROVIDER = Flag(("--provider",), "only outputs of provider P; may be repeated", "P", many=True, dest="providers")
_JSON = Flag(("--json",), "print the result as JSON, in the form docs/cli.md describes")

GLOBAL_FLAGS = (
    Flag(("-C",), "work as if started in DIR", "DIR", Takes.FOLDER, dest="directory"),
    Flag(("-v", "--verbose"), "tell on stderr what is being done; -vv tells more", many=True),
    Flag(("--trace",), "write a profile of the run, for chrome://tracing or Perfetto", "FILE", Takes.FILE),
    Flag(("--color",), "auto (on a terminal, unless NO_COLOR is set), always or never", "WHEN",
         choices=("auto", "always", "never")),
    Flag(("-h", "--help"), "show help, of the command if one is given"),
    Flag(("--version",), "print the version"),
)  # fmt: skip

_START, _WORK, _UNDERSTAND, _CI, _PLUGINS, _TOOLS = (
    "Start",
    "Change what CI does",
    "Understand it",
    "On a CI machine",
    "Plugins",
    "For your shell and editor",
)

_INIT = Command(
    "init",
    _START,
    "write a cig.toml for this project",
    "Looks at the repository, writes a commented cig.toml that renders as it is, and adds the lines it needs to "
    ".gitattributes and .gitignore. An existing cig.toml is never overwritten.",
    flags=(Flag(("--yes",), "take what was detected, ask nothing"),),
)

_PLAN = Command(
    "plan",
    _WORK,
    "show what a render would change, and why",
    "Shows what was detected, which plugins take part, how jobs and files would change, and how much of each "
    "provider's limits the files use. Writes nothing.",
    flags=(
        Flag(("--short",), "only what changes"),
        Flag(("--full",), "everything, unchanged jobs and the files' diffs included"),
        Flag(("--exit-code",), "exit with 2 if a render would change a file"),
        _JSON,
    ),
    exclusive=(("--short", "--full"),),
    examples=(("cig plan --short", "only what changes"),),
)

_RENDER = Command(
    "render",
    _WORK,
    "write the CI configuration",
    "Brings every output up to date: all of them, or none if anything is wrong. A file that was edited by hand is "
    "named before it is replaced; a file that cig did not write is replaced only with --force.",
    flags=(
        Flag(("--check",), "write nothing; print the difference and exit with 2 if there is one"),
        Flag(("--diff",), "write nothing; print the difference"),
        Flag(("--stdout",), "print the files, write nothing"),
        _PROVIDER,
        Flag(("--all",), "outputs of every provider (as without --provider)"),
        Flag(("--force",), "replace files that cig did not write"),
        _JSON,
    ),
    exclusive=(("--check", "--stdout"), ("--diff", "--stdout"), ("--stdout", "--json"), ("--provider", "--all")),
    examples=(
        ("cig render", "write what is not up to date"),
        ("cig render --check", "in CI: fail if someone forgot to render"),
    ),
)  # fmt: skip

_VALIDATE = Command(
    "validate",
    _WORK,
    "check everything, write nothing",
    "Runs all of a render but the writing: schema, references, cycles, provider limits and policies. Every mistake is "
    "reported, not only the first.",
    flags=(_JSON,),
)

_SETTINGS = Command(
    "settings",
    _WORK,
    "list what has to be set up outside of the repository",
    "Lists what the rendered files need and cannot hold: webhooks, secrets, contexts, schedules, environments, "
    "machines, plugins, required checks. Each provider of an output says what to do, where, and which job or key of "
    "cig.toml asks for it. Nothing is looked up: cig does not know what is set up already.",
    flags=(_PROVIDER, _JSON),
    examples=(("cig settings --provider jenkins", "only what Jenkins has to be told"),),
)

_EXPLAIN = Command(
    "explain",
    _UNDERSTAND,
    "why a job runs, a file matters, a stage ran again",
    "explain job NAME tells whether a job would run and which parts of its signature differ from the last proof. "
    "explain file PATH lists the jobs and pipeline actions that depend on a file. explain action ID tells why a "
    "pipeline action last ran again, or why it did not.",
    words=(
        Word("SUBJECT", "job, file or action", ("job", "file", "action")),
        Word("NAME", "a job (test-ruby3.3), a path, or an action's id (detect:lang/ruby)", takes=Takes.SUBJECT),
    ),
    flags=(Flag(("--against",), "compare with the commit REF, not with the last proof", "REF", Takes.REVISION), _JSON),
    examples=(
        ("cig explain job test", "will it run, and why"),
        ("cig explain file Gemfile.lock", "what depends on it"),
        ("cig explain action detect:lang/ruby", "why it ran again"),
    ),
)

_GRAPH = Command(
    "graph",
    _UNDERSTAND,
    "draw the jobs, or the pipeline's actions",
    "Prints the jobs and what they need as a tree, or in a form that another tool draws.",
    flags=(
        Flag(("--actions",), "the pipeline's actions instead of the jobs"),
        Flag(("--dot",), "for Graphviz"),
        Flag(("--mermaid",), "for a Markdown page"),
        Flag(("--html",), "write a page that needs nothing else to FILE", "FILE", Takes.FILE),
        Flag(("--open",), "open the page in a browser; without --html, one under .cigen/cache"),
        _JSON,
    ),
    exclusive=(("--dot", "--mermaid", "--html", "--json"), ("--dot", "--mermaid", "--open", "--json")),
    examples=(("cig graph --html graph.html --open", "look at it in a browser"),),
)

_SIGNATURES = Command(
    "compute-signatures",
    _CI,
    "decide which jobs must run",
    "Computes every job's signature from git's trees alone, so a shallow clone without file contents is enough, and "
    "prints the plan document: for each job whether it must run, and why. Without a store every job runs.",
    flags=(
        Flag(("--job",), "only the job NAME; may be repeated", "NAME", many=True, dest="jobs"),
        Flag(("--workflow",), "only the jobs of the workflow ID", "ID"),
        Flag(("--rev",), "the commit to look at; HEAD if not given", "REV", Takes.REVISION),
        Flag(("--worktree",), "look at the files as they are, not at a commit"),
        Flag(("--store",), "where records are kept; CIG_STORE if not given", "URL"),
        Flag(("--format",), "json, github, circleci, buildkite, jenkins or text", "FORMAT",
             choices=("json", "github", "circleci", "buildkite", "jenkins", "text")),
        Flag(("--file",), "what circleci takes jobs out of, or buildkite marks; .circleci/config.yml or "
             ".buildkite/pipeline.full.yml if not given", "FILE", Takes.FILE),
        Flag(("--plan",), "the plan document", "FILE", Takes.FILE, empty=True),
        Flag(("--restore",), "with [skipping] restore: bring the files of proven jobs that others fetch to FOLDER/JOB, "
             "for whoever hands them on", "FOLDER", Takes.FOLDER),
    ),
    exclusive=(("--rev", "--worktree"), ("--plan", "--rev"), ("--plan", "--worktree"), ("--plan", "--store"),
               ("--plan", "--job"), ("--plan", "--workflow"), ("--plan", "--restore")),
    examples=(("cig compute-signatures --format text", "read it yourself"),),
)  # fmt: skip

_RECORD = Command(
    "record",
    _CI,
    "put on record that a job succeeded",
    "Run by the job itself, last, after success: writes a signed record that this job succeeded with this signature, "
    "so that a later plan may skip it. Nothing is written after any other status, by a run of a fork, or where the "
    "checkout has another signature. Whatever goes wrong is a warning: a job never fails because of the store.",
    words=(Word("JOB", "a plan key (test-ruby3.3)", takes=Takes.SUBJECT),),
    flags=(
        Flag(("--signature",), "the signature in the plan; S must be that of the checkout", "S", empty=True),
        Flag(("--store",), "where records are kept; CIG_STORE if not given", "URL"),
        Flag(
            ("--status",), "how the job went; success if not given, and nothing else is recorded", "STATUS", empty=True
        ),
    ),
    examples=(('cig record test-ruby3.3 --signature "$SIGNATURE"', "the job's last step"),),
)

_COLLECT = Command(
    "collect",
    _CI,
    "bring the records of a run's jobs together",
    "For a store that travels as a whole, such as github-cache: adds the records that the jobs of a run wrote below "
    "FOLDER to the store, a folder, and removes what has expired and, of too many, the oldest. Nothing is written by a "
    "run of a fork. Whatever goes wrong is a warning.",
    words=(Word("FOLDER", "what the jobs of the run wrote", takes=Takes.FOLDER),),
    flags=(Flag(("--store",), "where records are kept; CIG_STORE if not given", "URL"),),
    examples=(("cig collect records --store github-cache", "before the cache is saved"),),
)

_GATE = Command(
    "gate",
    _CI,
    "fail unless every job succeeded or was proven",
    "Reads the plan document and how the jobs ended, and exits with 1 unless each of them succeeded, or was skipped as "
    "the plan says. It needs no checkout. Where the plan cannot be read, no job may have been skipped.",
    flags=(
        Flag(("--plan",), "the plan document", "FILE", Takes.FILE, empty=True),
        Flag(("--results",), "the jobs' results, in the shape of GitHub's toJSON(needs); standard input if not given",
             "FILE", Takes.FILE),
        Flag(("--workflow",), "only the jobs of the workflow ID", "ID"),
        Flag(("--excluded",), "the CI system left out the job NAME by a condition of this run; may be repeated",
             "NAME", many=True),
        _JSON,
    ),
    examples=(("cig gate --plan plan.json --results needs.json", "the one required check"),),
)  # fmt: skip

_AUDIT = Command(
    "audit",
    _CI,
    "tell which proofs were tried, and which were wrong",
    "Where cig.toml says [skipping] audit, some proven jobs run all the same. Reads the plan document and how the jobs "
    "ended, as the gate does, and exits with 1 if one that is proven failed: its proof was wrong, and others may be.",
    flags=(
        Flag(("--plan",), "the plan document", "FILE", Takes.FILE, empty=True),
        Flag(("--results",), "the jobs' results, in the shape of GitHub's toJSON(needs); standard input if not given",
             "FILE", Takes.FILE),
        _JSON,
    ),
    examples=(("cig audit --plan plan.json --results needs.json", "how true the proofs of this run were"),),
)  # fmt: skip

_PLUGIN = Command(
    "plugin",
    _PLUGINS,
    "test a plugin against the protocol",
    "plugin test PATH starts the plugin as a foreign one, sends it ordinary, empty, unknown and hostile requests, and "
    "tells for each check whether it did what docs/protocol.md asks; a provider is also asked for every feature of "
    "cig.toml. Exits with 1 if a check failed.",
    words=(
        Word("ACTION", "test", ("test",)),
        Word("PATH", "the plugin's folder, with its module.toml, or its executable", takes=Takes.FILE),
    ),
    flags=(_JSON,),
    examples=(("cig plugin test .cigen/plugins/deploy", "does it keep the protocol?"),),
)

_COMPLETION = Command(
    "completion",
    _TOOLS,
    "print a completion script for your shell",
    "Prints a script that completes commands, options, job names, files and revisions.",
    words=(Word("SHELL", "bash, zsh or fish", ("bash", "zsh", "fish")),),
    examples=(
        ('eval "$(cig completion bash)"', "in ~/.bashrc"),
        ("cig completion zsh > ~/.zfunc/_cig", "with ~/.zfunc in fpath"),
        ("cig completion fish > ~/.config/fish/completions/cig.fish", ""),
    ),
)

_SCHEMA = Command(
    "schema",
    _TOOLS,
    "print the JSON Schema of cig.toml",
    "Prints the schema that cig checks cig.toml against; every key is described in it. Editors that read the "
    "#:schema line of a TOML file complete from it.",
    examples=(("cig schema > cig.schema.json", "and `#:schema ./cig.schema.json` as the first line of cig.toml"),),
)

COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        _INIT,
        _PLAN,
        _RENDER,
        _VALIDATE,
        _SETTINGS,
        _EXPLAIN,
        _GRAPH,
        _SIGNATURES,
        _RECORD,
        _COLLECT,
        _GATE,
        _AUDIT,
        _PLUGIN,
        _COMPLETION,
        _SCHEMA,
    )
}
"""By name, in the order of `cig help`."""
