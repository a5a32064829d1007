"""Words by which a sentence of an abstract tells whether it sums the paper up, and how much."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _each(words: str, worth: float) -> dict[str, float]:
    return dict.fromkeys(words.split(), worth)


def _forms(verbs: str, worth: float) -> dict[str, float]:
    """Give the forms that "we" and "this paper" go with."""
    found: dict[str, float] = {}
    for verb in verbs.split():
        stem = verb.removesuffix("e")
        third = f"{verb[:-1]}ies" if verb.endswith("y") else f"{verb}s"
        found |= dict.fromkeys((verb, third, f"{stem}ed", f"{verb[:-1]}ied"), worth)
    return found


VERBS = (
    _forms(
        "apply analyze analyse aim ask address characterize compare compute consider "
        "describe determine evaluate examine explore extend focus formalize generalize identify "
        "investigate measure offer provide review revisit study survey tackle train use view "
        "treat integrate combine augment adopt",
        1.6,
    )
    | _each(
        "gives give gave focuses addresses analyzes analyses conduct conducts perform performs", 1.3
    )
    | _forms("argue demonstrate derive discover establish obtain prove report reveal show", 2.1)
    | _each("find finds found", 2.1)
    | _forms(
        "construct contribute create design develop devise formulate introduce present propose "
        "release unveil",
        3.0,
    )
    | _each("build builds built", 3.0)
)
MADE = _each("proposed introduced presented developed designed devised", 1.4)
PAPER = _set(
    "paper work article study letter thesis survey review report note tutorial manuscript "
    "chapter position"
)
WAY = _set(
    "method methods approach model framework algorithm algorithms system architecture technique "
    "strategy scheme mechanism benchmark dataset pipeline"
)
OUTCOME = _set("results findings analysis analyses experiments")
HANGS = (
    _each("however but yet and or nevertheless nonetheless instead conversely unlike", 2.0)
    | _each("similarly likewise otherwise while although though despite", 1.2)
    | _each("moreover furthermore additionally besides also second third next finally", 1.8)
    | _each("lastly secondly thirdly then further consequently accordingly meanwhile", 1.8)
    | _each("specifically particularly concretely notably importantly first firstly", 1.4)
    | _each("thus therefore hence", 0.7)
    | _each("it its they their them these those that such he she both one each some", 1.6)
    | _each("others another", 1.6)
)
HANG_TOGETHER = {
    ("in", "contrast"): 2.0, ("for", "example"): 2.0, ("for", "instance"): 2.0,
    ("in", "addition"): 1.8, ("as", "a"): 1.2, ("in", "particular"): 1.6, ("with", "this"): 1.2,
    ("the", "former"): 1.6, ("the", "latter"): 1.6, ("the", "resulting"): 1.2,
    ("to", "this"): 0.3, ("to", "address"): 0.3, ("to", "test"): 1.0, ("to", "support"): 1.0,
    ("motivated", "by"): 0.3, ("inspired", "by"): 0.3, ("building", "on"): 0.5,
    ("using", "this"): 0.8, ("using", "these"): 0.8, ("based", "on"): 0.3,
}  # fmt: skip
LATER = _each("also further then next additionally finally furthermore", 1.2) | _each("first", 0.9)
"""After "we": what is told comes beside something else."""

BESIDE = (
    _each("experiments experiment experimental experimentally empirically ablation", 0.9)
    | _each("numerical simulations benchmarks outperforms outperform outperforming", 0.7)
    | _each("hope believe discuss conclude future hypothesis hypothesize setup insights", 1.0)
    | _each("existing previous prior remains remain limited challenging despite", 0.5)
    | _each("state-of-the-art validate verify", 0.6)
)
NEW = _set("novel new called named termed dubbed first")
ON_THE_WEB = _set("http https www github huggingface")
THERE = _set("available released found open accessible public accessed open-sourced downloaded")
IS = _set("is are be made was were been being")
EMPTY = _set(
    "a an the of for in on to and or with without via by from using toward towards as at is are be "
    "its it can do does how what why when where not no new novel based study approach method "
    "under over into beyond through between we our this that these which have has been such more "
    "than their also propose paper show results both while"
)
