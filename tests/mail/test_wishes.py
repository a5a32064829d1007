"""What is a wish to get no more mail, and what only sounds like one."""

import time

import pytest

from digest.mail.wishes import is_wish, says_more

KNOWN = ("ada@example.net", "papers@example.org")

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
Bitte nicht mehr schicken
Please take my name off your list
Please unsubscribe me from all future mailings.
Please remove my email from your list
remove my e-mail address from your database
please remove this email from the list
Please remove from list
remove from mailing list
Remove
REMOVE ME FROM THIS LIST!!!
Stop spamming me
Stop spam
No more mail
no more
Please do not contact me again
Do not email me
Please don't write to me any more
I am not interested in these emails anymore
I'm not interested any more, please stop.
Leave me alone
I wish to unsubscribe
I'd like to opt out
Unsubscribe please
Please cancel my account
Delete my account
Please cease sending emails
I don't need this anymore
I no longer need the digest
Can I be taken off this list?
How can I stop these emails?
how do i get off this list?
Please stop the subscription
please stop my subscription
end subscription
Cancel subscription
unsubscribe from daily papers
Unsubscribe from Daily Papers <papers@example.org>
Please deactivate my subscription
please discontinue
Discontinue
Please discontinue sending me these emails
Please could you unsubscribe me from the daily digest? Thanks, Ada
I did not sign up for this. Remove me.
I never signed up for this, please remove me
I have retired. Please unsubscribe me from the digest.
I've changed jobs so I no longer need these emails
Thanks but no thanks, unsubscribe
Unsubscribe me immediately
Can you please stop sending me the daily digest?
Please stop sending me these daily emails
Please stop sending
Would you please stop emailing me?
please stop mailing this address
Please unsubscribe ada@example.net from this list
Kindly remove me
Kindly take me off this mailing list
unsubscribe me!
i want to unsubscribe
want to unsubscribe
Unsubscribe request
Request to unsubscribe
unsubscription request
Newsletter abbestellen
Newsletter abmelden
Bitte vom Newsletter abmelden
Bitte mich abmelden
Ich möchte diesen Newsletter nicht mehr erhalten
Ich möchte keinen Newsletter mehr
Bitte senden Sie mir keine E-Mails mehr
Bitte schicken Sie mir keine Mails mehr.
Bitte keine weiteren Emails
Ich will das nicht mehr bekommen
Bitte um Abmeldung
Bitte um Löschung meiner Daten
Bitte löschen Sie mich
Bitte entfernen Sie mich von der Liste
Bitte nehmt mich von der Liste
Bitte aus Verteiler entfernen
Bitte entfernen
Nehmen Sie mich bitte aus Ihrem Verteiler
Abo kündigen
Ich kündige mein Abo
Kündigung des Newsletters
Abbestellung
Stopp
Ich möchte abbestellen
Wie kann ich mich abmelden?
Bitte abbestellen, danke
Guten Tag, bitte melden Sie mich ab. Mit freundlichen Grüßen, Ada Lovelace
Sehr geehrte Damen und Herren, ich möchte mich vom Newsletter abmelden.
Ich bitte darum, mich aus dem Verteiler zu nehmen.
Bitte stoppen Sie die Zusendung
keine Interesse mehr
kein Interesse mehr
Kein Interesse mehr, bitte abmelden
melde mich bitte ab
Bitte beenden Sie mein Abonnement
Bitte streicht mich von der Liste""".splitlines()

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
You get this because ada@example.org is subscribed to Daily Papers.
Could you send me fewer papers?
Please remove the category cs.LG from my profile
remove cs.LG please
Please remove Song Han from my authors
Please change my address to ada@new.org
I will be away next week, please pause.
stop words should be filtered
Please stop the trending section
Don't send me papers on weekends
I don't want papers about video
Not interested in robotics anymore
I'm not interested in robotics
I don't need the abstracts
please stop including preprints
Can I get this on Mondays only?
Can you add keyword "stop"?
No more than ten please
please cancel the pause
delete my vote on 2309.06180
delete my keyword graph
unsubscribe me from the cs.CV category
bitte keine Videos mehr
Ich möchte weniger Mails
Ich möchte keine Papers über Roboter mehr
Bitte löschen Sie die Kategorie cs.LG
Bitte ändern Sie meine Adresse
Wann kommt die nächste Ausgabe?
I love it, never stop!
Never stop sending these
Don't ever stop sending me these
Do not unsubscribe me
Why was I unsubscribed?
I was unsubscribed by mistake
I have been unsubscribed, please resubscribe me
My colleague wants to unsubscribe
Please unsubscribe my colleague Bob
Please keep sending
subscribe
Subscribe me
please subscribe me again
I can't unsubscribe
the unsubscribe link does not work
The unsubscribe button is broken
I did not unsubscribe
Did you stop sending papers?
You stopped sending me papers, why?
I didn't get the mail today, did you stop?
Why did you stop?
Has the service stopped?
Is this service cancelled?
Do you want me to stop?
When does it stop?""".splitlines()


