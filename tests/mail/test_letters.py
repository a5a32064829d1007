"""What somebody wrote themselves, in whatever form a mail program sends it."""

import base64
import quopri
import textwrap
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from builders import NOW, make_headers, make_issue, make_pick
from digest.mail.inbound import Kind, read_returned
from digest.mail.letters import without_quotations
from digest.mail.message import make_content
from digest.rendering.issue_view import Footer
from digest.rendering.renderer import Renderer
from mail.test_returned import dsn, mail

TOKEN = "0123456789abcdef0123"
QUOTED = f"""\
Daily Papers for you
You get this because ada@example.net is subscribed to Daily Papers.
To stop by e-mail: mailto:papers@example.org?subject=unsubscribe%20{TOKEN}"""
MARKED = "\n".join(f"> {line}" for line in QUOTED.splitlines())
WISH = "Please unsubscribe me"

BELOW = {
    "gmail": f"{WISH}\n\nOn Mon, 9 Mar 2026 at 07:30, Daily Papers <papers@example.org>\n"
    f"wrote:\n\n{MARKED}\n",
    "gmail, one line": f"{WISH}\n\nOn Mon, 9 Mar 2026, Papers <p@example.org> wrote:\n\n{MARKED}\n",
    "no blank line": f"{WISH}\nOn Mon, 9 Mar 2026, Papers wrote:\n{MARKED}\n",
    "two lines, none blank": f"{WISH}\nOn Mon, 9 Mar 2026\nPapers <p@x.org> wrote:\n{MARKED}\n",
    "not marked": f"{WISH}\n\nOn 9 Mar 2026, at 07:30, Papers <p@example.org> wrote:\n\n{QUOTED}\n",
    "german": f"Bitte abmelden.\n\nAm 09.03.26 um 07:30 schrieb Daily Papers:\n{MARKED}\n",
    "outlook": f"{WISH}\n\n-----Original Message-----\nFrom: Daily Papers\n"
    f"Sent: Monday, 9 March 2026 07:30\nTo: Ada\nSubject: Graphs\n\n{QUOTED}\n",
    "outlook on the web": f"{WISH}\n________________________________\nFrom: Daily Papers\n"
    f"Sent: Monday\nTo: Ada\n\n{QUOTED}\n",
    "outlook, no rule": f"{WISH}\n\nVon: Daily Papers <papers@example.org>\n"
    f"Gesendet: Montag, 9. März 2026 07:30\nAn: Ada\nBetreff: Graphs\n\n{QUOTED}\n",
    "phone": f"{WISH}\n\nSent from my iPhone\n\n> On 9 Mar 2026, Papers wrote:\n> \n{MARKED}",
    "below": f"On Mon, Papers wrote:\n{MARKED}\n\n{WISH}\n",
    "signed": f"{WISH}\n-- \nAda Lovelace\nAnalytical Engines\n",
}


