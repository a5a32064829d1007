"""Which words a keyword matches, and which it leaves alone."""

import pytest

from builders import make_paper
from digest.ranking.matching import TextIndex, parse_pattern
from digest.ranking.terms import telling_words
from digest.subscriber import Keyword


def matches(term: str, text: str, *, case: bool = False) -> bool:
    index = TextIndex([make_paper(title=text, abstract=None)])
    return bool(len(index.find(parse_pattern(Keyword(term=term, case=case)))))


MATCHING = [
    # whole words, case folded
    ("pruning", "Pruning"),
    ("GAN", "a gan for faces"),
    ("input", "input/output"),
    ("output", "input/output"),
    ("STRASSE", "Die Straße"),
    # singular and plural
    ("cache", "KV caches"),
    ("caches", "a cache"),
    ("analysis", "three analyses"),
    ("matrices", "a matrix"),
    ("network", "Networks"),
    ("index", "indices of refraction"),
    ("indexes", "an index"),
    ("vertex", "vertices"),
    ("hypotheses", "a hypothesis"),
    ("virus", "viruses"),
    ("bus", "buses"),
    ("series", "a series"),
    ("species", "one species"),
    ("lens", "lenses"),
    ("bias", "biases"),
    ("gas", "gases"),
    ("movie", "movies"),
    ("physics", "physics"),
    ("study", "studies"),
    ("class", "classes"),
    ("database", "databases"),
    ("cause", "causes"),
    ("phenomenon", "phenomena"),
    ("data", "one datum"),
    ("datum", "big data"),
    ("media", "a medium"),
    ("medium", "social media"),
    ("base", "knowledge bases"),
    ("bases", "a knowledge base"),
    ("basis", "wavelet bases"),
    ("bases", "a wavelet basis"),
    ("bases", "wavelet bases"),
    ("knowledge base", "KNOWLEDGE BASES"),
    ("consortium", "two consortia"),
    ("GAN", "GANs"),
    ("GANs", "one GAN"),
    ("PC", "PCs"),
    ("GUI", "GUIs"),
    ("gpu", "gpus"),
    ("metric", "metrics"),
    ("neural networks", "A Neural Network"),
    ("neural network", "NEURAL NETWORKS AT LARGE"),
    # accents and TeX
    ("Schrodinger", r"the Schr\"odinger equation"),
    ("Schrödinger", r"the Schr{\"o}dinger equation"),
    ("naive", r"na\"{\i}ve Bayes"),
    ("naïve", "naive Bayes"),
    ("Łukasiewicz", r"{\L}ukasiewicz logic"),
    ("Lukasiewicz", "Łukasiewicz logic"),
    ("Straße", r"Stra\ss{}e"),
    ("Oresund", "Øresund"),
    ("dakovic", "Đaković"),
    ("aether", "Æther"),
    ("Erdős", r"Erd\H{o}s graphs"),
    ("Poincaré", r"Poincar\'e map"),
    ("Poincaré map", r"Poincar\'e map"),
    ("Poincaré map", r"Poincar\'{e} map"),
    ("Poincaré map", r"Poincar{\'e} map"),
    ("café noir", r"caf\'e noir"),
    ("Cauchy", r"Fr\'e Cauchy"),
    ("Cauchy", r"\`a Cauchy"),
    ("Cauchy", r"\c c Cauchy"),
    ("Poincaré", r"Poincar\'{ e } map"),
    ("François", r"Fran\c cois"),
    ("naïve", r"na\"\i ve Bayes"),
    ("Martínez", r"Mart\'\i nez bounds"),
    ("Martínez", r"Mart\'{\i}nez bounds"),
    ("Straßenbahn", r"Stra\ss enbahn"),
    ("Jørgensen", r"J\o rgensen"),
    ("Jørgensen", r"J{\o}rgensen"),
    ("bro Jensen", r"br{\o} Jensen"),
    ("bro Jensen", r"br\o{} Jensen"),
    ("Cech", r"\v{C}ech cohomology"),
    ("beta-VAE", r"$\beta$-VAE"),
    ("β-VAE", r"$\beta$-VAE"),
    ("CO2", r"CO$_2$ capture"),
    ("BERT", "{BERT} revisited"),
    # dashes and blanks
    ("KV cache", "KV-cache"),
    ("KV-cache", "KV cache"),
    ("single-cell", "single‑cell"),
    ("single cell", "single\u00a0cell"),
    ("single cell", "single–cell"),
    ("state of the art", "state-of-the-art"),
    ("p-value", "p−value"),
    # punctuation that counts
    ("C++", "in C++ and Rust"),
    ("c++", "C++17"),
    ("C#", "C# code"),
    (".NET", "on .NET services"),
    ("Node.js", "a Node.js server"),
    ("I/O", "fast I/O"),
    ("AT&T", r"AT\&T"),
    ("U.S.", "in the U.S. today"),
    ("Q&A", "Q&A sites"),
    ("p < 0.05", "with p<0.05"),
    ("p<0.05", "with p < 0.05"),
    ("C", "C/C++"),
    ("GPT-3.5", "GPT 3.5"),
    ("3.5B", "a 3.5b model"),
    ("3.5B model", "3.5B models"),
    ("GPT-3.5", "GPT-3.5-turbo"),
    ("3.5*", "a 3.5B model"),
    ("3.5", "version 3.5, better"),
    ("Alzheimer's disease", "Alzheimer’s disease"),
    ("linear representation", "the 'linear representation' idea"),
    # wildcards
    ("quantiz*", "Quantization"),
    ("quantiz*", "quantized"),
    ("*omics", "Metabolomics"),
    ("*former*", "Transformers"),
    ("*former*", "former"),
    ("*former", "Transformers"),
    ("language model*", "language modelling"),
    ("language model*", "languages models"),
    ("*-seq", "scRNA-seq"),
    ("*-seq", "RNA seq"),
    ("pre-*", "pre-training"),
    ("C++*", "C++"),
    ("深度学习", "基于深度学习的方法"),
]

