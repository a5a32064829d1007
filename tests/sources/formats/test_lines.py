import pytest

from builders import make_dump
from digest.sources.reading.text import Line, decode, numbered, shown


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"sea\n\nwind", id="LF"),
        pytest.param(b"sea\r\n\r\nwind", id="CRLF"),
        pytest.param(b"sea\r\rwind", id="CR"),
        pytest.param(b"\xef\xbb\xbfsea\n\nwind", id="UTF-8 with BOM"),
        pytest.param("\ufeffsea\n\nwind".encode("utf-16-le"), id="UTF-16, little end first"),
        pytest.param("\ufeffsea\r\n\r\nwind".encode("utf-16-be"), id="UTF-16, big end first"),
        pytest.param(b"sea\n\nwind\xe2\x80", id="cut within the last character"),
        pytest.param("\ufeffsea\n\nwind".encode("utf-16-le") + b"\x7f", id="half a UTF-16 unit"),
        pytest.param(b"  sea\t\n \n\xef\xbb\xbf wind ", id="white space, and a BOM before a line"),
    ],
)
def test_the_lines_are_the_same_whatever_wrote_them(content: bytes) -> None:
    assert tuple(numbered(decode(make_dump(content)))) == (
        Line(number=1, text="sea"),
        Line(number=2, text=""),
        Line(number=3, text="wind"),
    )


@pytest.mark.parametrize("inside", list("\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), ids=ascii)
def test_no_other_character_ends_a_line(inside: str) -> None:
    (line,) = numbered(f"sea{inside}wind")
    assert line.text == f"sea{inside}wind"


def test_what_a_message_quotes_is_short_and_safe() -> None:
    assert shown("\x1b[31m\udcff") == r"'\x1b[31m\udcff'"
    assert len(shown("x" * 999)) == 42
