"""What TeX's names stand for: letters, signs, accents, alphabets."""

import unicodedata


def names(text: str) -> frozenset[str]:
    """Read a table of names."""
    return frozenset(text.split())


MARKS = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "b": "\u0331", "d": "\u0323",
}  # fmt: skip
MATHS_MARKS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304",
    "tilde": "\u0303", "widetilde": "\u0303", "vec": "\u20d7", "dot": "\u0307",
    "ddot": "\u0308", "check": "\u030c", "breve": "\u0306", "acute": "\u0301",
    "grave": "\u0300", "mathring": "\u030a", "underbar": "\u0331",
}  # fmt: skip
# As in TeX these swallow the blank behind them: Bo\o th.
LETTERS = {
    "ss": "ß", "l": "ł", "L": "Ł", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ",
    "OE": "Œ", "aa": "å", "AA": "Å", "dj": "đ", "DJ": "Đ", "dh": "ð", "DH": "Ð", "th": "þ",
    "TH": "Þ", "ng": "ŋ", "NG": "Ŋ", "i": "ı", "j": "ȷ",
}  # fmt: skip
WORDS = {
    "LaTeX": "LaTeX", "TeX": "TeX", "LaTeXe": "LaTeX2e", "BibTeX": "BibTeX", "XeTeX": "XeTeX",
    "eg": "e.g.", "ie": "i.e.", "etc": "etc.", "etal": "et al.", "cf": "cf.", "vs": "vs.",
    "textless": "<", "textgreater": ">", "textbar": "|", "textbackslash": "\\",
    "textasciitilde": "~", "textasciicircum": "^", "textunderscore": "_", "textdollar": "$",
    "textbraceleft": "{", "textbraceright": "}", "textemdash": "—", "textendash": "–",
    "textquotesingle": "'", "textquoteleft": "‘", "textquoteright": "’",
    "textquotedblleft": "“", "textquotedblright": "”", "textquotedbl": '"',
    "textregistered": "®", "texttrademark": "™", "textcopyright": "©", "textdegree": "°",
    "textmu": "µ", "textellipsis": "…", "textbullet": "•", "textperiodcentered": "·",
    "textrightarrow": "→", "textleftarrow": "←", "textuparrow": "↑", "textdownarrow": "↓",
    "texttimes": "×", "textpm": "±", "textohm": "Ω", "textmicro": "µ", "texteuro": "€",
    "textsterling": "£", "textyen": "¥", "textcelsius": "℃", "textsection": "§",
    "textonehalf": "½", "textonequarter": "¼", "textpercent": "%", "textampersand": "&",
    "textdagger": "†", "textdaggerdbl": "‡", "textasteriskcentered": "*",
    "euro": "€", "pounds": "£", "copyright": "©", "dag": "†", "ddag": "‡", "S": "§", "P": "¶",
    "slash": "/", "lq": "‘", "rq": "’", "deg": "°", "degree": "°", "newline": " ",
    "par": " ", "linebreak": " ", "xspace": "", "noindent": "", "protect": "", "ignorespaces": "",
}  # fmt: skip
# Commands whose argument is shown and whose effect is not.
FONTS = names(
    """textbf textit textsl textsc texttt textsf textrm textup textmd textnormal emph text mbox
    hbox underline uline ul textquote enquote mathrm mathbf mathit mathsf mathtt mathnormal
    boldsymbol bm pmb mathcal mathscr mathfrak mathpzc texorpdfstring sout centering
    textsmaller textlarger"""
)
SWITCHES = names(
    """bf it em sc rm sf sl tt bfseries itshape scshape ttfamily sffamily rmfamily upshape
    slshape mdseries normalfont tiny scriptsize footnotesize small normalsize large Large LARGE
    huge Huge boldmath unboldmath centering raggedright"""
)
MATHS_FONTS = names(
    """mathrm mathbf mathit mathsf mathtt mathnormal boldsymbol bm pmb mathcal mathscr
    mathfrak mathpzc mathbin mathrel mathord mathop mathopen mathclose mathpunct mathinner
    operatorname operatornamewithlimits underline textstyle scr frak cal"""
)
MATHS_SWITCHES = SWITCHES | names(
    """displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits cal mit frak scr
    left right middle big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm biggl biggr Biggl Biggr
    nonumber notag mathstrut strut"""
)
TEXT_IN_MATHS = names(
    """text textrm textbf textit textsl textsc texttt textsf textup textmd textnormal mbox hbox
    emph"""
)
FUNCTIONS = names(
    """log ln lg exp sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth max min sup
    inf lim limsup liminf arg argmax argmin det dim ker deg gcd lcm hom Pr sgn sign mod bmod
    trace tr Tr rank diag polylog softmax"""
)
_GREEK = {
    name: letter
    for code in range(0x391, 0x3CA)
    if (letter := chr(code)) and (full := unicodedata.name(letter, "")).startswith("GREEK")
    for word in [full.split()[-1].lower().replace("lamda", "lambda")]
    for name in [word.capitalize() if letter.isupper() else word]
    if "FINAL" not in full and "WITH" not in full
}
ORDINARY = {
    **_GREEK,
    "epsilon": "ε", "varepsilon": "ε", "eps": "ε", "vartheta": "ϑ", "varpi": "ϖ",
    "varrho": "ϱ", "varsigma": "ς", "phi": "φ", "varphi": "φ", "varkappa": "ϰ",
    "digamma": "ϝ", "ell": "ℓ", "hbar": "ℏ", "hslash": "ℏ", "Re": "ℜ", "Im": "ℑ",
    "wp": "℘", "aleph": "ℵ", "beth": "ℶ", "imath": "ı", "jmath": "ȷ", "upmu": "μ",
    "infty": "∞", "partial": "∂", "nabla": "∇", "forall": "∀", "exists": "∃", "nexists": "∄",
    "emptyset": "∅", "varnothing": "∅", "top": "⊤", "bot": "⊥", "angle": "∠", "neg": "¬",
    "lnot": "¬", "prime": "′", "sharp": "♯", "flat": "♭", "natural": "♮", "Box": "□",
    "square": "□", "blacksquare": "■", "Diamond": "◇", "triangle": "△", "clubsuit": "♣",
    "diamondsuit": "♢", "heartsuit": "♡", "spadesuit": "♠", "checkmark": "✓", "complement": "∁",
    "degree": "°", "circledR": "®", "backslash": "\\", "surd": "√", "vert": "|", "Vert": "‖",
    "R": "ℝ", "Z": "ℤ", "N": "ℕ",
    "Q": "ℚ", "C": "ℂ", "textdegree": "°", "bigstar": "★", "lozenge": "◊", "S": "§",
}  # fmt: skip
INNER = {
    "ldots": "…", "dots": "…", "dotsc": "…", "dotso": "…", "cdots": "⋯", "dotsb": "⋯",
    "vdots": "⋮", "ddots": "⋱", "colon": ":",
}  # fmt: skip
BINARY = {
    "times": "×", "cdot": "·", "pm": "±", "mp": "∓", "div": "÷", "ast": "∗", "star": "⋆",
    "circ": "∘", "bullet": "•", "cap": "∩", "cup": "∪", "uplus": "⊎", "sqcap": "⊓",
    "sqcup": "⊔", "vee": "∨", "lor": "∨", "wedge": "∧", "land": "∧", "setminus": "∖",
    "smallsetminus": "∖", "oplus": "⊕", "ominus": "⊖", "otimes": "⊗", "oslash": "⊘",
    "odot": "⊙", "boxtimes": "⊠", "boxplus": "⊞", "dagger": "†", "ddagger": "‡", "amalg": "⨿",
    "diamond": "⋄", "ltimes": "⋉", "rtimes": "⋊", "bigcirc": "◯", "wr": "≀", "bowtie": "⋈",
}  # fmt: skip
RELATIONS = {
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "leqslant": "⩽", "geqslant": "⩾",
    "leqq": "≦", "geqq": "≧", "lt": "<", "gt": ">", "ne": "≠", "neq": "≠", "approx": "≈",
    "sim": "∼", "simeq": "≃", "cong": "≅", "equiv": "≡", "propto": "∝", "ll": "≪", "gg": "≫",
    "lesssim": "≲", "gtrsim": "≳", "lessapprox": "⪅", "gtrapprox": "⪆", "asymp": "≍",
    "prec": "≺", "succ": "≻", "preceq": "⪯", "succeq": "⪰", "in": "∈", "notin": "∉", "ni": "∋",
    "subset": "⊂", "supset": "⊃", "subseteq": "⊆", "supseteq": "⊇", "subsetneq": "⊊",
    "supsetneq": "⊋", "nsubseteq": "⊈", "sqsubset": "⊏", "sqsubseteq": "⊑", "mid": "∣",
    "nmid": "∤", "parallel": "∥", "perp": "⊥", "vdash": "⊢", "dashv": "⊣", "models": "⊨",
    "vDash": "⊨", "nvDash": "⊭", "Vdash": "⊩", "doteq": "≐", "coloneqq": "≔", "triangleq": "≜",
    "to": "→", "rightarrow": "→", "leftarrow": "←", "gets": "←", "leftrightarrow": "↔",
    "Rightarrow": "⇒", "Leftarrow": "⇐", "Leftrightarrow": "⇔", "implies": "⟹", "iff": "⟺",
    "impliedby": "⟸", "longrightarrow": "⟶", "longleftarrow": "⟵", "Longrightarrow": "⟹",
    "longleftrightarrow": "⟷", "mapsto": "↦", "longmapsto": "⟼", "hookrightarrow": "↪",
    "hookleftarrow": "↩", "uparrow": "↑", "downarrow": "↓", "updownarrow": "↕",
    "Uparrow": "⇑", "Downarrow": "⇓", "nearrow": "↗", "searrow": "↘", "nwarrow": "↖",
    "swarrow": "↙", "rightharpoonup": "⇀", "rightleftharpoons": "⇌", "leadsto": "⇝",
    "rightsquigarrow": "⇝", "twoheadrightarrow": "↠", "nrightarrow": "↛", "therefore": "∴",
    "because": "∵", "trianglelefteq": "⊴", "triangleleft": "◁", "triangleright": "▷",
    "lhd": "◁", "rhd": "▷",
}  # fmt: skip
LARGE = {
    "sum": "∑", "prod": "∏", "coprod": "∐", "int": "∫", "iint": "∬", "iiint": "∭",
    "oint": "∮", "bigcup": "⋃", "bigcap": "⋂", "bigsqcup": "⨆", "bigvee": "⋁",
    "bigwedge": "⋀", "bigoplus": "⨁", "bigotimes": "⨂", "bigodot": "⨀",
}  # fmt: skip
OPENING = {
    "langle": "⟨",
    "lceil": "⌈",
    "lfloor": "⌊",
    "lbrace": "{",
    "lbrack": "[",
    "lparen": "(",
    "lvert": "|",
    "lVert": "‖",
}
CLOSING = {
    "rangle": "⟩",
    "rceil": "⌉",
    "rfloor": "⌋",
    "rbrace": "}",
    "rbrack": "]",
    "rparen": ")",
    "rvert": "|",
    "rVert": "‖",
}
NEGATED = {"=": "≠", "∈": "∉", "≡": "≢", "⊂": "⊄", "⊆": "⊈", "∼": "≁", "≈": "≉", "⊨": "⊭", "∣": "∤"}
BLANKS = {
    ",": " ", ";": " ", ":": " ", " ": " ", ">": " ", "~": " ", "quad": " ", "qquad": " ",
    "enspace": " ", "thinspace": " ", "space": " ", "!": "", "/": "", "negthinspace": "",
    "nobreak": "", "allowbreak": "", "relax": "",
}  # fmt: skip
ESCAPED = frozenset("%$&#_{}")
# Names that are read outside maths too; English words among them only where they stand alone.
SIGNS = {**ORDINARY, **INNER, **BINARY, **RELATIONS, **LARGE, **OPENING, **CLOSING}
_DOUBLE_STRUCK = {
    "C": "ℂ", "H": "ℍ", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ",
    **{chr(65 + n): chr(0x1D538 + n) for n in range(26) if chr(65 + n) not in "CHNPQRZ"},
    **{chr(97 + n): chr(0x1D552 + n) for n in range(26)},
    **{str(n): chr(0x1D7D8 + n) for n in range(10)},
}  # fmt: skip
DOUBLE_STRUCK = str.maketrans(_DOUBLE_STRUCK)
GREEK = frozenset(_GREEK)
DOTTED = str.maketrans("ıȷ", "ij")
CITATIONS = names("cite citep citet citealp citeauthor parencite textcite autocite")
