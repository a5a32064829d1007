"""Whose name is whose: spellings that are one person, and persons that are two."""

import pytest

from builders import make_paper
from digest.ranking.features import author_feature
from digest.ranking.names import AuthorIndex, agree, parse_name
from digest.subscriber import FollowedAuthor

SAME = [
    ("Song Han", "Song Han"),
    ("Song Han", "Han, Song"),
    ("Song Han", "Han Song"),
    ("Han, Song", "Song Han"),
    ("song han", "SONG HAN"),
    ("Song Han", "Song  Han (MIT, Cambridge)"),
    ("Song Han", "Song Y. Han"),
    ("Jürgen Müller", "Juergen Mueller"),
    ("Jürgen Müller", "Jurgen Muller"),
    ("Jurgen Mueller", "Jurgen Muller"),
    ("Jürgen Müller", r"J\"urgen M{\"u}ller"),
    ("Bjorn Aagard", "Bjørn Ågard"),
    ("Lukasz Kaiser", r"{\L}ukasz Kaiser"),
    ("Paulo André Lima", r"Paulo Andr\'e Lima"),
    ("Jean-Pierre Serre", "Jean Pierre Serre"),
    ("Jean-Pierre Serre", "Jeanpierre Serre"),
    ("Xiao-Ming Li", "Xiaoming Li"),
    ("Xiaoming Li", "Li, Xiao-Ming"),
    ("Anna Maria Keller", "Anna Keller"),
    ("Anna Keller", "Anna M. Keller"),
    ("Anna Maria Keller", "Anna M. Keller"),
    ("Jan van der Berg", "van der Berg, Jan"),
    ("Jan van der Berg", "Berg, Jan van der"),
    ("Jan Van Der Berg", "Jan van der Berg"),
    ("Ludwig von Stein", "Von Stein, Ludwig"),
    ("Rami Al-Sayed", "Rami AlSayed"),
    ("Rami al-Sayed", "Al Sayed, Rami"),
    ("García Márquez, Gabriel", "Gabriel García Márquez"),
    ("Gabriel García Márquez", "Garcia-Marquez, Gabriel"),
    ("Conan O'Brien", "Conan O’Brien"),
    ("Conan O'Brien", "OBrien, Conan"),
    ("Sammy Davis", "Sammy Davis, Jr."),
    ("Sammy Davis", "Davis, Jr., Sammy"),
    ("Weinan E", "E, Weinan"),
    ("Weinan E", "Weinan E"),
    ("S. Han", "Song Han"),
    ("J. Robert Moser", "Julius Robert Moser"),
    ("ATLAS Collaboration", "The ATLAS Collaboration"),
    ("CMS Collaboration", "The CMS Collaboration"),
    ("DeepMind", "DeepMind"),
    ("Wei Xu", "Wei XU"),
    ("Xu Wei", "Wei XU"),
    ("Wei Xu", "XU Wei"),
    ("Xu Wei", "XU Wei"),
    ("Wei XU", "Wei Xu"),
    ("S. Xu", "SONG XU"),
    ("Jan van der Bos", "Jan van der BOS"),
    ("Wei Wang", "Wang Wei"),
    ("Poul J. Møller", r"Poul J. M\o ller"),
]

PERHAPS = [
    ("Song Han", "S. Han"),
    ("Song Han", "Han, S."),
    ("Song Han", "Han S"),
    ("Han, Song", "S Han"),
    ("S. Han", "S. Han"),
    ("Jean-Pierre Serre", "J.-P. Serre"),
    ("Jean-Pierre Serre", "J.P. Serre"),
    ("Jean-Pierre Serre", "J. Serre"),
    ("Jean Pierre Serre", "J.-P. Serre"),
    ("Xiaoming Li", "X.-M. Li"),
    ("S. Han", "Han SH"),
    ("S. Han", "SH Han"),
    ("S. Han", "Han, SH"),
    ("Song Han", "SH Han"),
    ("Han SH", "Han SH"),
    ("Han SH", "S. H. Han"),
    ("Fabian J. Theis", "Theis FJ"),
    ("Fabian J. Theis", "FJ Theis"),
    ("Fabian J. Theis", "FJ. Theis"),
    ("Fabian J. Theis", "Theis, FJ"),
    ("FJ Theis", "FJ Theis"),
    ("F. J. Theis", "FJ Theis"),
    ("Xiao-Li Meng", "XL Meng"),
    ("Xiaoli Meng", "Meng XL"),
    ("Jan Pieter van der Berg", "JP van der Berg"),
    ("Wang Wei", "W. Wang"),
    ("Wang Wei", "Wang W"),
    ("Wang Wei", "W. Wei"),
    ("Song Han", "H. Song"),
    ("Wang Xiao-Ming", "X. Wang"),
    ("Wang Xiao Ming", "X. M. Wang"),
    ("Wang Xiao Ming", "XM Wang"),
    ("John Smith", "Smith JA"),
    ("Yuri Ivanov", "Yu. Ivanov"),
    ("Jan van der Berg", "J. van der Berg"),
    ("Gabriel García Márquez", "García Márquez, G."),
    ("Jürgen Müller", "J. Mueller"),
    ("Maria Garcia-Pelegrin", "Garcia-Pelegrin, M."),
]

