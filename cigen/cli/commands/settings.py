"""`cig settings`: what has to be set up outside of the repository, as the providers of the outputs know it."""

import sys
from collections.abc import Iterable

from cigen.cli.commands.render import unknown_providers
from cigen.cli.console import Console
from cigen.cli.options import SettingsOptions
from cigen.cli.present.settings import Item, ProviderSettings, Reason, SettingsView, settings_json, settings_text
from cigen.cli.report import diagnostics_json
from cigen.cli.session import Session, open_session
from cigen.cli.terminal import Paint
from cigen.model.diagnostics import KeyPath, Location, has_errors
from cigen.model.plans import GenerateResult, Setting
from cigen.rules.context import CONFIG, PluginRule
from cigen.rules.fragment import targets
from cigen.schema.locate import locate

__all__ = ["run"]


def run(options: SettingsOptions, console: Console) -> int:
    """Exit codes: 0 printed, however much there is to do; 1 and 3 as everywhere."""
    with open_session(
        console.start, observer=console.observer, environ=console.environ, providers=options.providers
    ) as session:
        session.build()
        session.save()
        session.found.extend(unknown_providers(options.providers, session))
        text = session.context.config_text
        if not session.run.ok or has_errors(session.found):
            return console.report(session.diagnostics, text)
        view = _view(session)
        if options.json:
            console.out(settings_json(view, diagnostics_json(session.diagnostics, text)))
        else:
            console.out(settings_text(view, Paint(console.color(sys.stdout))))
        return console.report(session.diagnostics, text)


def _view(session: Session) -> SettingsView:
    outputs, text = session.run.outputs, session.context.config_text
    paths = [output.path for output in outputs.value(CONFIG).outputs]
    files: dict[str, dict[str, None]] = {}
    found: dict[str, dict[tuple[str, str], dict[Reason, None]]] = {}
    for target in targets(PluginRule(session.context), outputs):
        provider, path = target.output.provider, target.output.path
        files.setdefault(provider, {})[path] = None
        items = found.setdefault(provider, {})
        result: GenerateResult = outputs.value(f"fragment:{target.subject}")
        for setting in result.settings:
            reasons = items.setdefault((setting.title, setting.place), {})
            reasons[_reason(setting, paths.index(path), text)] = None
    return SettingsView(
        tuple(ProviderSettings(name, tuple(files[name]), tuple(_items(found[name].items()))) for name in files)
    )


def _items(found: Iterable[tuple[tuple[str, str], dict[Reason, None]]]) -> Iterable[Item]:
    for (title, place), reasons in found:
        yield Item(title, place, tuple(reasons))


def _reason(setting: Setting, output: int, text: bytes) -> Reason:
    key: KeyPath = ("outputs", output) if setting.key == ("outputs",) else setting.key
    place = locate(text, key, on_key=True) if key else None
    # Where not even the table is written, the default asked for it.
    return Reason(setting.reason, key, None if place == Location("cig.toml", 1, 1) else place)
