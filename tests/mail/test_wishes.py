"""What is a wish to get no more mail, and what only sounds like one."""

import time

import pytest

from digest.mail.wishes import is_wish, says_more

ADA = "ada@example.net"

WISHES = """\
unsubscribe
STOP
stop.
please unsubscribe me
Please stop!
Remove me
Please remove me from your mailing list.
take me off this list please
Hi, could you please remove me from your mailing list? I left the group.
I would like to unsubscribe from these emails.
I'd like to be removed from this list
I left the group so please unsubscribe me
Thanks for the great work, but please unsubscribe me, I'm changing fields.
No more emails please.
Please stop sending me these emails
Don't send me any more mails
I no longer wish to receive these messages
I don’t want to receive these emails anymore
I want to stop receiving these emails
cancel my subscription
opt out
How do I unsubscribe?
unsubscribe ada@example.net
please unsubscribe 0123456789abcdef0123
Please delete my data
Abmelden
bitte abmelden
Bitte melden Sie mich von diesem Newsletter ab.
Ich möchte mich abmelden
Ich möchte den Newsletter abbestellen
Ich bitte um Abmeldung
Bitte nehmen Sie mich aus dem Verteiler
Bitte aus dem Verteiler löschen
Bitte keine Mails mehr
Ich möchte keine E-Mails mehr erhalten
Bitte tragen Sie mich aus
Hiermit kündige ich das Abo
Könnten Sie mich bitte aus der Liste entfernen?
Hallo, ich will keine weiteren Mails mehr bekommen. Viele Grüße, Ada
Bitte nicht mehr schicken""".splitlines()

NO_WISHES = """\
I cannot stop reading!
help
fewer papers please
Please don't unsubscribe me
do not stop
I don't want to unsubscribe
please stop sending me papers on graphs
don't send me papers about cs.LG
no more than five papers please
no more papers on transformers
I don't want this paper
unsubscribe bob@example.org
How do I unsubscribe from cs.LG?
If this goes on, I will unsubscribe
Please pause my subscription until January
Please stop by my office
cancel the meeting
Why did I not get mail today?
Bitte nicht abmelden
Bitte weniger Papers
bitte keine Papers zu cs.LG
To stop, unsubscribe
To stop, unsubscribe by e-mail or on the web.
To stop by e-mail: mailto:papers@example.org?subject=unsubscribe%20abc
Abbestellen können Sie per E-Mail
Abbestellen per E-Mail: mailto:papers@example.org
click here to unsubscribe
You get this because ada@example.org is subscribed to Daily Papers.""".splitlines()


@pytest.mark.parametrize("words", WISHES)
def test_a_wish_is_understood_in_the_text_and_in_the_subject(words: str) -> None:
    for subject, own in (
        (words, ""),
        ("Re: Graphs", f"Dear all,\n\n{words}"),
    ):
        assert is_wish(subject, own, sender=ADA, is_automatic=False)


@pytest.mark.parametrize("words", NO_WISHES)
def test_what_is_no_wish_stops_nobody(words: str) -> None:
    for subject, own in ((words, ""), ("Re: Graphs", words), ("Hello", f"Hi,\n\n{words}\n\nAda")):
        assert not is_wish(subject, own, sender=ADA, is_automatic=False)


@pytest.mark.parametrize(
    ("subject", "is_it"),
    [
        pytest.param("Re: unsubscribe", True, id="nothing else"),
        pytest.param("AW: WG: Abmelden", True, id="in German"),
        pytest.param("Re: Stop. Think about graphs", False, id="the title of a paper"),
        pytest.param("Re: Graphs, please stop", False, id="a title that ends so"),
    ],
)
def test_the_subject_of_an_answer_is_ours_unless_it_is_a_wish_alone(subject, is_it) -> None:
    assert is_wish(subject, "Nice!", sender=ADA, is_automatic=False) is is_it


def test_a_wish_may_go_over_lines_and_a_name_stand_below_it() -> None:
    own = "Hello,\n\nI would like to be removed from\nyour mailing list.\n\nBest wishes\nAda"
    assert is_wish("", own, sender=ADA, is_automatic=False)
    assert is_wish("", "unsubscribe\nAda Lovelace", sender=ADA, is_automatic=False)


@pytest.mark.parametrize(
    ("subject", "own", "is_it"),
    [
        pytest.param("unsubscribe", "", True, id="marked by a gateway"),
        pytest.param("Hello", "Please unsubscribe me.\n\nThanks\nAda", True, id="first words"),
        pytest.param("Re: unsubscribe", "", False, id="an answer to somebody's wish"),
        pytest.param("Re: Graphs", "I answer later.\n\nUnsubscribe", False, id="further down"),
        pytest.param("Out of office", "unsubscribe", False, id="out of office"),
        pytest.param("Abwesend", "Ich bin im Urlaub.\nAbmelden", False, id="abwesend"),
    ],
)
def test_of_a_machines_letter_only_the_first_words_count(
    subject: str, own: str, is_it: bool
) -> None:
    assert is_wish(subject, own, sender=ADA, is_automatic=True) is is_it


def test_a_vacation_notice_that_is_not_marked_stops_nobody() -> None:
    own = "I am away until Monday.\n\nYour message:\n\nUnsubscribe"
    assert not is_wish("Re: Graphs", own, sender=ADA, is_automatic=False)


@pytest.mark.parametrize(
    ("own", "more"),
    [
        pytest.param("Please unsubscribe me.\n\nThanks,\nAda Lovelace", False, id="courtesy"),
        pytest.param("Hallo,\n\nbitte abmelden.\n\nViele Grüße\nAda", False, id="Grüße"),
        pytest.param("Unsubscribe me. Who runs this, by the way?", True, id="a question"),
    ],
)
def test_what_stands_beside_a_wish_is_noticed(own: str, more: bool) -> None:
    assert says_more(own, sender=ADA) is more


@pytest.mark.parametrize(
    "words", ["please ", "mich ", "any more ", "mailing list ", "i'd like to be ", "- ", ". ", "a"]
)
def test_no_text_takes_long(words: str) -> None:
    began = time.process_time()
    for times in (4, 12, 30, 3_000):
        for core in ("", "unsubscribe ", "nehmen sie mich "):
            is_wish("", core + words * times + "x", sender=None, is_automatic=False)
    assert time.process_time() - began < 1
