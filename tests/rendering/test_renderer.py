import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from builders import make_issue, make_paper, make_pick, make_sighting, make_stored
from digest.errors import RenderError
from digest.issue import Outcome, Reason, ReasonKind, SourceReport
from digest.rendering.issue_view import MOST_CARDS, Footer
from digest.rendering.renderer import HTML_LIMIT, Renderer
from digest.rendering.text import TEXT_WIDTH, one_line
from digest.subscriber import Abstract, Layout

RENDERER = Renderer()
FOOTER = Footer(
    unsubscribe=("mailto:stop+t0k@example.org", "https://example.org/stop/t0k"),
    contact="help@example.org",
    sender_name="Daily Papers",
)


def render(*picks, renderer=RENDERER, footer=FOOTER, **facts):
    return renderer.render(make_issue(*picks, **facts), footer)


def texts(message):
    """What a reader of the HTML sees, as one line."""
    return one_line(parsed(message).text_content())


def parsed(message):
    return lxml_html.fromstring(message.html)


def all_of(text):
    """An issue with this text wherever a text can stand."""
    stored = make_stored(
        make_paper(
            title=text, abstract=text, authors=(text, text), organization=text,
            categories=(text,), arxiv_id=text, doi=text, url=text, pdf_url=text, code_url=text,
        ),
        sightings=(make_sighting(source=text, announced=date(2026, 3, 9)),),
    )  # fmt: skip
    untitled = make_stored(make_paper(title=None, abstract=text))
    reasons = tuple(Reason(kind=kind, term=text, weight=4.0) for kind in list(ReasonKind)[:4])
    picks = (
        make_pick(stored, interest=text, reasons=reasons),
        make_pick(untitled, interest="other", reasons=reasons[:1]),
    )
    return make_issue(
        *picks,
        also=(make_pick(stored),),
        name=text,
        subscriber=text,
        language=text,
        sources=(SourceReport(source=text, outcome=Outcome.FAILED, why=text),),
    )


