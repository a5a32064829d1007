"""The mail's own words, in any language."""

import re
from datetime import date
from pathlib import Path

import pytest

from builders import make_issue, make_pick
from digest.bundled import bundled
from digest.errors import RenderError
from digest.rendering.issue_view import Footer
from digest.rendering.renderer import Renderer

RENDERER = Renderer()
NAME = re.compile(r"\{\w+\}")


def own(folder: Path, name: str, text: str) -> Renderer:
    (folder / name).write_text(text, encoding="utf-8")
    return Renderer(folder)


def test_numbers_days_and_lists_are_as_the_language_has_them() -> None:
    english, german = RENDERER.words("en"), RENDERER.words("de")
    assert english.day(date(2026, 3, 6), date(2026, 3, 10)) == "6 March"
    assert english.day(date(2025, 12, 31), date(2026, 3, 10)) == "31 December 2025"
    assert english.long_day(date(2026, 3, 10)) == "Tuesday, 10 March 2026"
    assert german.long_day(date(2026, 3, 10)) == "Dienstag, 10. März 2026"
    assert [english.listed(items) for items in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]
    assert (english.number(1234567), german.number(1234567)) == ("1,234,567", "1.234.567")
    assert [english("authors", n=n) for n in (0, 1, 1200)] == [
        "0 authors", "1 author", "1,200 authors",
    ]  # fmt: skip


def test_german_lacks_no_word_and_an_unknown_language_all() -> None:
    assert RENDERER.words("de").missing == ()
    assert RENDERER.words("de-AT").missing == ()
    assert RENDERER.words("en-GB").missing == ()
    assert "why" in RENDERER.words("xx").missing


def test_no_word_is_left_that_nothing_uses() -> None:
    folder = bundled("templates")
    sources = [path.read_text() for path in Path(bundled("templates")).rglob("*.[ht]*")]
    program = Path(__file__).parents[2] / "digest" / "rendering"
    sources += [path.read_text() for path in program.glob("*.py")]
    everything = "\n".join(sources)
    made_of_parts = re.compile(
        r"because_|day_|outcome_|announced|seen|subject_|empty|unmatched|abstract_page|pdf|html|code"
        r"|hugging_face|bibtex|by_mail|on_the_web|stop_"
    )
    names = re.findall(r"^(\w+) = ", (folder / "words.en.toml").read_text(), re.M)
    unused = [
        name
        for name in names
        if not made_of_parts.match(name) and not re.search(rf"[\"']{name}[\"']", everything)
    ]
    assert unused == []
    assert len(names) > 80


def test_a_whole_issue_in_german_has_no_english_word_of_ours() -> None:
    issue = make_issue(make_pick(interest="x"), also=(make_pick(),), language="de")
    message = RENDERER.render(issue, Footer(unsubscribe=("mailto:a@example.org",), contact="a@b.c"))
    assert 'lang="de"' in message.html
    for word in ("Why", "Score", "Also new", "searched", "unsubscribe", "Hello", "keyword"):
        assert word not in message.text, word
        assert f">{word}" not in message.html, word
    assert "Abbestellen per E-Mail: mailto:a@example.org" in message.text


def test_a_users_line_takes_the_place_of_ours_and_the_rest_stays(tmp_path: Path) -> None:
    words = own(tmp_path, "words.de.toml", 'why = "Wieso"').words("de")
    assert (words("why"), words("read_on"), words.missing) == ("Wieso", "Weiterlesen", ())


def test_a_users_own_language_falls_back_to_english_word_by_word(tmp_path: Path) -> None:
    words = own(tmp_path, "words.fr.toml", 'why = "Pourquoi"').words("fr-CA")
    assert (words("why"), words("read_on")) == ("Pourquoi", "Read on")
    assert "read_on" in words.missing
    assert "why" not in words.missing


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        pytest.param('why = "a"\nwye = "b"', 2, "wye: is none of the mail's words", id="unknown"),
        pytest.param("\nwhy = 3", 2, "why: must be a text", id="a number"),
        pytest.param('why = ["a", "b"]', 1, "why: must be a text", id="a list for a text"),
        pytest.param('authors = "b"', 1, "authors: must be a pair", id="a text for a pair"),
        pytest.param('authors = ["b"]', 1, "authors: must have 2 texts", id="half a pair"),
        pytest.param('months = ["b"]', 1, "months: must have 12 texts", id="one month"),
        pytest.param('et_al = "{names}"', 1, "{names} is not known here; there is {name}",
            id="a name that is not filled in"),
        pytest.param('why = "a"\nwhy = ', 2, "Invalid value", id="TOML"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_of_words_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, why: str
) -> None:
    with pytest.raises(RenderError, match=re.escape(why)) as caught:
        own(tmp_path, "words.fr.toml", text)
    assert (caught.value.template, caught.value.line) == ("words.fr.toml", line)
