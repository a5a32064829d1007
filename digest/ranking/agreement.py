"""Whether two names may be one person's: compared so that homonyms stay apart."""

from itertools import product

from digest.ranking.names import Name, Part, Reading


def agree(followed: Name, listed: Name) -> bool | None:
    """Compare two names: True on whole given names, False on initials only, None if they differ."""
    if followed.plain == listed.plain:
        return any(not (each.capital or _initials_only(each)) for each in listed.readings)
    verdicts = [
        _agree_in(one, other)
        for one, other in product(followed.readings, listed.readings)
        if one.family & other.family and not _are_both_guessed(one, other)
    ]
    found = [verdict for verdict in verdicts if verdict is not None]
    return any(found) if found else None


def _are_both_guessed(one: Reading, other: Reading) -> bool:
    return (one.turned and other.turned) or (one.capital and other.capital)


def _initials_only(reading: Reading) -> bool:
    return bool(reading.given) and all(part.short for part in reading.given)


def _agree_in(followed: Reading, listed: Reading) -> bool | None:
    if not followed.given:
        return not listed.given
    if not listed.given or not _given_agree(followed.given, listed.given):
        return None
    if followed.turned and _initials_only(listed) and _names(followed) > _names(listed):
        return None  # "P. Martin" is no Martin Paul Thomas, but "W. Wang" may be Wang Wei
    return not _initials_only(listed) and (
        _initials_only(followed) or _share_a_whole_name(followed.given, listed.given)
    )


def _names(reading: Reading) -> int:
    """Count given names, hyphenated ones as one."""
    return sum(not part.joined for part in reading.given)


def _share_a_whole_name(one: tuple[Part, ...], other: tuple[Part, ...]) -> bool:
    if not (one[0].short or other[0].short):
        return True
    return any(
        a.spellings & b.spellings for a, b in product(one, other) if not (a.short or b.short)
    )


def _given_agree(one: tuple[Part, ...], other: tuple[Part, ...]) -> bool:
    """Compare given names from the first on; the longer one's further names are free."""
    i = j = 0
    while i < len(one) and j < len(other):
        steps = _step(one[i:], other[j:])
        if steps is None:
            return False
        i, j = i + steps[0], j + steps[1]
    return not (_is_cut(one, i, other) or _is_cut(other, j, one))


def _step(one: tuple[Part, ...], other: tuple[Part, ...]) -> tuple[int, int] | None:
    """Say how many parts of each stand for the same name; None if they differ."""
    if _fits(one[0], other[0]):
        return 1, 1
    if _glued(one) & other[0].spellings and not other[0].short:
        return 2, 1
    if one[0].spellings & _glued(other) and not one[0].short:
        return 1, 2
    return None


def _fits(a: Part, b: Part) -> bool:
    if not (a.short or b.short):
        return bool(a.spellings & b.spellings)
    return any(
        (b.short and x.startswith(y)) or (a.short and y.startswith(x))
        for x, y in product(a.spellings, b.spellings)
    )


def _glued(parts: tuple[Part, ...]) -> frozenset[str]:
    """Write the first two parts as one: Xiao-Ming is Xiaoming."""
    if len(parts) < 2 or parts[0].short or parts[1].short:
        return frozenset()
    return frozenset(a + b for a, b in product(parts[0].spellings, parts[1].spellings))


def _is_cut(parts: tuple[Part, ...], i: int, other: tuple[Part, ...]) -> bool:
    """Tell a hyphenated name of which the other has only the beginning: Jean-Pierre, Jean."""
    return 0 < i < len(parts) and parts[i].joined and not parts[i].short and not other[-1].short
