"""What `cig settings` prints."""

import json

from cigen.cli.present.settings import Item, ProviderSettings, Reason, SettingsView, settings_json, settings_text
from cigen.cli.terminal import PLAIN
from cigen.model.diagnostics import Location

TOKEN = Item(
    "Add the secret TOKEN",
    "Settings > Secrets",
    (Reason('job "a" reads it', ("jobs", "a"), Location("cig.toml", 3, 1)), Reason("somebody wants it")),
)
WEBHOOK = Item("Add a webhook", "", (Reason("it runs for pushes"),))


def test_each_setting_is_a_box_with_its_place_and_all_reasons() -> None:
    view = SettingsView((ProviderSettings("github", ("a.yml", "b.yml"), (TOKEN,)),))
    assert settings_text(view, PLAIN) == (
        "github (a.yml, b.yml)\n\n"
        "  [ ] Add the secret TOKEN\n"
        "      where  Settings > Secrets\n"
        '      why    job "a" reads it (cig.toml:3)\n'
        "             somebody wants it\n\n"
        "1 setting to check for github. cig does not look at them.\n"
    )


def test_a_setting_without_a_place_has_no_empty_line_for_it() -> None:
    view = SettingsView((ProviderSettings("x", ("f",), (WEBHOOK,)),))
    assert "where" not in settings_text(view, PLAIN)


def test_providers_keep_their_order_and_one_without_settings_is_left_out() -> None:
    view = SettingsView((
        ProviderSettings("jenkins", ("J",), (TOKEN,)),
        ProviderSettings("none", ("N",)),
        ProviderSettings("circleci", ("C",), (TOKEN, WEBHOOK)),
    ))  # fmt: skip
    text = settings_text(view, PLAIN)
    assert text.index("jenkins (J)") < text.index("circleci (C)")
    assert "none" not in text
    assert text.endswith("3 settings to check: 1 for jenkins, 2 for circleci. cig does not look at them.\n")


def test_nothing_to_set_up_is_one_line() -> None:
    assert settings_text(SettingsView(), PLAIN) == "Nothing to set up outside of the repository.\n"


def test_what_a_plugin_says_cannot_move_the_cursor_or_add_lines() -> None:
    item = Item("a\x1b[2Jb", "c\nd", (Reason("e\rf"),))
    text = settings_text(SettingsView((ProviderSettings("x", ("f",), (item,)),)), PLAIN)
    assert "\x1b" not in text
    assert "\r" not in text
    assert len(text.splitlines()) == 7


def test_the_document_holds_every_reason_with_its_key_and_place() -> None:
    document = json.loads(settings_json(SettingsView((ProviderSettings("github", ("a.yml",), (TOKEN,)),)), []))
    assert document["schema"] == "cig.settings/1"
    (provider,) = document["providers"]
    assert (provider["provider"], provider["files"]) == ("github", ["a.yml"])
    first, second = provider["settings"][0]["reasons"]
    assert first == {
        "reason": 'job "a" reads it', "key": ["jobs", "a"], "location": {"file": "cig.toml", "line": 3, "column": 1}
    }  # fmt: skip
    assert second["location"] is None
