"""Which rule of a profile keeps a paper out, in words."""

from digest import selection
from digest.paper import StoredPaper
from digest.ranking.corpus import Corpus
from digest.ranking.features import followed, observe
from digest.subscriber import Criteria, Interest, Subscriber


def exclusion(subscriber: Subscriber, stored: StoredPaper) -> str | None:
    """Name the rule that bars a paper whatever its score; None if none does."""
    if selection.is_withdrawn(stored.paper):
        return "it was withdrawn"
    if selection.new_at(stored, subscriber) is None:
        return _unread(subscriber, stored)
    corpus = Corpus([stored])
    if term := _match(corpus, subscriber.exclude):
        return f"the profile excludes {term}"
    barred = [_barred(corpus, interest) for interest in subscriber.interests]
    return "; ".join(filter(None, barred)) if barred and all(barred) else None


def _unread(subscriber: Subscriber, stored: StoredPaper) -> str:
    """Say why no sighting counts: not their sources, or not announced as they want it."""
    sources = {sighting.source or "a dump given by hand" for sighting in stored.sightings}
    if not sources.intersection(subscriber.sources or sources):
        return f"it came from {_listed(sources)}, which the profile does not read"
    types = {
        sighting.announce_type.value for sighting in stored.sightings if sighting.announce_type
    }
    wanted = {each.value for each in subscriber.announce_types}
    return f"it was announced as {_listed(types)}, and the profile wants {_listed(wanted)}"


def _barred(corpus: Corpus, interest: Interest) -> str | None:
    """Say why an interest cannot take the paper."""
    name = f"interest “{interest.name}”" if interest.name else "the interest"
    if term := _match(corpus, interest.exclude):
        return f"{name} excludes {term}"
    for group in interest.require:
        if not _match(corpus, group):
            terms = (f"“{written}”" for _, written, _ in followed(group))
            return f"{name} requires {' or '.join(terms)}"
    return None


def _match(corpus: Corpus, criteria: Criteria) -> str | None:
    """Name the first of some terms that the paper has."""
    for feature, written, _ in followed(criteria):
        if len(observe(corpus, feature).rows):
            return f"the {feature.kind} “{written}”"
    return None


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
