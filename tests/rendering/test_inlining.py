import logging
import re
import socket

import premailer
import pytest

from builders import make_issue, make_pick
from digest.bundled import bundled
from digest.errors import RenderError
from digest.rendering.issue_view import Footer
from digest.rendering.renderer import Renderer, inline

CSS = ".a { color: red } .b { color: blue } td { padding: 1px } a:hover { color: green }"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param(
            '<a class="a" href="{{ x }}">y</a>',
            '<a style="color:red" class="a" href="{{ x }}">y</a>',
            id="a value in an address",
        ),
        pytest.param(
            """<a class='a' href="{{ x | replace("}}", '"') }}?q={{ y | default('a b') }}">y</a>""",
            """<a style="color:red" class='a' """
            """href="{{ x | replace("}}", '"') }}?q={{ y | default('a b') }}">y</a>""",
            id="filters with blanks, quotes and braces",
        ),
        pytest.param(
            '{% if a > b and c < d %}<p class="a">{{ a >= b }}</p>{% endif %}',
            '{% if a > b and c < d %}<p style="color:red" class="a">{{ a >= b }}</p>{% endif %}',
            id="comparisons",
        ),
        pytest.param(
            "<table>{% for r in rows %}<tr>\n<td>{{ r }}</td></tr>{% endfor %}</table>",
            '<table>{% for r in rows %}<tr>\n<td style="padding:1px">{{ r }}</td></tr>'
            "{% endfor %}</table>",
            id="a loop around rows",
        ),
        pytest.param(
            '<tr><td class="a">{{ x }}</td></tr>',
            '<tr><td style="padding:1px; color:red" class="a">{{ x }}</td></tr>',
            id="a fragment without its table",
        ),
        pytest.param(
            '<!--[if mso]><td class="a"><![endif]-->{# <p class="a"> #}<b class="a">é&nbsp;</b>',
            '<!--[if mso]><td class="a"><![endif]-->{# <p class="a"> #}'
            '<b style="color:red" class="a">é&nbsp;</b>',
            id="comments of both languages",
        ),
        pytest.param(
            '<input {% if on > 1 %}checked{% endif %} class="a">',
            '<input style="color:red" {% if on > 1 %}checked{% endif %} class="a">',
            id="an if inside a tag",
        ),
        pytest.param(
            "<a href={{ x }} class=a>y</a><{{ tag }} class=b></{{ tag }}>",
            '<a style="color:red" href={{ x }} class=a>y</a>'
            '<{{ tag }} style="color:blue" class=b></{{ tag }}>',
            id="a value without quotes and as a name",
        ),
        pytest.param(
            '{% extends "base.html" %}{% block c -%}\n<p class="b">x</p>{%- endblock %}',
            '{% extends "base.html" %}{% block c -%}\n<p style="color:blue" class="b">x</p>'
            "{%- endblock %}",
            id="extends and blocks",
        ),
        pytest.param(
            """<p class="a" style="width: {{ w }}%; font-family: 'X'">y</p>""",
            """<p class="a" style="color:red; width: {{ w }}%; font-family: 'X'">y</p>""",
            id="the element's own style comes last and so wins",
        ),
        pytest.param(
            '{% raw %}<p class="a">{{ x }}</p>{% endraw %}{{ {"k": {"n": 1}} }}',
            '{% raw %}<p class="a">{{ x }}</p>{% endraw %}{{ {"k": {"n": 1}} }}',
            id="raw text and a dict are left alone",
        ),
        pytest.param("{{ x }} 1 < 2", "{{ x }} 1 < 2", id="no element at all"),
        pytest.param(
            "<style>@media (prefers-color-scheme: dark) { .a { color: #fff !important } }</style>",
            "<style>@media (prefers-color-scheme: dark) { .a { color: #fff !important } }</style>",
            id="media rules stay",
        ),
    ],
)
def test_styles_are_added_and_nothing_else_changes(template, expected):
    assert inline(template, CSS) == expected


def test_quotes_of_a_font_survive_the_attribute():
    styled = inline('<p class="f">x</p>', '.f { font-family: "Segoe UI", serif }')
    assert "font-family:&quot;Segoe UI&quot;, serif" in styled


def test_a_wrong_selector_is_a_mistake_of_the_style_sheet():
    with pytest.raises(RenderError, match=r"style\.css: a selector is wrong"):
        inline("<p>x</p>", "p:nth-child { color: red }")


def test_an_import_in_a_style_sheet_is_never_followed():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        rule = f"@import url(http://127.0.0.1:{server.getsockname()[1]}/x.css);"
        assert inline("<p>x</p>", f"{rule} p {{ color: red }}") == '<p style="color:red">x</p>'
        inline(f"<style>{rule}</style><p>y</p>", "")
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_wrong_declaration_makes_no_noise(capfd, caplog):
    with caplog.at_level(logging.DEBUG):
        inline('<p class="a">noise</p>', ".a { colour red; colr: 5; color: blue }")
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_a_hundred_messages_cost_one_inlining_a_template(monkeypatch):
    inlined = []

    class Counted(premailer.Premailer):
        def transform(self, *args, **kwargs):
            inlined.append(self)
            return super().transform(*args, **kwargs)

    monkeypatch.setattr(premailer, "Premailer", Counted)
    inline.cache_clear()
    for _ in range(2):
        renderer = Renderer()
        for number in range(50):
            renderer.render(make_issue(make_pick(), searched=number), Footer())
    with_tags = [path for path in bundled("templates").rglob("*.html") if "<" in path.read_text()]
    assert len(inlined) == len(with_tags) == 7


def test_every_class_that_is_styled_is_used():
    folder = bundled("templates")
    html = "".join(path.read_text() for path in folder.rglob("*.html"))
    used = set(" ".join(re.findall(r'class="([^"]*)"', html)).split())
    css = re.sub(r"(?s)/\*.*?\*/", "", (folder / "style.css").read_text())
    styled = set(re.findall(r"\.([a-z][a-z-]*)[^{}]*\{", css))
    assert styled == used


def test_every_media_rule_beats_the_inlined_styles():
    base = (bundled("templates") / "base.html").read_text()
    rules = base[base.index("@media") : base.index("</style>")]
    declarations = re.findall(r"[\w-]+: [^;{}()]*;", rules)
    assert len(declarations) > 10
    assert all(declaration.endswith(" !important;") for declaration in declarations)
