import pytest

from digest.errors import DeliveryFailed, RelayRefused
from digest.mail.addresses import recipient_address, sender_address, sender_domain

UNUSABLE = [
    pytest.param("ada", id="no domain"),
    pytest.param("ada@", id="empty domain"),
    pytest.param("@example.org", id="no local part"),
    pytest.param("a@b\r\nBcc: eve@example.net", id="CR LF"),
    pytest.param("a@b> SIZE=1", id="end of the path"),
    pytest.param("a b@example.org", id="blank"),
    pytest.param("a@exam ple.org", id="blank in the domain"),
    pytest.param("a@b.org,c@d.org", id="two"),
    pytest.param("a@b..org", id="empty label"),
    pytest.param("a@\u2028.org", id="line separator"),
    pytest.param("a@" + "ü" * 80 + ".org", id="label too long"),
    pytest.param("a" * 65 + "@example.org", id="local part too long"),
]


@pytest.mark.parametrize("address", UNUSABLE)
def test_an_unusable_recipient_fails_alone(address: str) -> None:
    with pytest.raises(DeliveryFailed, match="is not"):
        recipient_address(address)


@pytest.mark.parametrize("address", UNUSABLE)
def test_an_unusable_address_of_ours_stops_the_run(address: str) -> None:
    with pytest.raises(RelayRefused, match="is not"):
        sender_address(address)


def test_the_senders_address_and_domain_are_ascii() -> None:
    assert sender_address("Daily Papers <papers@bücher.example>") == "papers@xn--bcher-kva.example"
    assert sender_domain("papers@bücher.example") == "xn--bcher-kva.example"
