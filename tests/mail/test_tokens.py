"""Tokens are found again by who has the key, and by nobody else."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.message import message_id
from digest.mail.tokens import Tokens, bounce_address, candidates

OURS, THEIRS = Tokens(b"k" * 32), Tokens(b"x" * 32)
MESSAGE = message_id("ada@example.org", date(2026, 3, 10), "example.org")


def test_a_messages_token_is_found_in_an_address() -> None:
    token = OURS.of_message(MESSAGE)
    address = bounce_address("bounces@example.org", token)
    assert len(address.partition("@")[0]) <= 64  # RFC 5321 section 4.5.3.1.1
    (found,) = OURS.messages(f"To: <{address.upper()}>")
    assert MESSAGE.startswith(found)
    assert list(THEIRS.messages(address)) == []


def test_a_token_that_was_changed_is_none() -> None:
    token = OURS.of_message(MESSAGE) or ""
    for place, sign in enumerate(token):
        other = "0" if sign != "0" else "1"
        assert list(OURS.messages(token[:place] + other + token[place + 1 :])) == []


@pytest.mark.parametrize("name", ["<test.abc@example.org>", "<x>", ""])
def test_what_is_no_issues_name_has_no_token(name) -> None:
    assert OURS.of_message(name) is None
    assert bounce_address("b@example.org", None) == "b@example.org"


@given(st.emails())
def test_a_subscribers_token_is_one_of_the_candidates(email) -> None:
    token = OURS.of_subscriber(email)
    assert token in candidates(f"Subject: unsubscribe {token.upper()}\n\nx{token}x")
    assert token == OURS.of_subscriber(email.upper().casefold())
    assert token != THEIRS.of_subscriber(email)


@given(st.text())
def test_any_text_may_be_looked_through(text) -> None:
    assert list(OURS.messages(text)) == []
    candidates(text)
