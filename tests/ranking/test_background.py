"""Words by how rare they are, and texts by their sense."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import make_paper
from digest.paper import Paper
from digest.ranking import Background
from digest.ranking.background import PRIOR, Vectors, shipped
from digest.ranking.terms import bag

WORDS = ("graph", "tree", "protein", "auction", "moon", "quasar", "zyxwv", "qqqfoo")
bags = st.dictionaries(st.sampled_from(WORDS), st.sampled_from((1.0, 2.0, 3.0)), max_size=5)
texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
papers = st.lists(st.builds(make_paper, title=texts, abstract=st.none() | texts), max_size=6)


def _dense(background: Background, counted: list[dict[str, float]]) -> np.ndarray:
    """The centred vectors of some bags over all stems there are, by the book."""
    table = background.table
    names = [*table.numbers, *sorted({*WORDS} - table.numbers.keys())]
    places = {name: place for place, name in enumerate(names)}
    share = PRIOR / (PRIOR + len(background.papers))

    frequency, common = np.zeros(len(names)), np.zeros(len(names))
    own = [bag(paper.title, paper.abstract) for paper in background.papers]
    for name, row in table.numbers.items():
        frequency[places[name]] = table.frequency[row] * PRIOR / table.documents
        common[places[name]] = table.common[row]
    for each in own:
        for key in each:
            frequency[places[key]] += 1
    rarity = np.log((1 + PRIOR + len(own)) / (1 + frequency))

    def weighed(each: dict[str, float]) -> np.ndarray:
        row = np.zeros(len(names))
        for key, value in each.items():
            row[places[key]] = (1 + np.log(value)) * rarity[places[key]]
        length = np.linalg.norm(row)
        return row / length if length else row

    mean = share * common
    if own:
        mean = mean + (1 - share) * np.mean([weighed(dict(each)) for each in own], axis=0)
    rows = [weighed(each) - mean if each else np.zeros(len(names)) for each in counted]
    lengths = [np.linalg.norm(row) or 1.0 for row in rows]
    return np.array([row / length for row, length in zip(rows, lengths, strict=True)])


@given(papers, st.lists(bags, min_size=1, max_size=4), st.lists(bags, min_size=1, max_size=4))
@settings(deadline=None, max_examples=25)
def test_a_product_of_rows_is_the_cosine_of_centred_vectors(
    known: list[Paper], asking: list[dict[str, float]], answering: list[dict[str, float]]
) -> None:
    background = Background(known)
    asked, answered = background.count(asking), background.count(answering)
    answers = background.centred(answered, asking=False)
    asks = background.centred(asked, asking=True)
    asks.resize(asks.shape[0], answers.shape[1])  # stems that were counted after it
    expected = _dense(background, asking) @ _dense(background, answering).T
    np.testing.assert_allclose((asks @ answers.T).toarray(), expected, atol=1e-9)


def _rarity(background: Background, stem: str) -> float:
    background.count([{stem: 1.0}])
    column = background.column(stem)
    assert column is not None
    return float(background.rarity(background.width)[column])


def test_what_many_papers_have_is_less_rare() -> None:
    common = [make_paper(title="Lattice", abstract=None)] * 50
    assert _rarity(Background(common), "lattic") < _rarity(Background(), "lattic") - 0.5
    assert _rarity(Background(common), "knot") > _rarity(Background(common), "lattic")


def test_a_stem_that_is_counted_later_is_as_rare_as_the_prior_says() -> None:
    table = shipped()
    often, seldom = "model", "spline"
    background = Background([make_paper(title="Ponds", abstract=None)])
    for stem in (often, seldom):
        assert background.column(stem) is None
        prior = table.frequency[table.numbers[stem]] * PRIOR / table.documents
        assert _rarity(background, stem) == pytest.approx(np.log((PRIOR + 2) / (1 + prior)))
    assert _rarity(background, often) < _rarity(background, seldom)
    assert _rarity(background, "zyxwv") == pytest.approx(np.log(PRIOR + 2))


def test_a_column_is_counted_once_and_keeps_its_number() -> None:
    background = Background()
    first = background.count([{"graph": 1.0}])
    column = background.column("graph")
    background.count([{"tree": 1.0, "graph": 2.0}])
    assert background.column("graph") == column == first.indices[0]
    assert background.width == first.shape[1] + 1
    assert background.column("never") is None


def _sense(*told: str, background: Background | None = None) -> Vectors:
    background = background or Background()
    told_papers = [Paper(title=text) for text in told]
    counts = background.count(bag(paper.title, None) for paper in told_papers)
    (vectors,) = background.meanings(counts, told_papers)
    return vectors


@given(st.lists(texts, min_size=1, max_size=5), papers)
@settings(deadline=None, max_examples=25)
def test_a_sense_has_length_one_or_nothing_is_known(told: list[str], known: list[Paper]) -> None:
    lengths = np.linalg.norm(_sense(*told, background=Background(known)), axis=1)
    for text, length in zip(told, lengths, strict=True):
        assert length == pytest.approx(1.0 if text.strip() else 0.0, abs=1e-5)


@pytest.mark.parametrize("text", ["", "the of and", "1234 5"])
def test_a_text_that_tells_nothing_has_no_sense(text: str) -> None:
    assert not _sense(text).any()


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        pytest.param("car engine", "automobile motor", "protein folding", id="cars"),
        pytest.param("galaxies", "stars and nebulae", "auctions", id="sky"),
        pytest.param("drug", "medicine for patients", "graph colouring", id="medicine"),
        pytest.param("auction", "bidders and prices", "galaxies", id="prices"),
    ],
)
def test_texts_of_one_sense_are_near_without_a_word_in_common(
    one: str, other: str, apart: str
) -> None:
    assert not bag(one, None).keys() & bag(other, None).keys()
    first, second, third = _sense(one, other, apart)
    assert first @ second > first @ third + 0.1
    assert first @ second > second @ third + 0.1


def test_a_word_that_the_table_lacks_is_spelt_by_its_pieces() -> None:
    table = shipped()
    word = "hypergraphon"
    pieces = table.spell(word)
    names = list(table.numbers)
    assert word not in table.numbers
    assert len(pieces) > 1
    assert "".join(names[piece].removeprefix("##") for piece in pieces) == word
    assert _sense(word).any()
    near, apart = (_sense(word)[0] @ each for each in _sense("graph hypergraph", "sparrow nests"))
    assert near > apart


def test_a_word_of_very_many_pieces_has_no_spelling() -> None:
    assert shipped().spell("graphtreeprotein" * 4) == ()
    assert shipped().spell("graph") == (shipped().numbers["graph"],)


def test_the_sense_of_what_all_papers_say_is_taken_off() -> None:
    all_alike = [make_paper(title="Graph tree", abstract=None)] * 500
    told = ("graph tree moon", "graph tree protein")
    plain, centred = (_sense(*told, background=Background(known)) for known in ([], all_alike))
    assert centred[0] @ centred[1] < plain[0] @ plain[1] - 0.1


class _Counting:
    """A sentence model that knows a text by its length."""

    def encode(self, papers: tuple[Paper, ...]) -> Vectors:
        lengths = [len(paper.title or "") for paper in papers]
        rows = np.array([[1.0, n] for n in lengths], dtype=np.float32).reshape(-1, 2)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_a_sentence_model_is_a_second_space() -> None:
    background = Background([make_paper(title="Ponds")], encoder=_Counting())
    told = [Paper(title="Graphs"), Paper(title="A")]
    spaces = background.meanings(background.count(bag(p.title, None) for p in told), told)
    assert [space.shape for space in spaces] == [(2, shipped().rows.shape[1]), (2, 2)]
    assert np.linalg.norm(spaces[1], axis=1) == pytest.approx(np.ones(2))
