"""Whatever stands in a file: settings or a ConfigError of single lines, nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.config import Settings, load, load_subscriber
from digest.errors import ConfigError

EXAMPLE = (Path(__file__).parents[2] / "config.example.toml").read_text(encoding="utf-8")
LIVE = [line for line in EXAMPLE.split("\n") if line and not line.startswith("# ")]
VALUES = (
    *("1", "-1", "0x" + "f" * 4000, "1e400", "nan", "true", "2026-01-01", "07:30:00"),
    *("[]", "[[]]", "[1]", '["a"]', "{}", "{ a = 1 }", '{ file = "x" }', '{ env = "X" }'),
    *('""', '"x"', '"\\u0000"', '"\\u2028"', '"../" ', '"*"', '"a@b"', '"99999999999999y"'),
    *('"{"', '"[::1"', '"http://[::1"', '"' + "x" * 5000 + '"', '"sqlite:///"', '"Europe"'),
)
_slow = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def problems(read: Callable[[Path], object], config: Path) -> tuple[str, ...]:
    try:
        read(config)
    except ConfigError as error:
        return error.problems
    return ()


def answer(content: bytes, folder: Path) -> None:
    """Load the content as both kinds of file; only a ConfigError may come of it."""
    config = folder / "digest.toml"
    config.write_bytes(content)
    settings = Settings(path=config)
    both = problems(load, config) + problems(lambda path: load_subscriber(path, settings), config)
    for problem in both:
        assert problem.startswith(f"{config}:")
        assert len(problem.splitlines()) == 1
        assert "Input should" not in problem


@_slow
@given(content=st.binary(max_size=200))
def test_garbage_is_answered(content: bytes, tmp_path: Path) -> None:
    answer(content, tmp_path)


@_slow
@given(
    changes=st.lists(st.tuples(st.integers(0, len(LIVE) - 1), st.sampled_from(VALUES)), max_size=6),
    gone=st.sets(st.integers(0, len(LIVE) - 1), max_size=3),
)
def test_wrong_values_are_answered(
    changes: list[tuple[int, str]], gone: set[int], tmp_path: Path
) -> None:
    lines = [line.removeprefix("#") if n in dict(changes) else line for n, line in enumerate(LIVE)]
    for number, value in changes:
        key, equals, _ = lines[number].partition(" = ")
        lines[number] = f"{key} = {value}" if equals else lines[number]
    kept = [line for number, line in enumerate(lines) if number not in gone]
    answer("\n".join(kept).encode(), tmp_path)


@_slow
@given(at=st.integers(0, len(EXAMPLE)), cut=st.integers(0, 30), put=st.text(max_size=5))
def test_a_mangled_text_is_answered(at: int, cut: int, put: str, tmp_path: Path) -> None:
    text = EXAMPLE[:at] + put + EXAMPLE[at + cut :]
    answer(text.encode(errors="surrogatepass"), tmp_path)


@pytest.mark.parametrize("value", VALUES)
def test_each_odd_value_is_answered_for_each_key(value: str, tmp_path: Path) -> None:
    for number, line in enumerate(LIVE):
        key, equals, _ = line.removeprefix("#").partition(" = ")
        if equals and not line.startswith("#["):
            lines = [*LIVE[:number], f"{key} = {value}", *LIVE[number + 1 :]]
            answer("\n".join(lines).encode(), tmp_path)
