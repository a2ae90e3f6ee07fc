"""A repository has one name, whatever it is cloned by."""

import pytest

from cigen.model.repositories import repository_name

SHOP = "github.com/acme/shop"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/shop.git",
        "https://github.com/acme/shop",
        "https://github.com/acme/shop/",
        "https://user:secret@GitHub.com/acme/shop.git",
        "ssh://git@github.com:22/acme/shop.git",
        "git@github.com:acme/shop.git",
        "github.com:acme/shop",
        "git://github.com/acme/shop.git\n",
    ],
)
def test_a_repository_has_one_name(url: str) -> None:
    assert repository_name(url) == SHOP


@pytest.mark.parametrize("url", ["", "/srv/shop.git", "file:///srv/shop", "../shop", "https://github.com/", "shop"])
def test_a_folder_is_no_name(url: str) -> None:
    assert repository_name(url) == ""
