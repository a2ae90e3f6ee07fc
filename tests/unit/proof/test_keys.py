"""Keys: how they are written, what they are bound to, and what a key that cannot be used leads to."""

from pathlib import Path

import pytest

from cigen.proof.keys import (
    TrustedKey,
    UnusableKeyError,
    read_signing_key,
    read_trusted_keys,
    scopes_of,
    signing_scope,
    trusted_keys,
)
from cigen.proof.trust import accepted_scopes

# RFC 8032, 7.1, test 1.
SECRET = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


def test_a_key_is_given_as_hex_or_as_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(SECRET.upper() + "\n")
    assert {read_signing_key(given).public for given in (SECRET, SECRET.upper(), f" {SECRET}\n", str(file))} == {PUBLIC}


def test_a_key_is_given_as_openssl_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    der = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"
    file.write_text(f"-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n")
    assert read_signing_key(str(file)).public == PUBLIC


@pytest.mark.parametrize("given", ["", " ", "00", SECRET + "0", "g" * 64, "/nowhere/key"])
def test_what_is_no_key_is_refused_and_not_shown(given: str) -> None:
    with pytest.raises(UnusableKeyError) as caught:
        read_signing_key(given)
    assert SECRET not in str(caught.value)


def test_a_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    for content in ("", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        file.write_text(content)
        with pytest.raises(UnusableKeyError):
            read_signing_key(str(file))


def test_a_secret_key_does_not_show_itself() -> None:
    assert repr(read_signing_key(SECRET)) == f"SigningKey({PUBLIC})"


def test_trusted_keys_are_bound_to_scopes() -> None:
    listed = read_trusted_keys(f"protected:{PUBLIC}, branch:{PUBLIC.upper()}")
    assert listed == (TrustedKey("protected", PUBLIC), TrustedKey("branch", PUBLIC))


@pytest.mark.parametrize("given", ["", " , ", PUBLIC, f"fork:{PUBLIC}", "branch:00", f"branch:{PUBLIC} x"])
def test_one_key_that_cannot_be_read_is_none(given: str) -> None:
    with pytest.raises(UnusableKeyError):
        read_trusted_keys(given)


def test_whoever_signs_for_a_tier_trusts_that_key_for_that_tier_alone() -> None:
    assert trusted_keys({"CIG_STORE_KEY": SECRET}, "branch", local=False) == (TrustedKey("branch", PUBLIC),)
    with pytest.raises(UnusableKeyError):
        trusted_keys({"CIG_STORE_KEY": SECRET}, "fork", local=False)


@pytest.mark.parametrize("environ", [{"CIG_STORE_KEY": ""}, {"CIG_STORE_TRUST": ""}, {"CIG_STORE_KEY": "x"}])
def test_a_key_that_is_configured_and_unusable_is_never_as_if_there_were_none(environ: dict[str, str]) -> None:
    with pytest.raises(UnusableKeyError):
        trusted_keys(environ, "branch", local=True)


def test_only_a_branch_on_its_own_machine_does_without_keys() -> None:
    assert trusted_keys({}, "branch", local=True) == ()
    for tier, local in (("branch", False), ("protected", True), ("fork", True)):
        with pytest.raises(UnusableKeyError):
            trusted_keys({}, tier, local=local)


@pytest.mark.parametrize("tier", ["branch", "protected"])
def test_cig_toml_names_keys_to_trust(tier: str) -> None:
    listed = (f"protected:{PUBLIC}",)
    assert trusted_keys({}, tier, listed, local=False) == (TrustedKey("protected", PUBLIC),)


def test_a_fork_cannot_name_the_keys_that_it_is_judged_by() -> None:
    """S16: its cig.toml is its own; what the machine's owner says counts."""
    listed = (f"protected:{PUBLIC}",)
    with pytest.raises(UnusableKeyError):
        trusted_keys({}, "fork", listed, local=False)
    environ = {"CIG_STORE_TRUST": f"protected:{PUBLIC}"}
    assert trusted_keys(environ, "fork", (f"branch:{PUBLIC}",), local=False) == (TrustedKey("protected", PUBLIC),)


@pytest.mark.parametrize("tier", ["branch", "protected"])
@pytest.mark.parametrize("scope", ["branch", "protected"])
def test_s16_a_key_that_is_listed_counts_for_what_it_is_listed_for(scope: str, tier: str) -> None:
    listed = (f"{scope}:{PUBLIC}",)
    assert trusted_keys({"CIG_STORE_KEY": SECRET}, tier, listed, local=False) == (TrustedKey(scope, PUBLIC),)
    environ = {"CIG_STORE_KEY": SECRET, "CIG_STORE_TRUST": listed[0]}
    assert trusted_keys(environ, tier, local=False) == (TrustedKey(scope, PUBLIC),)


def test_s16_the_key_of_a_run_that_only_cig_toml_calls_protected_counts_for_what_it_is_listed_for() -> None:
    own = {"CIG_STORE_KEY": SECRET}
    for local in (True, False):
        with pytest.raises(UnusableKeyError, match="there is none to verify"):
            trusted_keys(own, "protected", local=local, claimed=True)
        with pytest.raises(UnusableKeyError, match="there is none to verify"):
            trusted_keys({}, "protected", local=local, claimed=True)
    other = TrustedKey("protected", "0" * 64)
    listed = (f"protected:{other.public}",)
    assert trusted_keys(own, "protected", listed, local=False, claimed=True) == (other,)
    assert trusted_keys(own, "protected", listed, local=False) == (other, TrustedKey("protected", PUBLIC))
    assert signing_scope("protected", {"protected"}, claimed=True) == "protected"
    assert signing_scope("protected", {"branch"}, claimed=True) == "branch"
    with pytest.raises(UnusableKeyError, match="not listed"):
        signing_scope("protected", (), claimed=True)


@pytest.mark.parametrize("key", [{}, {"CIG_STORE_KEY": SECRET}])
@pytest.mark.parametrize("trust", [{}, {"CIG_STORE_TRUST": f"branch:{PUBLIC}"}])
@pytest.mark.parametrize("listed", [(), (f"protected:{'0' * 64}",), (f"branch:{PUBLIC}", f"protected:{PUBLIC}")])
@pytest.mark.parametrize("local", [True, False])
def test_s16_a_branch_that_calls_itself_protected_believes_nothing_that_it_did_not_before(
    key: dict[str, str], trust: dict[str, str], listed: tuple[str, ...], local: bool
) -> None:
    def believed(tier: str, claimed: bool) -> set[TrustedKey] | None:
        """None: nothing at all, where no keys would mean that everything is."""
        try:
            keys = trusted_keys({**key, **trust}, tier, listed, local=local, claimed=claimed)
        except UnusableKeyError:
            return None
        return {one for one in keys if one.scope in accepted_scopes(tier)}

    before, now = believed("branch", False), believed("protected", True)
    assert now is None or (before is not None and now <= before)
    assert set(accepted_scopes("protected")) < set(accepted_scopes("branch"))


def test_a_key_has_the_scopes_that_it_is_listed_for() -> None:
    listed = read_trusted_keys(f"protected:{PUBLIC} branch:{'0' * 64}")
    assert scopes_of(PUBLIC, listed) == {"protected"}
    assert scopes_of("1" * 64, listed) == frozenset()


def test_s16_a_key_signs_for_the_tier_of_the_run_or_for_a_lower_one() -> None:
    assert signing_scope("branch", ()) == signing_scope("branch", {"branch"}) == "branch"
    assert signing_scope("protected", ()) == signing_scope("protected", {"protected", "branch"}) == "protected"
    assert signing_scope("protected", {"branch"}) == "branch"
    for scopes in ({"protected"}, {"protected", "branch"}):
        with pytest.raises(UnusableKeyError):
            signing_scope("branch", scopes)