DIFFERENT = [
    ("Song Han", "Sang Han"),
    ("Song Han", "Song Hao"),
    ("Song Han", "T. Han"),
    ("Han, Song", "H. Song"),
    ("Wang, Wei", "W. Wei"),
    ("Wang Wei", "L. Wang"),
    ("Martin Paul Thomas", "P. Martin"),
    ("Fabian J. Theis", "TJ Theis"),
    ("Fabian J. Theis", "FK Theis"),
    ("Xiao-Li Meng", "XT Meng"),
    ("Song Han", "S. Hang"),
    ("Anna Maria Keller", "Anna Lena Keller"),
    ("Anna M. Keller", "Anna Lena Keller"),
    ("Jean-Pierre Serre", "Jean Serre"),
    ("Jean-Pierre Serre", "J.-L. Serre"),
    ("Jean-Pierre Serre", "Jean-Luc Serre"),
    ("Xiao-Ming Li", "Xiao Li"),
    ("Xiaoming Li", "Xiaomin Li"),
    ("Wei Xue", "Wei Xu"),
    ("Michael Nowak", "Michał Nowak"),
    ("Jun Baek", "Jun Bak"),
    ("Fabian Theis", "Theis"),
    ("Han, Song", "Song, Han"),
    ("ATLAS Collaboration", "CMS Collaboration"),
    ("ALICE Collaboration", "AMS Collaboration"),
]


def _rows(table: list[tuple[str, str]]) -> list[object]:
    return [pytest.param(*row, id=f"{row[0]} and {row[1]}") for row in table]


@pytest.mark.parametrize(("followed", "listed"), _rows(SAME))
def test_a_name_is_recognised(followed: str, listed: str) -> None:
    assert agree(parse_name(followed), parse_name(listed)) is True
    assert AuthorIndex([make_paper(authors=(listed,))]).find(FollowedAuthor(name=followed))


@pytest.mark.parametrize(("followed", "listed"), _rows(PERHAPS))
def test_a_listing_with_initials_matches_weakly(followed: str, listed: str) -> None:
    assert agree(parse_name(followed), parse_name(listed)) is False
    (sighted,) = AuthorIndex([make_paper(authors=(listed,))]).find(FollowedAuthor(name=followed))
    assert not sighted.certain


@pytest.mark.parametrize(("followed", "listed"), _rows(DIFFERENT))
def test_homonyms_are_kept_apart(followed: str, listed: str) -> None:
    assert not AuthorIndex([make_paper(authors=(listed,))]).find(FollowedAuthor(name=followed))


@pytest.mark.parametrize(
    ("position", "facts", "expected"),
    [
        pytest.param("first", {"authors": ("A Low", "B High")}, True, id="is first"),
        pytest.param("first", {"authors": ("B High", "A Low")}, False, id="is not first"),
        pytest.param(
            "last", {"authors": ("B High", "A Low"), "author_count": 2}, True, id="is last"
        ),
        pytest.param(
            "last", {"authors": ("A Low", "B High"), "author_count": 2}, False, id="is not last"
        ),
        pytest.param(
            "last", {"authors": ("B High", "A Low"), "author_count": 9}, False, id="list is cut"
        ),
        pytest.param("last", {"authors": ("B High", "A Low")}, False, id="count is unknown"),
        pytest.param("last", {"authors": ("A Low",), "author_count": 1}, True, id="alone"),
    ],
)
def test_a_position_is_asked_for(position: str, facts: dict[str, object], expected: bool) -> None:
    followed = FollowedAuthor(name="A Low", position=position)
    assert bool(AuthorIndex([make_paper(**facts)]).find(followed)) is expected


def test_the_surest_listing_of_a_paper_counts() -> None:
    index = AuthorIndex([make_paper(authors=("S. Han", "Song Han"))])
    (sighted,) = index.find(FollowedAuthor(name="Song Han"))
    assert sighted.certain


def test_names_that_are_read_differently_are_two_features() -> None:
    names = ("Theis FJ", "Theis Fj", "Theis F J")
    assert len({author_feature(FollowedAuthor(name=name)) for name in names}) == 3
