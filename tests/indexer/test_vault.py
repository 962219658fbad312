"""Credentials at rest: what is sealed opens, with the secret in use or one of before, and with no other."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import NeedsOperator
from indexer.vault import Vault

OLD, NEW, OTHER = "old secret, long enough to be one", b"new secret, long enough to be one", "somebody else's"


@given(st.text())
def test_what_is_sealed_opens_again_and_is_not_readable(text):
    sealed = Vault([NEW]).seal(text)
    assert Vault([NEW]).open(sealed) == text
    assert len(text) < 8 or text not in sealed


def test_the_same_text_is_sealed_differently_each_time():
    assert Vault([NEW]).seal("key-123") != Vault([NEW]).seal("key-123")


def test_a_secret_of_before_opens_and_rotation_needs_it_no_more():
    before = Vault([OLD]).seal("key-123")
    both = Vault([NEW, OLD])
    assert both.open(before) == "key-123"
    rotated = both.rotate(before)
    assert Vault([NEW]).open(rotated) == "key-123"
    with pytest.raises(NeedsOperator):
        Vault([OLD]).open(rotated)


SPOILT = ["", "x", "gAAAAA==", Vault([OTHER]).seal("key-123"), "naïve"]


@pytest.mark.parametrize("spoilt", SPOILT, ids=["nothing", "cut", "a head", "of another secret", "no base64"])
@pytest.mark.parametrize("method", ["open", "rotate"])
def test_what_no_secret_opens_says_what_to_do(spoilt, method):
    with pytest.raises(NeedsOperator, match="HEADWATER_SECRET_KEY_BEFORE") as caught:
        getattr(Vault([NEW, OLD]), method)(spoilt)
    assert "key-123" not in str(caught.value)


def test_a_changed_letter_is_noticed():
    sealed = Vault([NEW]).seal("key-123")
    for place in range(10, len(sealed) - 2, 7):
        letter = "A" if sealed[place] != "A" else "B"
        with pytest.raises(NeedsOperator):
            Vault([NEW]).open(sealed[:place] + letter + sealed[place + 1 :])


def test_the_key_is_derived_for_this_use_alone():
    from base64 import urlsafe_b64encode
    from hashlib import sha256

    sealed = Vault([NEW]).seal("key-123").encode()
    with pytest.raises(Exception, match=r"^$"):
        Fernet(urlsafe_b64encode(sha256(NEW).digest())).decrypt(sealed)


@pytest.mark.parametrize("keys", [[], [""], [NEW, b""]])
def test_there_is_no_vault_without_a_secret(keys):
    with pytest.raises(NeedsOperator, match="HEADWATER_SECRET_KEY"):
        Vault(keys)


def test_a_vault_does_not_show_its_secret():
    assert OLD not in repr(Vault([OLD]))