HOSTILE = [
    pytest.param("<script>alert(1)</script>", id="script"),
    pytest.param('"><img src=x onerror=alert(1)>', id="out of an attribute"),
    pytest.param("' onmouseover='alert(1)", id="single quotes"),
    pytest.param("a & b &lt; &amp; &#60;", id="entities"),
    pytest.param("x\r\nBcc: eve@example.org", id="line ends"),
    pytest.param("\\input{/etc/passwd} \\\\ 5%", id="TeX"),
    pytest.param("שלום ‮gnp.exe", id="right to left"),
    pytest.param("👩‍🔬 🧪 ∀x", id="emoji"),
    pytest.param("{{ 7*7 }} {% raw %} {# x #}", id="braces"),
    pytest.param("javascript:alert(1)", id="javascript"),
    pytest.param("</style><!-- --><title>x</title>", id="closing tags"),
    pytest.param("\x00\x07\x1b[31m\x9b \ud800 \uffff", id="controls"),
    pytest.param("http://[", id="a broken address"),
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("layout", list(Layout))
def test_nothing_is_injected_and_everything_is_shown(text, layout):
    plain = parsed(RENDERER.render(all_of("plain"), FOOTER))
    issue = all_of(text)
    message = RENDERER.render(issue, Footer(sender_name=text, contact=text, unsubscribe=(text,)))
    page = parsed(message)
    assert {element.tag for element in page.iter()} <= {element.tag for element in plain.iter()} | {
        "a"
    }
    assert not [name for element in page.iter() for name in element.attrib if name[:2] == "on"]
    assert all(
        re.match(r"(?:https?|mailto):|#p\d", address) for address in page.xpath("//@href | //@src")
    )
    assert texts(message).count(one_line(text)) >= 8
    assert "\n" not in message.subject
    assert message.subject.startswith(one_line(text)[:20])
    assert one_line(text) in one_line(message.text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", message.html + message.text)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_any_unicode_is_rendered(text):
    message = RENDERER.render(all_of(text), FOOTER)
    message.html.encode()
    message.text.encode()
    assert not message.subject.splitlines()[1:]
    assert "script" not in {element.tag for element in parsed(message).iter()}


@pytest.mark.parametrize("character", ["x", "🧪", '"', "word. "])
def test_a_message_is_never_above_its_limit(character):
    long = (character * 5000)[:5000]
    picks = [
        make_pick(
            make_stored(title=f"{number} {long}", abstract=long, authors=(long,) * 30,
                        arxiv_id=f"2603.{number:05}", categories=(long,) * 30),
            interest=f"{number} {long}",
            reasons=(Reason(kind=ReasonKind.KEYWORD, term=long, weight=9),) * 9,
        )
        for number in range(80)
    ]  # fmt: skip
    sources = (SourceReport(source=long, outcome=Outcome.FAILED, why=long),) * 200
    message = render(*picks, also=tuple(picks[:20]), sources=sources, name=long)
    assert len(message.html.encode()) <= HTML_LIMIT
    assert "To keep this message small:" in texts(message)
    assert "To keep this message small:" in message.text
    assert len(parsed(message).xpath("//h3")) > 1


def test_long_abstracts_are_cut_at_a_sentence_with_a_link_to_the_rest():
    abstract = "One more sentence that says little. " * 900
    picks = [
        make_pick(make_stored(abstract=abstract, arxiv_id=f"2603.{number:05}"), score=90)
        for number in range(25)
    ]
    message = render(*picks, abstract=Abstract.FULL)
    shown = parsed(message).xpath("//p[contains(@class, 'abstract')]")
    assert len(message.html.encode()) <= HTML_LIMIT
    assert len(shown) == MOST_CARDS
    assert all(re.search(r"says little\.\s+Read on$", one_line(p.text_content())) for p in shown)
    assert shown[3].xpath(".//a/@href") == ["https://arxiv.org/abs/2603.00003"]
    assert "To keep this message small" not in message.text


def test_an_issue_that_fits_is_shown_whole():
    abstract = "One more sentence that says little. " * 140
    pick = make_pick(make_stored(abstract=abstract))
    assert "Read on" not in render(pick, abstract=Abstract.FULL).html


def test_html_and_text_have_the_same_links():
    picks = [
        make_pick(make_stored(arxiv_id="2603.90001", code_url="https://example.org/c?a=1&b=2")),
        make_pick(make_stored(title="No address")),
        make_pick(make_stored(url="https://example.org/" + "long/" * 40)),
    ]
    also = (make_pick(make_stored(doi="10.5555/x")), make_pick(make_stored(title="Neither")))
    for layout in Layout:
        message = render(*picks, also=also, layout=layout)
        addresses = set(parsed(message).xpath("//a[not(starts-with(@href, '#'))]/@href"))
        addresses -= {"mailto:help@example.org"}
        assert addresses == set(re.findall(r"(?:https?|mailto):\S+", message.text))


def test_the_text_is_76_columns_wide_and_has_no_artefacts_of_its_template():
    abstract = "Some words about graphs and trees in a row. " * 20
    message = render(*[make_pick(make_stored(abstract=abstract, authors=("A B",) * 30))] * 3)
    assert max(map(len, message.text.split("\n"))) <= TEXT_WIDTH
    assert not re.search(r"\n\n\n|[ \t]\n|[{}]|None", message.text)
    assert message.text.endswith("help@example.org\n")


def test_a_message_names_its_language_and_title_and_loads_nothing():
    message = render(make_pick(make_stored(title="Graphs & <trees>")))
    page = parsed(message)
    assert page.get("lang") == "en"
    assert page.findtext("head/title") == message.subject == "Graphs & <trees>"
    assert page.xpath("//img | //link | //script | //iframe | //@src | //@background") == []
    assert "url(" not in message.html


def test_the_same_issue_gives_the_same_message():
    issue = make_issue(make_pick(), day=date(2026, 3, 11))
    assert Renderer().render(issue, FOOTER) == RENDERER.render(issue, FOOTER)


def test_a_users_card_alone_changes_the_card(tmp_path):
    (tmp_path / "issue").mkdir()
    (tmp_path / "issue/_paper.html").write_text('<p class="byline">* {{ paper.title }} *</p>\n')
    message = render(make_pick(), renderer=Renderer(tmp_path))
    assert "* Graphs *" in message.html
    assert "font-size:15px" in message.html[: message.html.index("* Graphs *")][-200:]
    assert "We study graphs." not in message.html
    assert "412 new papers searched" in message.html
    assert message.text == render(make_pick()).text


def test_a_users_card_shows_formulas_and_no_stars(tmp_path):
    (tmp_path / "issue").mkdir()
    (tmp_path / "issue/_paper.html").write_text("{{ paper.title }}|{{ paper.byline | rich }}")
    pick = make_pick(make_stored(title="Graphs in $n^2$ & <b>", authors=("A B",)))
    shown = render(pick, renderer=Renderer(tmp_path)).html
    assert "Graphs in n<sup>2</sup> &amp; &lt;b&gt;|A B" in shown


def test_a_users_style_sheet_alone_changes_the_look(tmp_path):
    (tmp_path / "style.css").write_text(".paper-title { color: #abcdef }")
    assert "color:#abcdef" in render(make_pick(), renderer=Renderer(tmp_path)).html


@pytest.mark.parametrize(
    ("card", "line", "why"),
    [
        pytest.param("a\n{% if %}", 2, "Expected an expression", id="syntax"),
        pytest.param("a\n\n{% for x in y %}", 3, "Unexpected end of template", id="not closed"),
        pytest.param(
            '<p\nclass="abstract"\n>{{ paper.titel }}</p>', 3, "titel", id="no such value"
        ),
        pytest.param("\n{{ papers }}", 2, "'papers' is undefined", id="no such variable"),
        pytest.param("{{ 1 / 0 }}", 1, "division by zero", id="arithmetic"),
        pytest.param("{{ paper.number + 'x' }}", 1, "unsupported operand", id="types"),
        pytest.param("{% include 'issue/none.html' %}", 1, "issue/none.html", id="no such file"),
        pytest.param("{% include 'issue/_paper.html' %}", 1, "recursion", id="itself"),
        pytest.param("{{ paper.__class__.__mro__ }}", 1, "unsafe", id="out of the sandbox"),
        pytest.param("{{ paper.title | nosuch }}", 1, "nosuch", id="no such filter"),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_place(tmp_path, card, line, why):
    (tmp_path / "issue").mkdir()
    (tmp_path / "issue/_paper.html").write_text(card)
    with pytest.raises(RenderError, match=re.escape(why)) as caught:
        render(make_pick(), renderer=Renderer(tmp_path))
    assert (caught.value.template, caught.value.line) == ("issue/_paper.html", line)
    assert caught.value.__cause__ is not None


def test_the_syntax_of_every_template_is_checked_before_the_first_issue(tmp_path):
    (tmp_path / "issue").mkdir()
    (tmp_path / "issue/_paper.html").write_text("{% endif %}")
    with pytest.raises(RenderError, match=r"issue/_paper\.html:1: .*endif"):
        Renderer(tmp_path)


def test_a_template_that_leaves_no_room_is_a_mistake(tmp_path):
    (tmp_path / "base.html").write_text("x" * (HTML_LIMIT + 1))
    with pytest.raises(RenderError, match="already larger than 100,000 bytes"):
        render(make_pick(), renderer=Renderer(tmp_path))


def test_templates_that_cannot_be_read_are_a_mistake(tmp_path):
    with pytest.raises(RenderError, match="no such folder"):
        Renderer(tmp_path / "none")
    (tmp_path / "base.html").write_bytes(b"\xff\xfe")
    with pytest.raises(RenderError, match=r"base\.html: cannot be read"):
        Renderer(tmp_path)


def test_a_long_issue_begins_with_its_titles_and_each_leads_to_its_pick():
    picks = [
        make_pick(make_stored(title=f"Graphs {number}", arxiv_id=f"2603.{number:05}"),
                  interest="ab"[number % 2], score=90 - 9 * number)
        for number in range(8)
    ]  # fmt: skip
    page = parsed(render(*picks))
    titles = page.xpath("//table[contains(@class, 'contents')]//a")
    assert sorted(title.text_content() for title in titles) == [f"Graphs {n}" for n in range(8)]
    for title in titles:
        (pick,) = page.xpath(f"//*[@id='{title.get('href')[1:]}']")
        assert title.text_content() in pick.text_content()
    numbers = [int(title.get("href")[2:]) for title in titles]
    assert numbers == list(range(1, 9))
    assert not parsed(render(*picks[:5])).xpath("//table[contains(@class, 'contents')]")
    for layout in (Layout.BRIEF, Layout.TITLES):
        assert not parsed(render(*picks, layout=layout)).xpath("//*[contains(@class, 'contents')]")


def test_only_strong_picks_are_cards_and_what_is_brief_has_one_sentence_and_no_abstract():
    long = "Large graphs are slow. " * 9 + "We propose a sampler that counts cliques. It is quick. "
    stored = [make_stored(title=f"A sampler {n}", abstract=long * 2) for n in range(6)]
    scores = (80, 60, 39, 70, 30, 20)
    picks = [make_pick(one, score=score) for one, score in zip(stored, scores, strict=True)]
    page = parsed(render(*picks))
    assert len(page.xpath("//*[contains(@class, 'paper-title')]")) == 2
    assert len(page.xpath("//*[contains(@class, 'brief-title')]")) == 4
    assert len(page.xpath("//p[contains(@class, 'abstract')]")) == 2
    assert len(page.xpath("//p[contains(@class, 'sentence')]")) == 4
    brief = parsed(render(*picks, layout=Layout.BRIEF))
    assert not brief.xpath("//p[contains(@class, 'abstract')]")
    assert len(brief.xpath("//p[contains(@class, 'sentence')]")) == 6


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("abstract", list(Abstract))
def test_no_sentence_is_read_twice(layout, abstract):
    text = "Large graphs are slow to search. " * 9 + "We propose a sampler that counts cliques. "
    text += "It needs one pass. " * 3
    picks = [make_pick(make_stored(title="A sampler that counts cliques", abstract=text), score=s)
             for s in (80, 20)]  # fmt: skip
    for pick in picks:
        message = render(pick, layout=layout, abstract=abstract)
        for shown in (texts(message), one_line(message.text)):
            assert shown.count("We propose a sampler") <= 1


def test_no_number_stands_in_the_mail_that_a_reader_has_to_add_up():
    reasons = (
        Reason(kind=ReasonKind.AUTHOR, term="Ada Low", weight=40.0),
        Reason(kind=ReasonKind.OTHER, term="what any paper has by chance", weight=-8.0),
    )
    for layout in Layout:
        message = render(make_pick(reasons=reasons, score=32), layout=layout)
        for shown in (texts(message), message.text):
            assert not re.search(r"[Ss]core|\b32\b|\b40\b|[+−-]\d", shown.replace("3-", ""))
