from pathlib import Path

import pytest

from digest.errors import DeliveryDeferred
from digest.issue import Envelope
from digest.mail import Transport
from digest.mail.directory import DirectoryTransport
from servers import make_envelope, nothing

NAME = "2026-03-10.abc@example.org"


def make_message(message_id: str = f"<{NAME}>", text: str = "Hello.") -> Envelope:
    return make_envelope(
        content=f"Subject: x\r\nMessage-ID: {message_id}\r\n\r\n{text}\r\n".encode()
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_message_becomes_a_file_named_by_its_message_id(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "out"
    with DirectoryTransport(folder) as transport:
        reply = transport.send(make_message(), on_data=nothing)
    assert names(folder) == [f"{NAME}.eml"]
    assert reply == f"written to {NAME}.eml"
    assert (folder / names(folder)[0]).read_bytes() == make_message().content


def test_a_message_sent_again_replaces_itself(tmp_path: Path) -> None:
    transport: Transport = DirectoryTransport(tmp_path)
    for text in ("first", "second"):
        transport.send(make_message(text=text), on_data=nothing)
    transport.send(make_message("<2026-03-11.abc@example.org>"), on_data=nothing)
    assert len(names(tmp_path)) == 2
    assert b"second" in (tmp_path / names(tmp_path)[0]).read_bytes()


@pytest.mark.parametrize(
    "message_id",
    [
        pytest.param("<../../etc/passwd@example.org>", id="path"),
        pytest.param("<.hidden>", id="hidden"),
        pytest.param("<" + "a" * 500 + "@example.org>", id="long"),
        pytest.param("no brackets", id="none"),
    ],
)
def test_a_name_stays_in_the_folder(message_id: str, tmp_path: Path) -> None:
    DirectoryTransport(tmp_path / "out").send(make_message(message_id), on_data=nothing)
    assert names(tmp_path) == ["out"]
    (name,) = names(tmp_path / "out")
    assert not name.startswith(".")
    assert name.endswith(".eml")


def test_the_file_is_there_only_after_the_caller_was_told(tmp_path: Path) -> None:
    seen: list[list[str]] = []
    DirectoryTransport(tmp_path).send(
        make_message(),
        on_data=lambda: seen.append([name for name in names(tmp_path) if name.endswith(".eml")]),
    )
    assert seen == [[]]


class _CrashError(Exception):
    pass


def test_a_caller_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def crash() -> None:
        raise _CrashError

    with pytest.raises(_CrashError):
        DirectoryTransport(tmp_path).send(make_message(), on_data=crash)
    assert names(tmp_path) == []


def test_a_folder_that_cannot_be_made_defers_the_message(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file is in the way")
    with pytest.raises(DeliveryDeferred) as caught:
        DirectoryTransport(tmp_path / "out").send(make_message(), on_data=nothing)
    assert caught.value.recipient == "ada@example.org"


def test_a_file_that_cannot_be_replaced_defers_the_message_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / f"{NAME}.eml").mkdir()
    with pytest.raises(DeliveryDeferred):
        DirectoryTransport(tmp_path).send(make_message(), on_data=nothing)
    assert names(tmp_path) == [f"{NAME}.eml"]
