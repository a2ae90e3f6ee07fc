"""Secrets: credentials of the kind "Secret text", bound to variables of the steps that need them and of no others.

A value never becomes part of a Groovy text: the shell reads the variable.
"""

from collections.abc import Iterable, Mapping

from cigen.sdk import Secret
from cigen.std.ci.blocks import own_table
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.jenkins.groovy import Code, braces, call, literal
from cigen.std.provider.jenkins.used import Used
from cigen.std.report import Report

__all__ = ["bind_secrets", "credential_id", "usable_secrets"]


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


def usable_secrets(secrets: Iterable[Secret], report: Report) -> dict[str, Secret]:
    """Those whose settings mean something here, by name; the rest is reported."""
    found: dict[str, Secret] = {}
    for secret in secrets:
        key = ("secrets", secret.name, "jenkins")
        try:
            given = _settings(secret.name, {secret.name: secret})
        except CannotExpress as problem:
            report.error("JENKINS_017", problem.message, hint=problem.hint, key=key)
            continue
        found[secret.name] = secret
        for name in sorted(set(given) - {"credentials"}):
            message = f'[secrets.{secret.name}] jenkins has "{name}"; only "credentials" means something there'
            report.warning("JENKINS_017", message, key=(*key, name))
    return found


def _settings(name: str, known: Mapping[str, Secret]) -> dict[str, str]:
    table = own_table(known[name].settings if name in known else (), "jenkins", f"[secrets.{name}] jenkins") or {}
    if not all(isinstance(value, str) for value in table.values()):
        raise CannotExpress(f"[secrets.{name}] jenkins holds no texts", 'jenkins = { credentials = "ID" }')
    return table
