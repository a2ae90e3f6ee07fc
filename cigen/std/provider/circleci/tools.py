"""Tools on PATH that the job's image does not have: a command of the file, which the jobs call.

The one installer of `cigen.std.ci.tools` stands in it once, however many jobs need it. CircleCI has every script read
the file `$BASH_ENV` first, and so what the installer leaves there holds for all later steps.
"""

import shlex
from collections.abc import Sequence

from cigen.sdk import Job, Step, Tool
from cigen.sdk.yaml import Value
from cigen.std.ci.legs import has_placeholder
from cigen.std.ci.tools import INSTALLER, UnknownTool, known_tools, tool_call
from cigen.std.provider.circleci.executors import Place
from cigen.std.provider.circleci.texts import render_text
from cigen.std.provider.circleci.windows import windows_call
from cigen.std.report import Report

__all__ = ["INSTALL", "install_command", "tool_steps"]

INSTALL = "install-tools"


def install_command() -> Value:
    """The command's definition."""
    script = f'export CIG_ENV="$BASH_ENV"\n{render_text(INSTALLER)}<< parameters.calls >>\n'
    return {
        "description": "Install tools with mise and put them on PATH for all later steps.",
        "parameters": {"name": {"type": "string"}, "calls": {"type": "string"}},
        "steps": [{"run": {"name": "<< parameters.name >>", "command": script}}],
    }


def tool_steps(steps: Sequence[Step], job: Job, place: Place, report: Report) -> list[Value]:
    """What sets up the tools of adjoining steps; nothing for one that the image has."""
    found: list[Value] = []
    calls: list[str] = []
    names: list[str] = []
    for step in steps:
        tool = step.tool
        if tool is None or tool.name == place.language:
            continue
        if tool.name == "docker-buildx" and place.kind == "docker":
            found.append("setup_remote_docker")
        call = _call(tool, job, place, report)
        if call:
            calls.append(call)
            names.append(f"{tool.name} {tool.version}".strip())
    if calls and place.system == "windows":
        name = render_text(f"Install {', '.join(names)}")
        found.append({"run": {"name": name, "command": render_text("\n".join(calls) + "\n")}})
    elif calls:
        given: dict[str, Value] = {
            "name": render_text(f"Install {', '.join(names)}"),
            "calls": render_text("\n".join(calls)),
        }
        found.append({INSTALL: given})
    return found


def _call(tool: Tool, job: Job, place: Place, report: Report) -> str:
    key = ("jobs", job.id)
    if place.system == "windows":
        call = windows_call(tool)
        if not call:
            message = f'job "{job.id}" wants {tool.name}, which provider/circleci does not install on Windows'
            report.error("CIRCLECI_005", message, hint="install it in a step of your own", key=key)
        return call
    try:
        call, unknown = tool_call(tool)
    except UnknownTool:
        message = f'job "{job.id}" wants "{tool.name}", which provider/circleci cannot install'
        report.error("CIRCLECI_005", message, hint=f"tools: {', '.join(known_tools())}", key=key)
        return ""
    for name in unknown:
        message = f'option "{name}" of {tool.name} in job "{job.id}" means nothing to provider/circleci'
        report.warning("CIRCLECI_006", message, key=key)
    # A value of the matrix stands where the shell's quotes would keep it from being replaced.
    return (
        call.replace(shlex.quote(f"{tool.name}@{tool.version}"), f'"{tool.name}@{tool.version}"')
        if (has_placeholder(tool.version))
        else call
    )
