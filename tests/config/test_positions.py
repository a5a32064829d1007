"""The line of every key, through everything TOML allows."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.document import KeyPath, key_lines

TEXT = '''# a comment
top = 1

[mail] # another
from = "a # b"
"quoted key" = 'x'
nested . dotted = [
  "one", # with ] inside
  ["two", "three"],
  { a = 1, b = [
      2] },
]
about = """
[not.a.table]
key = "\\""""""
raw = \'\'\'
]\'\'\'\'\'

[[source]]
name = "a"
[[source]]
name = "b"
[source.deep.er]
day = 1979-05-27 07:32:00
[[source.list]]
x = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        pytest.param((), 1, id="document"),
        pytest.param(("top",), 2, id="key above every table"),
        pytest.param(("mail",), 4, id="table"),
        pytest.param(("mail", "from"), 5, id="key with a # in its value"),
        pytest.param(("mail", "quoted key"), 6, id="quoted key"),
        pytest.param(("mail", "nested"), 7, id="first part of a dotted key"),
        pytest.param(("mail", "nested", "dotted"), 7, id="dotted key"),
        pytest.param(("mail", "nested", "dotted", 0), 8, id="element"),
        pytest.param(("mail", "nested", "dotted", 1, 1), 9, id="element of an element"),
        pytest.param(("mail", "nested", "dotted", 2, "b", 0), 11, id="in an inline table"),
        pytest.param(("mail", "about"), 13, id="text of several lines"),
        pytest.param(("mail", "raw"), 16, id="after quotes at the end of a text"),
        pytest.param(("source",), 19, id="list of tables"),
        pytest.param(("source", 0), 19, id="first of them"),
        pytest.param(("source", 1, "name"), 22, id="key in the second of them"),
        pytest.param(("source", 1, "deep"), 23, id="table between"),
        pytest.param(("source", 1, "deep", "er", "day"), 24, id="table below the last of a list"),
        pytest.param(("source", 1, "list", 0, "x"), 26, id="list of tables in a list of tables"),
    ],
)
def test_a_key_has_its_line(path: KeyPath, line: int) -> None:
    tomllib.loads(TEXT)

    assert key_lines(TEXT)[path] == line


def paths(data: Any, above: KeyPath = ()) -> set[KeyPath]:
    found = {above}
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        below = (*above, key)
        found |= paths(value, below) if isinstance(value, dict | list) else {below}
    return found


def test_every_key_of_the_data_has_a_line_and_no_other() -> None:
    assert set(key_lines(TEXT)) == paths(tomllib.loads(TEXT))


_PIECES = (
    *("[a]", "[[b]]", "[b.c]", "[[b.d]]", "k = 1", "'k' = [1, {x = 2}, []]", "e.f = {}", "#", ""),
    *('m = """\n"\\""""', "n = '''\n'''''", "o = [ # ]\n1 ,\n]", 'p."q.r" = ".."'),
    *("\ts = -inf ", '"" = 0', "t={u.v=1,w='}'}"),
)


@given(st.lists(st.sampled_from(_PIECES), max_size=12))
def test_whatever_is_toml_has_the_lines_of_its_keys(pieces: list[str]) -> None:
    text = "\n".join(pieces)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return

    assert set(key_lines(text)) == paths(data)
