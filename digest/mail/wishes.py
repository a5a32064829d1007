"""Whether somebody's own words are a wish to get no more mail, in English or German.

A clause counts only if every word of it belongs to such a wish: "please take me off this list"
does, "stop sending me papers on graphs" and "don't unsubscribe me" do not. Better that a person
reads a wish we did not understand than that somebody is stopped who did not ask for it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator

_MOST = 2_000  # characters: who wants to stop says so early


def _any(*words: str) -> str:
    return f"(?:{'|'.join(words)})"


_MAIL = _any(
    r"(?:e-?)?mails?", r"e-?mail address", r"mailings?(?: ?lists?)?", "lists?", "newsletters?",
    "digests?", "papers", "daily papers?", "messages", "updates", "alerts", "issues", "service",
    "subscription", "address", "account", "database", "(?:mail)?verteiler", "liste", "mailingliste",
    "rundmails?", "nachrichten", "zusendung(?:en)?", "abo", "abonnement", "adresse",
)  # fmt: skip
_WHOSE = _any(
    "a", "the", "this", "that", "these", "those", "your", "my", "our", "it", "all", "any", "every",
    "anymore", "more", "longer", "future", "further", "new", "daily", "mailing", "from", "of",
    "off", "out", "on", "to", "me", "us", "with", "please", "bitte", "now", "today", "at once",
    "asap", "immediately", "right away", "again", "ever", "thanks", "thank you",
    "von", "vom", "aus", "dem", "der", "den", "des", "die", "das", "diese[mnrs]?", "ihre[mnrs]?",
    "eure[mnrs]?", "mich", "uns", "mir", "weitere[nr]?", "mehr", "danke", "vielen dank", "sofort",
    "umgehend", "ab sofort", "kuenftig", "mein(?:e[mnrs]?)?", "request",
)  # fmt: skip
# Atomic, or a long line of such words would be tried in every way.
_REST = rf"(?>\s(?:{_WHOSE}|{_MAIL})(?=\s|$))*"
_BEFORE = _any(
    "please", "pls", "plz", "kindly", "hi", "hello", "hey", "dear", "all", "team", "sir", "madam",
    "to whom it may concern", "thanks", "thank you", "but", "so", "and", "just", "also", "now",
    "(?:could|can|would|will) you", "(?:could|can|may) (?:i|we)", "you", "i(?:'d| would)?",
    "we(?:'d| would)?", "(?:would |'d )?(?:like|want|wish|need|prefer|have) to(?: be)?",
    "want(?: you)?(?: to)?", "how (?:do|can) i", "let me", "go ahead and", "be", "request(?: to)?",
    "hallo", "guten tag", "bitten?", "ich", "wir", "moechten?", "will", "wollen", "hiermit", "um",
    "wuerden? (?:mich |uns )?gerne?", "gerne?", "und", "aber", "(?:koennen|koennten|wuerden) sie",
    "kannst du", "koennt ihr", "wie kann ich", "(?:senden?|schicken?|schickt)(?: sie)?",
)  # fmt: skip
_ME = (
    r"(?:me|us|(?:my|this) (?:e-?mail(?: address)?|address)|my (?:account|name|data|subscription))"
)
_NO_WISH_FOR = r"(?:do not|don't|dont|no longer) (?:want|wish|need|like)"
_ENGLISH = (
    r"un-?subs?cribe(?:d| me| us)?", "unsub", "unsuscribe", "unsubscription", "sign ?off",
    r"opt(?:ing)?[ -]?out", f"opt {_ME} out", r"stop(?:p|ped)?(?: it)?", "cancel", "quit",
    r"(?:stop|cease|quit|discontinue) (?:sending|e-?mailing|mailing|writing|receiving|getting|"
    rf"spamming)(?: (?:to )?{_ME})?", "stop (?:the |this )?spam", "discontinue",
    rf"(?:cancel|end|terminate|discontinue|deactivate) (?:my|our|the|this) {_MAIL}",
    "(?:cancel|end|terminate|discontinue|deactivate) (?:subscription|account)",
    rf"(?:remove|delete|take|drop|strike|erase) {_ME}", r"remove(?=$| please$| from\b)",
    "removed", "taken off", f"get {_ME} off", f"get off (?:the|this|your) {_MAIL}",
    f"sign {_ME} off", f"leave (?:the|this|your) {_MAIL}", "leave me alone",
    "no more(?=$| please$)",
    rf"(?:do not|don't|dont|never) (?:send|mail|e-?mail|write|contact|spam|bother)"
    rf"(?: to)?(?: {_ME})?",
    rf"(?:i'm |am |are )?(?:not|no longer) interested(?: in (?:these|this|your|the|any) {_MAIL})?",
    rf"{_NO_WISH_FOR} (?:this|that|it|these|them) any ?(?:more|longer)",
    rf"{_NO_WISH_FOR}(?: to)?(?: (?:receive|get|read|have|be sent))?"
    rf"(?: (?:any|more|these|those|this|your|the|such|further|daily))* (?:{_MAIL}|it)",
    f"no (?:more|further) {_MAIL}",
)  # fmt: skip
_MICH = r"(?:mich|uns|meine (?:e-?mail-?)?(?:adresse|daten)|diese (?:e-?mail-?)?adresse)"
_OUT = "(?:zu )?(?:nehmen|herausnehmen|herauszunehmen|streichen|entfernen|loeschen)"
_DO = r"(?:nimm|nehmen sie|nehmt|(?:streich|entfern|loesch)\w*(?: sie)?)"
_SEND = "(?:schicken|senden|zusenden|zuschicken|anschreiben|erhalten|bekommen|empfangen|haben)"
_GERMAN = (
    "abmelden", "abzumelden", "abmeldung", "abbestellen", "abbestellung", "austragen",
    "austragung", "kuendigen", "kuendigung", "kuendige(?: ich)?",
    rf"meld(?:e|en sie|et) {_MICH}{_REST} ab", rf"trag(?:e|en sie|t)? {_MICH}{_REST} aus",
    rf"{_DO} {_MICH}(?:{_REST} (?:heraus|raus))?", rf"{_MICH}{_REST} {_OUT}",
    rf"aus (?:(?:dem|der|ihrem|ihrer|eurem|eurer) )?{_MAIL} {_OUT}", "entfernen", "streichen",
    rf"keine[nr]?(?: weiteren?| neuen?)? {_MAIL}(?: mehr)?(?: {_SEND})?", f"nichts? mehr {_SEND}",
    f"(?:das|mein|dieses) {_MAIL} (?:beenden|kuendigen)", "keine? interesse(?: mehr)?",
    f"beende(?:n sie|t)? (?:das|mein|dieses) {_MAIL}", "stoppen(?: sie)?",
    "(?:loeschung|entfernung) meiner (?:daten|(?:e-?mail-?)?adresse)",
)  # fmt: skip
_WISH = re.compile(rf"(?>(?:{_BEFORE}|{_WHOSE}|{_MAIL})\s)*?{_any(*_ENGLISH, *_GERMAN)}{_REST}")

_TOKEN = re.compile(r"\b(?:[0-9a-f]{20}|[0-9a-f]{34})\b")
_ADDRESS = re.compile(r"<?(?:mailto:)?([^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+\w)>?")
_ENDS = re.compile(r"[.!?;:]+(?:\s|$)")
_JOINTS = re.compile(
    r",\s|\s[–—-]+\s|\s(?:because|weil|denn)\s"
    r"|\s(?:so|and|und|also|since|as)\s(?=(?:please|bitte|kindly|i|we|ich|wir|remove|unsubscribe)\b)"
)
# What makes a wish of the same sentence no wish of now.
_ONLY_IF = re.compile(
    r"\b(?:if|unless|otherwise|instead|until|wenn|falls|sonst|sofern|bis|statt)\b"
    r"|^(?:in order )?to (?:stop|unsubscribe|cancel|opt)\b|\bclick\b|\bklick"
)
_COURTESY = re.compile(
    r"(?:hi|hello|hey|dear|hallo|liebe[rs]?|sehr geehrte[rs]?|guten (?:tag|morgen)|moin)"
    r"(?: \S+){0,4}|yours(?: \w+)?|sincerely|sorry|please|bitte|mfg|lg|vg"
    r"|(?:many |best |kind |with )*(?:thanks|thank you|regards|wishes|cheers|best)(?: \S+){0,5}"
    r"|(?:vielen |herzlichen |besten )?dank(?: im voraus)?|danke(?: \w+){0,2}"
    r"|(?:mit |viele |liebe |beste |freundlichen? |schoene )*(?:gruess|gruss|gruesse|gruessen)e?"
)
_NAME = re.compile(r"[^\W\d_]\S*(?: [^\W\d_]\S*){0,3}")
_AWAY = re.compile(
    r"out[ -]of[ -](?:the[ -])?office|\bvacation|\bholidays?\b|\bon leave\b|\bmaternity"
    r"|\baway (?:from|until|till)|auto(?:matic)?[ -]?(?:reply|response|replied)|\bsabbatical"
    r"|\babwesen|\burlaub|automatische antwort|nicht im (?:buero|haus)|\belternzeit"
)
_OURS = re.compile(r"mailto:\S+\?\S*subject=", re.IGNORECASE)  # of a footer, quoted unmarked
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_REPLY = re.compile(r"(?:\s*(?:re|aw|antw|fwd?|wg|sv)(?:\[\d+\])?:)+\s*", re.IGNORECASE)


def is_wish(
    subject: str, own: str, *, addresses: Collection[str] = (), is_automatic: bool = False
) -> bool:
    """Whether a letter asks for no more mail; `own` are its sender's own words.

    `addresses` are those that may stand in a wish: the sender's and ours.

    Of what a machine had a hand in only the subject or the first words count: a gateway marks
    people's letters too, and a vacation notice may hold any words of ours further down.
    """
    bare = _REPLY.sub("", subject)
    is_away = bool(_AWAY.search(_plain(f"{subject} {own[:_MOST]}")))
    is_machines = is_automatic or is_away or bool(_OURS.search(own))
    if bare == subject:
        if any(_is_clause_of_it(clause, addresses) for clause in (bare, *_sentences(bare))):
            return True
    elif _is_clause_of_it(bare, addresses) and not is_machines:
        return True
    said = (clause for clause in _clauses(own) if not _is_courtesy(clause))
    if not is_machines:
        return any(_is_clause_of_it(clause, addresses) for clause in said)
    return not is_away and _is_clause_of_it(next(said, ""), addresses)


def says_more(own: str, *, addresses: Collection[str] = ()) -> bool:
    """Whether there is anything beside the wish that a person should read."""
    paragraphs = own.strip().splitlines()
    names = {line.strip().casefold() for line in paragraphs[-3:] if _NAME.fullmatch(line.strip())}
    lines = [line for line in paragraphs if line.strip().casefold() not in names]
    return not all(
        _is_courtesy(clause) or _is_clause_of_it(clause, addresses)
        for clause in _sentences(" ".join(lines))
    )


def _clauses(own: str) -> Iterator[str]:
    """Give the clauses of sentences, and of the first line of a paragraph (a name may follow)."""
    for paragraph in re.split(r"\n\s*\n", own[:_MOST]):
        yield from _sentences(paragraph)
        for line in paragraph.splitlines():
            yield from _sentences(line)
            if not _is_courtesy(_plain(line).strip(",!. ")):
                break


def _sentences(text: str) -> Iterator[str]:
    for sentence in map(str.strip, _ENDS.split(_plain(text))):
        if _ONLY_IF.search(sentence):
            yield sentence
        else:
            yield from filter(None, map(str.strip, _JOINTS.split(sentence)))


def _is_clause_of_it(clause: str, addresses: Collection[str]) -> bool:
    """Whether a clause is a wish and nothing else; another's address in it is something else."""
    text = _TOKEN.sub(" ", _plain(clause))
    if any(address not in addresses for address in _ADDRESS.findall(text)):
        return False
    text = _ADDRESS.sub(" ", text)
    if _ONLY_IF.search(text):
        return False
    words = " ".join(re.sub(r"[^\w' -]", " ", text).split()).strip("- ")
    return len(words) <= 200 and bool(_WISH.fullmatch(words))


def _is_courtesy(clause: str) -> bool:
    return bool(_COURTESY.fullmatch(re.sub(r"[^\w' -]", "", clause).strip()))


def _plain(text: str) -> str:
    composed = unicodedata.normalize("NFC", text.replace("’", "'")).casefold()
    return " ".join(composed.translate(_SPELT_OUT).split())
