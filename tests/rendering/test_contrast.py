import re

import pytest

from digest.bundled import bundled

PAIRS = [
    pytest.param("sheet", "sheet", id="text"),
    pytest.param("title-link", "sheet", id="titles"),
    pytest.param("contents-link", "sheet", id="contents"),
    pytest.param("button", "sheet", id="where to read it"),
    pytest.param("why", "sheet", id="reasons"),
    pytest.param("muted", "sheet", id="muted text"),
    pytest.param("link", "sheet", id="links"),
    pytest.param("notice", "notice", id="notice"),
]


def luminance(colour):
    """Relative luminance as WCAG 2.2 defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def colour_of(css, name, declaration):
    """The last colour that rules of this class alone, or of a list with it, give."""
    found = None
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        if f".{name}" in re.split(r"[,\s]+", selectors):
            match = re.search(rf"(?:^|[;\s]){declaration}: (#[0-9a-f]{{6}})", body)
            found = match[1] if match else found
    return found


@pytest.mark.parametrize(("text", "ground"), PAIRS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable(text, ground, scheme):
    folder = bundled("templates")
    css = (folder / "style.css").read_text()
    if scheme == "dark":
        base = (folder / "base.html").read_text()
        css = base[base.index("prefers-color-scheme: dark") : base.index("</style>")]
        css = css[css.index("{") + 1 :]
    background = colour_of(css, ground, "background")
    assert contrast(colour_of(css, text, "color"), background) >= 4.5


@pytest.mark.parametrize("text", ["sheet", "link", "title-link", "muted"])
def test_a_marked_term_is_readable_in_the_light_whatever_its_text_is(text):
    css = (bundled("templates") / "style.css").read_text()
    assert contrast(colour_of(css, text, "color"), colour_of(css, "match", "background")) >= 4.5


def test_a_marked_term_is_readable_in_the_dark():
    base = (bundled("templates") / "base.html").read_text()
    css = base[base.index("prefers-color-scheme: dark") : base.index("</style>")]
    assert contrast(colour_of(css, "match", "color"), colour_of(css, "match", "background")) >= 4.5
