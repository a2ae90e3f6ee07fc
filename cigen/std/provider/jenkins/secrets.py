"""Secrets: credentials of the kind "Secret text", bound to variables of the steps that need them and of no others.

A value never becomes part of a Groovy text: the shell reads the variable.
"""

from collections.abc import Iterable, Mapping

from cigen.sdk import Secret
from cigen.std.provider.jenkins.groovy import Code, braces, call, literal
from cigen.std.provider.jenkins.problems import CannotExpress, read_table
from cigen.std.provider.jenkins.used import Used
from cigen.std.report import Report

__all__ = ["bind_secrets", "check_secrets", "credential_id"]


def bind_secrets(
    names: Iterable[str], own: Iterable[str], known: Mapping[str, Secret], used: Used, body: list[Code]
) -> list[Code]:
    """The body with the secrets as variables; one of the step's own variables of the same name wins."""
    taken = set(own)
    bindings = [
        call("string", f"credentialsId: {literal(credential_id(name, known))}", f"variable: {literal(name)}")
        for name in dict.fromkeys(names)
        if name not in taken
    ]
    if not bindings:
        return body
    used.plugin("credentials-binding", "plain-credentials")
    return braces(f"withCredentials([{', '.join(bindings)}])", body)


def credential_id(name: str, known: Mapping[str, Secret]) -> str:
    """The id of the credentials: the secret's name, unless `[secrets.NAME] jenkins` says another."""
    return _settings(name, known).get("credentials") or name


def check_secrets(known: Mapping[str, Secret], report: Report) -> None:
    """What `[secrets.NAME] jenkins` says that means nothing here."""
    for name in sorted(known):
        try:
            given = _settings(name, known)
        except CannotExpress as problem:
            report.error("JENKINS_017", problem.message, hint=problem.hint, key=("secrets", name, "jenkins"))
            continue
        for key in sorted(set(given) - {"credentials"}):
            message = f'[secrets.{name}] jenkins has "{key}"; only "credentials" means something there'
            report.warning("JENKINS_017", message, key=("secrets", name, "jenkins", key))


def _settings(name: str, known: Mapping[str, Secret]) -> dict[str, str]:
    for block in known[name].settings if name in known else ():
        if block.provider == "jenkins":
            table = read_table(block.json, f"[secrets.{name}] jenkins")
            if not all(isinstance(value, str) for value in table.values()):
                raise CannotExpress(f"[secrets.{name}] jenkins holds no texts", 'jenkins = { credentials = "ID" }')
            return table
    return {}
