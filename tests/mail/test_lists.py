import re
from datetime import date
from typing import Any

import pytest

from digest.errors import RelayRefused
from digest.mail.headers import feedback_id, list_fields

DAY = date(2026, 3, 10)


def fields(**facts: Any) -> dict[str, str]:
    lines = list_fields(
        "digest.example.org",
        **{
            "unsubscribe": ["mailto:stop@example.org"],
            "token": "t",
            "help_from": "help@example.org",
            "owner": "admin@example.org",
            **facts,
        },
    )
    return dict(line.split(": ", 1) for line in lines)


def test_a_list_says_whose_it_is_whom_to_ask_and_that_nobody_may_post() -> None:
    assert fields() == {
        "List-Id": "<digest.example.org>",
        "List-Unsubscribe": "<mailto:stop@example.org>",
        "List-Help": "<mailto:help@example.org?subject=help>",
        "List-Owner": "<mailto:admin@example.org>",
        "List-Post": "NO",
    }


@pytest.mark.parametrize(
    ("address", "written"),
    [
        pytest.param("Help, please <help@example.org>", "help@example.org", id="name"),
        pytest.param("a@bücher.example", "a@xn--bcher-kva.example", id="domain outside ASCII"),
        pytest.param("zoë@example.org", "zo%C3%AB@example.org", id="letters outside ASCII"),
        pytest.param("a?b%c&d@example.org", "a%3Fb%25c%26d@example.org", id="delimiters"),
        pytest.param("papers+help@example.org", "papers+help@example.org", id="plus"),
    ],
)
def test_an_address_of_the_list_is_a_mailto_uri(address: str, written: str) -> None:
    named = fields(owner=address, help_from=address)
    assert named["List-Owner"] == f"<mailto:{written}>"
    assert named["List-Help"] == f"<mailto:{written}?subject=help>"


def test_an_address_that_is_none_stops_the_run() -> None:
    with pytest.raises(RelayRefused):
        fields(owner="a@b>\r\nBcc: eve@example.net")


def test_a_feedback_id_names_the_mailing_from_the_narrowest_to_the_sender() -> None:
    assert feedback_id(DAY, "cards", "digest.example.org") == (
        "2026-03-10:cards:digest.example.org:digest2386c86e"
    )


def test_the_sender_of_a_feedback_id_stays_the_same_and_is_of_the_length_that_counts() -> None:
    senders = {
        feedback_id(day, kind, "digest.example.org").rpartition(":")[2]
        for day in (DAY, date(2027, 1, 1))
        for kind in ("cards", "titles")
    }
    (sender,) = senders
    assert 5 <= len(sender) <= 15
    other = feedback_id(DAY, "cards", "digest.example.com")
    assert other.rpartition(":")[2] != sender


def test_a_feedback_id_has_four_parts_whatever_they_hold() -> None:
    assert re.fullmatch(r"[\w.-]+(:[\w.-]+){3}", feedback_id(DAY, "a:b\r\n", "x:y ü"), re.ASCII)
