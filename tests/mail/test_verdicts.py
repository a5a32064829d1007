import pytest

from digest.errors import (
    DeliveryDeferred,
    DeliveryError,
    DeliveryFailed,
    DeliveryUncertain,
    RelayRefused,
)
from digest.mail.smtp import SmtpTransport
from servers import DROP, SILENCE, FaultyPeer, make_envelope, make_relay, nothing

VERDICTS = [
    pytest.param("greeting", "421 4.3.2 Too busy", RelayRefused, 421, id="greeting 421"),
    pytest.param("greeting", "554 5.7.1 Go away", RelayRefused, 554, id="greeting 554"),
    pytest.param("greeting", DROP, RelayRefused, None, id="greeting lost"),
    pytest.param("MAIL", "451 4.3.0 Not now", RelayRefused, 451, id="MAIL 451"),
    pytest.param("MAIL", "421 4.3.2 Closing", DeliveryDeferred, 421, id="MAIL 421"),
    pytest.param("MAIL", "550 5.7.60 Not your address", RelayRefused, 550, id="MAIL 550"),
    pytest.param("MAIL", DROP, DeliveryDeferred, None, id="MAIL lost"),
    pytest.param("MAIL", "hello", DeliveryDeferred, None, id="MAIL nonsense"),
    pytest.param("RCPT", "450 4.2.1 Greylisted", DeliveryDeferred, 450, id="RCPT 450"),
    pytest.param("RCPT", "421 4.3.2 Closing", DeliveryDeferred, 421, id="RCPT 421"),
    pytest.param("RCPT", "550 5.1.1 No such user", DeliveryFailed, 550, id="RCPT 550"),
    pytest.param("RCPT", "550 No such user", DeliveryFailed, 550, id="RCPT 550 without status"),
    pytest.param("RCPT", "552 5.2.2 Mailbox full", DeliveryFailed, 552, id="RCPT 552"),
    pytest.param("RCPT", "550 5.7.1 Relaying denied", RelayRefused, 550, id="RCPT relaying"),
    pytest.param("RCPT", "554 5.7.1 a@b: Relay access denied", RelayRefused, 554, id="RCPT relay"),
    pytest.param("RCPT", "550 relay not permitted", RelayRefused, 550, id="RCPT relay, no status"),
    pytest.param("RCPT", "530 Log in first", RelayRefused, 530, id="RCPT 530"),
    pytest.param("RCPT", "550 5.7.1 Ada takes no lists", DeliveryFailed, 550, id="RCPT 5.7.1 hers"),
    pytest.param("RCPT", "550 5.7.133 Group is closed", DeliveryFailed, 550, id="RCPT 5.7.133"),
    pytest.param("RCPT", DROP, DeliveryDeferred, None, id="RCPT lost"),
    pytest.param("DATA", "451 4.3.0 Not now", DeliveryDeferred, 451, id="DATA 451"),
    pytest.param("DATA", "421 4.3.2 Closing", DeliveryDeferred, 421, id="DATA 421"),
    pytest.param("DATA", "554 5.5.1 No", DeliveryFailed, 554, id="DATA 554"),
    pytest.param("DATA", "550 5.7.515 No DMARC", RelayRefused, 550, id="DATA 5.7.515"),
    pytest.param("DATA", "250 What?", DeliveryDeferred, None, id="DATA taken for something else"),
    pytest.param("DATA", DROP, DeliveryDeferred, None, id="DATA lost"),
    pytest.param("dot", "451 4.7.1 Try later", DeliveryDeferred, 451, id="dot 451"),
    pytest.param("dot", "421 4.3.2 Closing", DeliveryDeferred, 421, id="dot 421"),
    pytest.param("dot", "552 5.3.4 Too big", DeliveryFailed, 552, id="dot 552"),
    pytest.param("dot", "550 5.7.515 Not authenticated", RelayRefused, 550, id="dot 5.7.515"),
    pytest.param("dot", "550-5.7.26 SPF\r\n550 5.7.26 failed", RelayRefused, 550, id="dot 5.7.26"),
    pytest.param("dot", "554 5.7.1 Spam in the content", DeliveryFailed, 554, id="dot 5.7.1"),
    pytest.param("dot", "550 5.7.1 Against our policy", RelayRefused, 550, id="dot policy"),
    pytest.param("dot", DROP, DeliveryUncertain, None, id="dot lost"),
    pytest.param("dot", "354 Go on", DeliveryUncertain, None, id="dot nonsense"),
    pytest.param("dot", "hello", DeliveryUncertain, None, id="dot no reply"),
]


@pytest.mark.parametrize(("step", "reply", "error", "code"), VERDICTS)
def test_a_reply_is_judged_by_its_stage_and_the_next_envelope_is_sent(
    step: str, reply: str, error: type[DeliveryError], code: int | None
) -> None:
    calls: list[str] = []
    good = {"MAIL": "250 Ok", "RCPT": "250 Ok", "DATA": "354 Go", "dot": "250 Ok"}
    script = {step: [reply, good.get(step, "220 hello")]}
    with FaultyPeer(script, {}) as peer, SmtpTransport(make_relay(peer)) as transport:
        with pytest.raises(error) as caught:
            transport.send(make_envelope(), on_data=lambda: calls.append("dot"))
        assert type(caught.value) is error
        assert caught.value.code == code
        assert calls == (["dot"] if step == "dot" else [])
        transport.send(
            make_envelope(recipient="bob@example.org"), on_data=lambda: calls.append("dot")
        )
    assert [line for line in peer.commands if line.startswith("RCPT")][-1].endswith(
        "<bob@example.org>"
    )
    assert len(calls) == (step == "dot") + 1


@pytest.mark.parametrize(
    ("step", "error"),
    [
        pytest.param("greeting", RelayRefused, id="greeting"),
        pytest.param("MAIL", DeliveryDeferred, id="MAIL"),
        pytest.param("RCPT", DeliveryDeferred, id="RCPT"),
        pytest.param("DATA", DeliveryDeferred, id="DATA"),
        pytest.param("dot", DeliveryUncertain, id="dot"),
    ],
)
def test_silence_is_judged_by_its_stage(step: str, error: type[DeliveryError]) -> None:
    with FaultyPeer({step: SILENCE}, {}) as peer:
        relay = make_relay(peer, timeout=0.2, data_timeout=0.2)
        with SmtpTransport(relay) as transport:
            with pytest.raises(error, match="timed out"):
                transport.send(make_envelope(), on_data=nothing)
            transport.send(make_envelope(), on_data=nothing)
    assert peer.connections == 2
