"""Where sentences end, and where they only seem to."""

import pytest

from digest.rendering.text import sentence_ends, sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "We use e.g. BERT, i.e. Transformers, cf. Smith et al. Who did.",
        "As Fig. 3 and Eq. 2 and Refs. [1] show, it is 0.5 Hz vs. 3.",
        "The theorem of J. R. Smith holds, w.r.t. Lebesgue measure.",
        "A formula $a. B = c$ and $$x! Y$$ is no end.",
        "It is at https://example.org/a.B?c=D for all.",
        "Wait ... What follows is the same.",
        "Dr. No and Prof. Yes (approx. 30 people) agree.",
        "Given T[i, . . , i+m] we go on.",
        "Version 2.0 of v1.5 is out!",
        "",
    ],
)
def test_what_only_seems_to_be_an_end_is_none(sentence: str) -> None:
    assert sentences(sentence) == ([sentence] if sentence else [])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It is so. We show it.", ["It is so.", "We show it."]),
        ("Is it? Yes! So.", ["Is it?", "Yes!", "So."]),
        ('He said "so." We agree (or not). $x$ is it.',
         ['He said "so."', "We agree (or not).", "$x$ is it."]),
        ("It needs vitamin C. We give it.", ["It needs vitamin C.", "We give it."]),
        ("It is small. mRNA is not.", ["It is small.", "mRNA is not."]),
        ("It costs $5. That is more than $4. So.",
         ["It costs $5.", "That is more than $4.", "So."]),
        ("and so on etc. The end", ["and so on etc.", "The end"]),
    ],
)  # fmt: skip
def test_sentences_come_as_they_stand(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts
    ends = list(sentence_ends(text))
    assert [text[:end].endswith(part) for end, part in zip(ends, parts, strict=False)] == [True] * (
        len(parts) - 1
    )