def html(body: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ada@example.net", "x@y.org", "Re: Graphs"
    message.set_content(body, subtype="html")
    return message.as_bytes()


def encoded(body: bytes, how: str, charset: str = "utf-8") -> bytes:
    head = f"From: ada@example.net\nSubject: Hello\nContent-Type: text/plain; charset={charset}\n"
    return f"{head}Content-Transfer-Encoding: {how}\n\n".encode() + body


@pytest.mark.parametrize("text", BELOW.values(), ids=BELOW.keys())
def test_what_is_quoted_is_not_the_senders_own(text: str) -> None:
    own = without_quotations(text)
    assert own in (WISH, "Bitte abmelden.")


@pytest.mark.parametrize(
    "own",
    ["As I wrote:\nplease unsubscribe me", "Am I able to stop?\nUnsubscribe", "I wrote: stop"],
)
def test_words_that_only_look_like_the_opening_of_a_quotation_are_kept(own: str) -> None:
    for text in (own, f"{own}\n\nOn Mon, 9 Mar 2026, Papers wrote:\n{MARKED}\n"):
        assert without_quotations(text) == own


@pytest.mark.parametrize("text", BELOW.values(), ids=BELOW.keys())
def test_a_wish_beside_a_quotation_of_ours_counts_and_the_token_is_found(text: str) -> None:
    returned = read_returned(mail("Re: Graphs", text))
    assert (returned.kind, returned.is_for_person) == (Kind.UNSUBSCRIBE, False)
    is_quoted = "unsubscribe%20" in text
    assert (f"unsubscribe {TOKEN}" in returned.letter.text) is is_quoted


@pytest.mark.parametrize("text", BELOW.values(), ids=BELOW.keys())
def test_a_gateways_mark_does_not_hide_a_wish_above_a_quotation(text: str) -> None:
    long = text + "> A line more of what we wrote.\n" * 50
    returned = read_returned(mail("Re: Graphs", long, Auto_Submitted="auto-generated"))
    assert returned.kind is Kind.UNSUBSCRIBE


@pytest.mark.parametrize("text", BELOW.values(), ids=BELOW.keys())
@pytest.mark.parametrize("own", ["Great!", "I am away until Monday.", "fewer papers please"])
def test_what_is_quoted_stops_nobody(text: str, own: str) -> None:
    for wish in (WISH, "Bitte abmelden."):
        text = text.replace(wish, own)
    returned = read_returned(
        mail("Re: Graphs", text.replace("To stop by e-mail: ", "Unsubscribe\n"))
    )
    assert returned.kind is not Kind.UNSUBSCRIBE


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(mail("=?utf-8?b?dW5zdWJzY3JpYmU=?="), id="subject in base64"),
        pytest.param(
            b"From: ada@example.net\nSubject: =?utf-8?q?un?=\n =?utf-8?q?subscribe?=\n\n",
            id="subject over two words",
        ),
        pytest.param(
            b"From: ada@example.net\nSubject: =?iso-8859-1?q?K=FCndigung?=\n\n", id="Kündigung"
        ),
        pytest.param(encoded(base64.b64encode(b"please stop"), "base64"), id="body in base64"),
        pytest.param(
            encoded(quopri.encodestring("Bitte löschen Sie mich aus der Liste".encode()),
                    "quoted-printable"),
            id="quoted-printable",
        ),
        pytest.param(
            encoded("Ich möchte mich abmelden".encode("cp1252"), "8bit", "cp1252"), id="cp1252"
        ),
        pytest.param(encoded(b"unsubscribe", "8bit", "no-such-charset"), id="unknown charset"),
        pytest.param(html("<div>Please unsubscribe&nbsp;me</div><br><div>Ada</div>"), id="HTML"),
        pytest.param(html("<html><head><body><p>unsubscribe</p>"), id="HTML without ends"),
        pytest.param(
            html(f"<p>remove me</p><blockquote>{QUOTED}</blockquote>"), id="HTML with quotation"
        ),
        pytest.param(
            html(f'<div dir="ltr">unsubscribe</div><div class="gmail_quote">On Mon: {QUOTED}'),
            id="HTML of Gmail",
        ),
        pytest.param(
            html(
                '<div class="moz-cite-prefix">On 9 Mar, Papers wrote:<br></div>'
                f"<blockquote><p>{QUOTED}</p></blockquote><p>please stop</p>"
            ),
            id="HTML of Thunderbird, below",
        ),
        pytest.param(
            html(
                f'<div class="gmail_quote"><p>On Mon wrote:</p><blockquote>{QUOTED}</blockquote>'
                "</div><div>please stop</div>"
            ),
            id="HTML of Gmail, below",
        ),
        pytest.param(
            html(
                '<div>please stop</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">'
                f"<b>From:</b> Papers<br><b>Sent:</b> Monday</div><div>{QUOTED}</div>"
            ),
            id="HTML of Outlook",
        ),
        pytest.param(mail("unsubscribe", Auto_Submitted="auto-generated"), id="auto-submitted"),
        pytest.param(mail("Hi", "Please unsubscribe me", Precedence="bulk"), id="precedence"),
        pytest.param(mail("", "Abbestellen\n", X_Auto_Response_Suppress="All"), id="suppressed"),
        pytest.param(mail("", "", Delivered_To=f"stop+{TOKEN}@example.org"), id="its own address"),
    ],
)  # fmt: skip
def test_a_wish_is_honoured_in_whatever_form_it_comes(content: bytes) -> None:
    assert read_returned(content).kind is Kind.UNSUBSCRIBE


