"""What plugins need and exclude is checked before the first call."""

from cigen.host.capabilities import check_capabilities, match_capability
from cigen.model.plans import PluginInfo

RUBY = PluginInfo("lang/ruby", "1.3.0", 1, capabilities=("lang:ruby", "package:ruby"))
S3 = PluginInfo("cache/s3", "1.0.0", 1, capabilities=("cache:s3",))
GCS = PluginInfo("cache/gcs", "1.0.0", 1, capabilities=("cache:gcs",), conflicts_with=("cache:s3",))


def needing(*requires: str) -> PluginInfo:
    return PluginInfo("lang/rails", "2.0.0", 1, capabilities=("lang:rails",), requires=requires)


def messages(*plugins: PluginInfo) -> list[tuple[str, str]]:
    return [(found.code, found.message) for found in check_capabilities(plugins)]


def test_a_pattern_covers_a_capability_or_a_whole_kind() -> None:
    assert match_capability("lang:ruby", "lang:ruby")
    assert match_capability("lang:*", "lang:ruby")
    assert not match_capability("lang:*", "language:ruby")
    assert not match_capability("lang:rub", "lang:ruby")
    assert not match_capability("*", "lang:ruby")


def test_requirements_that_are_met_say_nothing() -> None:
    assert messages(RUBY, S3, needing("cache:*", "lang:ruby", "lang/ruby@~1.0", "lang/ruby")) == []


def test_a_plugin_does_not_meet_its_own_requirement() -> None:
    assert messages(needing("lang:rails")) == [
        ("PLUGIN_004", 'lang/rails requires "lang:rails", but no enabled plugin provides it.')
    ]


def test_each_unmet_requirement_is_told() -> None:
    assert messages(RUBY, needing("cache:*", "lang/ruby@^2.0", "db/postgres@~2.0")) == [
        ("PLUGIN_004", 'lang/rails requires "cache:*", but no enabled plugin provides it.'),
        ("PLUGIN_004", 'lang/rails requires "lang/ruby@^2.0", but lang/ruby 1.3.0 is enabled.'),
        ("PLUGIN_004", 'lang/rails requires "db/postgres@~2.0", but db/postgres is not enabled.'),
    ]


def test_a_requirement_that_means_nothing_is_told() -> None:
    ((code, text), (_, other)) = messages(RUBY, needing("ruby", "lang/ruby@latest"))
    assert code == "PLUGIN_004"
    assert text.startswith('lang/rails requires "ruby", which means nothing: ')
    assert '"latest" is no version constraint' in other


def test_plugins_that_exclude_each_other_are_named_once() -> None:
    s3 = PluginInfo("cache/s3", "1.0.0", 1, capabilities=("cache:s3",), conflicts_with=("cache:gcs", "cache/gcs"))
    assert messages(GCS, s3) == [
        ("PLUGIN_005", 'cache/gcs and cache/s3 cannot be used together: cache/gcs excludes "cache:s3".')
    ]


def test_an_exclusion_does_not_hit_the_plugin_itself() -> None:
    assert messages(PluginInfo("a/b", "1.0.0", 1, capabilities=("cache:x",), conflicts_with=("cache:*",))) == []


def test_the_order_of_plugins_does_not_matter() -> None:
    plugins = (RUBY, S3, GCS, needing("db:*"))
    assert check_capabilities(plugins) == check_capabilities(plugins[::-1])
