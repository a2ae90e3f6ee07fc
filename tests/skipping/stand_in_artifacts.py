"""What actions/upload-artifact and actions/download-artifact do, in a folder: run by act as their stand-ins.

The names inside an artifact are made as GitHub makes them (@actions/glob, and `src/shared/search.ts` of the action):
counted from the folder that all patterns share, or that of the file where they name one file. Knows nothing of cig.
"""

import os
import re
import shutil
import sys
from fnmatch import translate
from pathlib import Path, PurePosixPath


def upload(given: dict[str, str], workspace: Path, artifacts: Path) -> None:
    """Put the files into a folder that is called as the artifact. Ends with 1 where there are none."""
    if f"{os.environ['GITHUB_JOB']}/{given['name']}" == os.environ.get("REFUSED_ARTIFACT"):
        sys.exit("the server does not answer")
    root, files = search(given["path"], given["include-hidden-files"] == "true", workspace)
    if not files and given["if-no-files-found"] == "error":
        sys.exit(f"no files were found at {given['path']}")
    target = artifacts / given["name"]
    if target.exists() and given["overwrite"] != "true":
        sys.exit(f"there is an artifact {given['name']}")
    shutil.rmtree(target, ignore_errors=True)
    for file in files:
        place = target / file.relative_to(root)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(workspace / file, place)


def download(given: dict[str, str], workspace: Path, artifacts: Path) -> None:
    """Copy the files of one artifact, or of all that a pattern finds. Ends with 1 where there is none of that name."""
    names = [path.name for path in sorted(artifacts.iterdir())] if artifacts.exists() else []
    if given["name"] and given["name"] not in names:
        sys.exit(f"Artifact '{given['name']}' not found")
    patterns = [re.compile(translate(one)) for one in expand(given["pattern"])]
    chosen = [name for name in names if name == given["name"] or any(one.match(name) for one in patterns)]
    for name in chosen:
        merged = given["name"] or given["merge-multiple"] == "true"
        into = workspace / given["path"] / ("" if merged else name)
        shutil.copytree(artifacts / name, into, dirs_exist_ok=True)


def expand(pattern: str) -> list[str]:
    """Braces around one alternative belong to the name."""
    found = re.fullmatch(r"(.*?)\{([^{}]*,[^{}]*)\}(.*)", pattern)
    return [found[1] + one + found[3] for one in found[2].split(",")] if found else [pattern]


def search(lines: str, hidden: bool, workspace: Path) -> tuple[PurePosixPath, list[PurePosixPath]]:
    """The folder that names are counted from, and the files. All paths are relative to the workspace."""
    patterns = [re.sub(r"^(!?)\./", r"\1", line.strip()) for line in lines.splitlines() if line.strip()]
    roots = outermost([root_of(one) for one in patterns if not one.startswith("!")])
    found = sorted(file for root in roots for file in walk(root, hidden, workspace) if matches(file, patterns))
    if len(roots) > 1:
        return PurePosixPath(os.path.commonpath(roots)), found
    return (roots[0].parent if found == roots else roots[0]), found


def root_of(pattern: str) -> PurePosixPath:
    parts: list[str] = []
    for segment in pattern.strip("/").split("/"):
        # A class of one character is that character.
        literal = re.sub(r"\[([^\]])\]", r"\1", segment)
        if re.search(r"[*?\[]", re.sub(r"\[([^\]])\]", "", segment)):
            break
        parts.append(literal)
    return PurePosixPath(*parts)


def outermost(roots: list[PurePosixPath]) -> list[PurePosixPath]:
    return [one for one in dict.fromkeys(roots) if not any(other in one.parents for other in roots)]


def walk(place: PurePosixPath, hidden: bool, workspace: Path) -> list[PurePosixPath]:
    if place.name.startswith(".") and not hidden:
        return []
    path = workspace / place
    if path.is_dir():
        return [file for one in path.iterdir() for file in walk(place / one.name, hidden, workspace)]
    return [place] if path.is_file() else []


def matches(file: PurePosixPath, patterns: list[str]) -> bool:
    """The last pattern that speaks of the file or a folder above it decides."""
    chosen = False
    for pattern in patterns:
        segments = [part for part in pattern.removeprefix("!").split("/") if part]
        if any(agrees(list(place.parts), segments) for place in (file, *file.parents)):
            chosen = not pattern.startswith("!")
    return chosen


def agrees(names: list[str], segments: list[str]) -> bool:
    if not segments:
        return not names
    if segments[0] == "**":
        return any(agrees(names[skipped:], segments[1:]) for skipped in range(len(names) + 1))
    return bool(names) and bool(re.match(translate(segments[0]), names[0])) and agrees(names[1:], segments[1:])


if __name__ == "__main__":
    inputs = {name.removeprefix("GIVEN_"): value for name, value in os.environ.items() if name.startswith("GIVEN_")}
    what = upload if sys.argv[1] == "upload" else download
    what(inputs, Path(os.environ["GITHUB_WORKSPACE"]), Path(os.environ["CIG_ARTIFACTS"]))