def test_of_two_forms_of_one_letter_the_one_with_words_counts() -> None:
    both = MIMEMultipart("alternative")
    both["From"], both["Subject"] = "ada@example.net", "Re: Graphs"
    both.attach(MIMEText("\n"))
    both.attach(MIMEText("<p>please stop</p>", "html"))
    assert read_returned(both.as_bytes()).kind is Kind.UNSUBSCRIBE


@pytest.mark.parametrize(
    "quotation",
    [
        pytest.param("<blockquote><p>Unsubscribe</p></blockquote>", id="blockquote"),
        pytest.param(
            "<blockquote><html><head></head><body><p>Unsubscribe</body></html></blockquote>",
            id="a whole document",
        ),
        pytest.param("<blockquote><p>Unsubscribe", id="without an end"),
        pytest.param('<div class="gmail_quote"><div>a</div><p>Unsubscribe</p></div>', id="Gmail"),
        pytest.param('<div id="divRplyFwdMsg"></div><p>Unsubscribe</p>', id="Outlook"),
        pytest.param("<p>From: Papers<br>Sent: Monday</p><p>Unsubscribe</p>", id="header"),
        pytest.param('<p><a href="https://x.org/stop">Unsubscribe</a></p>', id="a link"),
    ],
)
def test_what_html_quotes_stops_nobody(quotation: str) -> None:
    content = html(f"<style>stop</style><p>Lovely issue today.</p>{quotation}")
    assert read_returned(content).kind is Kind.PERSONAL


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(mail("Out of office: Graphs", f"I am away.\n\n{QUOTED}"), id="out of office"),
        pytest.param(
            mail("Re: Graphs", "Away.\n\nUnsubscribe", Auto_Submitted="auto-replied"), id="vacation"
        ),
        pytest.param(mail("Undelivered", "Unsubscribe", Return_Path="<>"), id="null sender"),
        pytest.param(mail("Digest", "stop", List_Id="<other.example.org>"), id="another list"),
        pytest.param(mail("Buy", "unsubscribe", X_Spam_Flag="YES"), id="spam"),
        pytest.param(dsn("4.4.7", "unsubscribe"), id="a bounce"),
        pytest.param(
            mail("Re: [digest] Ada", "stop", In_Reply_To=f"<notice.{'a' * 32}@example.org>"),
            id="an answer to a notice",
        ),
    ],
)
def test_a_machines_mail_stops_nobody_and_is_for_nobody(content: bytes) -> None:
    returned = read_returned(content)
    assert returned.kind in (Kind.IGNORED, Kind.SOFT)
    assert not returned.is_for_person


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("own", ["I answer next week.", "Schöne Ausgabe!"])
def test_no_part_of_an_issue_of_ours_is_a_wish_however_it_is_quoted(language, own) -> None:
    stop = (f"mailto:papers@example.org?subject=unsubscribe%20{TOKEN}", f"https://x.org/{TOKEN}")
    footer = Footer(unsubscribe=stop, contact="help@example.org", sender_name="Daily Papers")
    message = Renderer().render(make_issue(make_pick(), language=language), footer)
    assert TOKEN in message.text
    whole = make_content(message, make_headers(date=NOW))
    narrow = "\n".join(textwrap.fill(line, 30) for line in message.text.splitlines())
    for quoted in (message.text, message.text.replace(": ", ":\n"), narrow):
        assert read_returned(mail("Re: Graphs", f"{own}\n\n{quoted}")).kind is not Kind.UNSUBSCRIBE
    for content in (html(f"<p>{own}</p>{message.html}"), whole):
        assert read_returned(content).kind is not Kind.UNSUBSCRIBE