APART = [
    ("car", "care"),
    ("care", "cars"),
    ("gan", "gang"),
    ("gang", "GANs"),
    ("mean", "meaning"),
    ("prun", "pruning"),
    ("dynamics", "dynamic programming"),
    ("AIDS", "hearing aid"),
    ("SARS", "SAR images"),
    ("dose", "DoS"),
    ("C", "C++"),
    ("C", "C#"),
    ("C++", "C"),
    ("C#", "C sharp"),
    (".NET", "a net"),
    ("net", "on .NET"),
    ("Node.js", "a node js"),
    ("I/O", "io"),
    ("U.S.", "US"),
    ("GPT-3", "GPT-3.5"),
    ("B", "a 3.5B model"),
    ("B", "a 7B model"),
    ("3.5", "a 3.5B model"),
    ("3", "a 3.5B model"),
    ("base", "a wavelet basis"),
    ("basis", "a knowledge base"),
    ("base", "databases"),
    ("Poincarémap", r"Poincar\'e map"),
    ("KV cache", "KVcache"),
    ("neural network", "neural. Networks"),
    ("neural network", "neural, network"),
    ("neural network", "neural graph network"),
    ("neural network", "network neural"),
    ("quantiz*", "dequantized"),
    ("*omics", "omicsome"),
    ("*-seq", "seq"),
    ("*-seq", "scRNAseq"),
    ("language model*", "language remodel"),
    ("*", "anything"),
    ("", "anything"),
    ("---", "anything"),
]


@pytest.mark.parametrize(
    ("term", "text"), [pytest.param(*row, id=" in ".join(row)) for row in MATCHING]
)
def test_a_keyword_matches(term: str, text: str) -> None:
    assert matches(term, text)


@pytest.mark.parametrize(
    ("term", "text"), [pytest.param(*row, id=" not in ".join(row)) for row in APART]
)
def test_a_keyword_does_not_match(term: str, text: str) -> None:
    assert not matches(term, text)


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        pytest.param("MET", "the MET gene", True, id="same case"),
        pytest.param("MET", "we met", False, id="small letters"),
        pytest.param("MET", "two METs", True, id="plural"),
        pytest.param("BASE", "two BASEs", True, id="plural with a small s"),
        pytest.param("BASE", "two BASES", True, id="plural of two words"),
        pytest.param("Basis", "Bases", True, id="plural of two words, capitalised"),
        pytest.param("BASE", "bases", False, id="plural of two words in small letters"),
        pytest.param("MET", "Met Office", False, id="capitalised"),
        pytest.param("Tr*", "Transport", True, id="wildcard in its case"),
        pytest.param("TR*", "Transport", False, id="wildcard in another case"),
    ],
)
def test_a_keyword_with_case_keeps_to_it(term: str, text: str, expected: bool) -> None:
    assert matches(term, text, case=True) is expected


def test_a_phrase_does_not_run_from_a_title_into_the_abstract_or_the_next_paper() -> None:
    papers = [make_paper(title="On sparse", abstract="attention"), make_paper(title="maps")]
    index = TextIndex(papers)
    for phrase in ("sparse attention", "attention maps"):
        assert not len(index.find(parse_pattern(Keyword(term=phrase))))


def test_a_phrase_at_the_very_ends_of_the_batch_is_found() -> None:
    index = TextIndex([make_paper(title="sparse maps", abstract="of dense graphs")])
    assert index.find(parse_pattern(Keyword(term="sparse map"))).tolist() == [0]
    assert index.find(parse_pattern(Keyword(term="dense graph"))).tolist() == [1]
    assert not len(index.find(parse_pattern(Keyword(term="dense graph theory"))))


def test_a_paper_without_any_text_matches_nothing() -> None:
    index = TextIndex([make_paper(title=None, abstract=None)])
    for term in ("graph", "gr*", "*-seq"):
        assert not len(index.find(parse_pattern(Keyword(term=term))))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("GAN", "gans", id="plural"),
        pytest.param("KV cache", "kv-caches", id="dash"),
        pytest.param("Schrödinger", r"Schr\"odinger", id="accent"),
        pytest.param(" C++ ", "c++", id="blanks around"),
    ],
)
def test_terms_that_match_the_same_are_one_pattern(one: str, other: str) -> None:
    assert parse_pattern(Keyword(term=one)) == parse_pattern(Keyword(term=other))


def test_words_that_every_abstract_has_tell_nothing_in_any_number() -> None:
    assert list(telling_words("data datum base bases method methods lattices")) == ["lattic"]
