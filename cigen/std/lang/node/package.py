"""`package`: installing one package of a workspace alone, with what it needs and what the root has.

Owns: the commands, and who can have them. A signature then holds this part of the lockfile and not all of it, so the
commands must not install more, whatever the manifests say that the lockfile does not.
"""

import re
import shlex

from cigen.sdk import Pair
from cigen.std.lang.node.install import TITLES_OF_MANAGERS, Project, pnpm_setting
from cigen.std.report import Report
from cigen.std.wishes import Wish

__all__ = ["check_package", "package_env", "package_script"]

_DIRECTORY = re.compile(r"(?:(?!\.{1,2}(?:/|$))[A-Za-z0-9_@.-]+(?:/(?!$)|$))+")
"""A directory as lockfiles write it: no `./`, no `..`, no slash at the end."""

_UP_TO_DATE = """\
node -e '
// npm ci would install what a package.json names and the lockfile does not, and no proof would notice.
const fs = require("fs"), read = (file) => JSON.parse(fs.readFileSync(file, "utf8"));
const named = (of) => ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"]
  .flatMap((table) => Object.keys(of[table] || {}));
const lockfile = ["npm-shrinkwrap.json", "package-lock.json"].find((file) => fs.existsSync(file));
for (const [folder, locked] of Object.entries(read(lockfile).packages || {})) {
  const file = folder ? folder + "/package.json" : "package.json";
  if (folder.split("/").includes("node_modules") || !fs.existsSync(file)) continue;
  const own = read(file), other = folder && own.name !== (locked.name || folder.split("/").pop());
  if (named(own).some((name) => !named(locked).includes(name)) || (own.name && other)) {
    console.error(lockfile + " is older than " + file + ": run npm install, and commit it");
    process.exit(1);
  }
}'
"""
"""npm goes by the manifests and notices a dependency that the lockfile does not list only where nothing fits it."""

_ISOLATED = """
node -e '
const fs = require("fs"), file = "node_modules/.modules.yaml";
if (fs.existsSync(file) && !/nodeLinker"?: "?isolated/.test(fs.readFileSync(file, "utf8"))) {
  console.error("with this nodeLinker pnpm installs all packages: leave the input package out");
  process.exit(1);
}'"""
"""Where the setting is `hoisted`, in whatever file or variable, pnpm 10 installs everything, whatever is selected."""


def package_script(project: Project) -> str:
    """Installs the package alone. The directory stands behind `./`, so that it is not taken for a name."""
    directory = shlex.quote(f"./{project.package}")
    if project.manager == "npm":
        return f"{_UP_TO_DATE}npm ci --workspace {directory} --include-workspace-root"
    # Braces: what follows is not a part of the path but means what the package depends on.
    selected = shlex.quote(f"{{./{project.package}}}...")
    return f"pnpm install --frozen-lockfile --filter . --filter {selected}{_ISOLATED}"


def package_env(project: Project) -> tuple[Pair, ...]:
    """After a step that edits a manifest, pnpm would install before it runs a script, and not the package alone."""
    return (pnpm_setting(project, "verify_deps_before_run", "false"),) if project.manager == "pnpm" else ()


def check_package(wish: Wish, project: Project, *, known: bool, report: Report) -> bool:
    """Whether the package of the step can be installed alone; if not, that is reported. known: there is a project."""
    title, package = TITLES_OF_MANAGERS[project.manager], wish.own.text("package")
    if "{{" not in package and not _DIRECTORY.fullmatch(package):
        wrong, hint = f'is "{package}", which it cannot be', "write the directory as the lockfile has it: apps/web"
    elif project.manager not in ("npm", "pnpm"):
        wrong, hint = f"is of npm and pnpm, and this project uses {title}", "leave it out: all packages are installed"
    elif not wish.installs:
        wrong, hint = "says what is installed, where nothing is", "leave it out, or install and check the project out"
    elif not known:
        wrong, hint = "needs a project, and none was found", "give the directory that package.json stands in"
    elif not project.lockfile:
        wrong, hint = f"needs a lockfile of {title}", f"run `{project.manager} install` and commit the lockfile"
    else:
        return True
    report.error("NODE_006", f'input "package" {wrong}', hint=hint, key=(*wish.key, "with", "package"))
    return False