@pytest.mark.parametrize("words", WISHES)
def test_a_wish_is_understood_in_the_text_and_in_the_subject(words: str) -> None:
    for subject, own in (
        (words, ""),
        ("Re: Graphs", f"Dear all,\n\n{words}"),
    ):
        assert is_wish(subject, own, addresses=KNOWN)


@pytest.mark.parametrize("words", NO_WISHES)
def test_what_is_no_wish_stops_nobody(words: str) -> None:
    for subject, own in ((words, ""), ("Re: Graphs", words), ("Hello", f"Hi,\n\n{words}\n\nAda")):
        assert not is_wish(subject, own, addresses=KNOWN)


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
    assert is_wish(subject, "Nice!", addresses=KNOWN) is is_it


def test_a_wish_may_go_over_lines_and_a_name_stand_below_it() -> None:
    own = "Hello,\n\nI would like to be removed from\nyour mailing list.\n\nBest wishes\nAda"
    assert is_wish("", own, addresses=KNOWN)
    assert is_wish("", "unsubscribe\nAda Lovelace", addresses=KNOWN)


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
    assert is_wish(subject, own, addresses=KNOWN, is_automatic=True) is is_it


def test_a_vacation_notice_that_is_not_marked_stops_nobody() -> None:
    own = "I am away until Monday.\n\nYour message:\n\nUnsubscribe"
    assert not is_wish("Re: Graphs", own, addresses=KNOWN)


def test_a_wish_above_a_whole_issue_that_nothing_marks_as_quoted_counts() -> None:
    issue = "Daily Papers\n" * 50 + "\n\nTo stop: mailto:a@b.org?subject=unsubscribe%20x"
    assert is_wish("Re: Graphs", f"Please unsubscribe me.\n\n{issue}", addresses=KNOWN)
    assert not is_wish("Re: Graphs", f"I answer later.\n\nUnsubscribe\n\n{issue}", addresses=KNOWN)


@pytest.mark.parametrize(
    ("own", "more"),
    [
        pytest.param("Please unsubscribe me.\n\nThanks,\nAda Lovelace", False, id="courtesy"),
        pytest.param("Hallo,\n\nbitte abmelden.\n\nViele Grüße\nAda", False, id="Grüße"),
        pytest.param("Unsubscribe me. Who runs this, by the way?", True, id="a question"),
    ],
)
def test_what_stands_beside_a_wish_is_noticed(own: str, more: bool) -> None:
    assert says_more(own, addresses=KNOWN) is more


@pytest.mark.parametrize(
    "words", ["please ", "mich ", "any more ", "mailing list ", "i'd like to be ", "- ", ". ", "a"]
)
def test_no_text_takes_long(words: str) -> None:
    began = time.process_time()
    for times in (4, 12, 30, 3_000):
        for core in ("", "unsubscribe ", "nehmen sie mich "):
            is_wish("", core + words * times + "x", addresses=())
    assert time.process_time() - began < 1
