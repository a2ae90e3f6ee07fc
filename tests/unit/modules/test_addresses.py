"""Addresses of modules are taken apart, or refused with what was expected."""

import re

import pytest

from cigen.modules import ModuleAddress, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("lang/ruby", ModuleAddress("lang/ruby")),
        ("lang/ruby@~1.2", ModuleAddress("lang/ruby", "~1.2")),
        ("docker/build@>=1.1", ModuleAddress("docker/build", ">=1.1")),
        ("db/postgres@ ^2.0 ", ModuleAddress("db/postgres", "^2.0")),
        ("registry.cigen.dev/lang/ruby@1.2.3", ModuleAddress("lang/ruby", "1.2.3", "registry.cigen.dev")),
        (
            "registry.cigen.dev/acme/custom-deploy@^2.0",
            ModuleAddress("acme/custom-deploy", "^2.0", "registry.cigen.dev"),
        ),
        ("localhost.test:8080/lang/ruby", ModuleAddress("lang/ruby", "", "localhost.test:8080")),
        (
            "github.com/user/repo//modules/my-module@v1.0.0",
            ModuleAddress("modules/my-module", "v1.0.0", "github.com/user/repo"),
        ),
    ],
)
def test_an_address_is_taken_apart(text: str, address: ModuleAddress) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    ["lang/ruby@~1.2", "registry.cigen.dev/lang/ruby@1.2.3", "github.com/user/repo//modules/my-module@v1.0.0", "a/b"],
)
def test_an_address_is_printed_as_it_was_written(text: str) -> None:
    assert str(parse_address(text)) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no module address"),
        ("ruby", "is no module address: expected kind/name"),
        ("a/b/c", "is no module address"),
        ("a/b/c/d", "is no module address"),
        ("Lang/Ruby", '"Lang" in "Lang/Ruby" is no name'),
        ("lang/", '"" in "lang/" is no name'),
        ("lang/ruby@", 'ends with "@"'),
        ("lang/../x", "is no module address"),
        ("repo//modules/x", 'names no git repository before "//"'),
        ("github.com/user/repo//../x", '".." in'),
        ("github.com//repo//x", 'names no git repository before "//"'),
        ("lang/ru by", '"ru by" in'),
    ],
)
def test_what_is_no_address_is_refused_with_what_was_expected(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse_address(text)
