"""Any text in any field, through rendering and into a message: nothing of it takes effect."""

import email
import email.policy
import re
from collections import Counter
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from builders import make_headers
from digest.issue import Issue
from digest.mail.headers import clean
from digest.mail.message import make_content
from digest.rendering.issue_view import Footer
from digest.rendering.renderer import Renderer
from digest.rendering.samples import everywhere, sample_issue
from digest.subscriber import Layout

RENDERER = Renderer()
PIECES = (
    "<script>", "</style>", "<!--", "-->", "<b ", "onload=", '"', "'", ">", "&lt;", "&#0;", "\r\n",
    "\n", "\r", "\n\n", "Bcc: eve@example.org", "From: ", "--=_", "=?utf-8?q?x?=", ".", "\n.\n",
    "\x00", "\x1b[2J", "\x9b", "\x85", "\u2028", "\u202e", "\ud800", "é", "量子", "👩‍🔬", "$x^2$",
    "\\frac{", "{{ 7 }}", "{% raw %}", "http://", "javascript:", "mailto:", "*", "= =", " ",
)  # fmt: skip
text = st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


def written(issue: Issue, sender: str) -> tuple[EmailMessage, bytes]:
    footer = Footer(sender_name=sender, contact=sender, unsubscribe=("https://example.org/t0k",))
    rendered = RENDERER.render(issue, footer)
    headers = make_headers(
        recipient_name=issue.name, sender=f"x{sender.replace('<', '')} <a@b.org>"
    )
    content = make_content(rendered, headers)
    message: Any = email.message_from_bytes(content, policy=email.policy.default)
    assert message["Subject"] == clean(rendered.subject)
    return message, content


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def elements(page: Any) -> Counter[str]:
    return Counter(str(element.tag) for element in page.iter())


@given(text, text, st.sampled_from(list(Layout)))
@settings(deadline=None)
def test_no_element_and_no_header_is_the_attackers(mean: str, name: str, layout: Layout) -> None:
    sample = sample_issue(1, layout=layout)
    issue = replace(everywhere(sample, mean), name=name, subscriber="ada@example.org")
    harmless = replace(everywhere(sample, "plain"), name="x", subscriber="ada@example.org")
    message, content = written(issue, mean)
    model, _ = written(harmless, "plain")
    assert message.keys() == model.keys()
    assert not message.defects
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    page = lxml_html.fromstring(body(message, "html"))
    allowed = {
        *elements(lxml_html.fromstring(body(model, "html"))),
        "sub",
        "sup",
        "a",
        "b",
        "p",
        "span",
    }
    assert set(elements(page)) <= allowed
    assert not [key for element in page.iter() for key in element.attrib if key.startswith("on")]
    assert all(re.match(r"(?:https?|mailto):", address) for address in page.xpath("//@href"))
    assert not page.xpath("//@src | //@background | //@action")
    assert content.isascii()
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    shown = body(message, "plain") + body(message, "html")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]", shown)
