"""The README says what is true."""

import re
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from world import run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> dict[str, str]:
    """What `digest --help` lists: each command and its help."""
    listed = run("--help").out.split("COMMAND\n")[1].split("exit codes")[0]
    return dict(re.findall(r"^    (\w+) +(.+)$", listed, re.MULTILINE))


def test_the_first_screen_has_exactly_two_commands() -> None:
    first = README.split("```")[1]
    assert re.findall(r"^make \w+", first, re.MULTILINE) == ["make demo", "make test"]
    assert len(first.strip().splitlines()) == 3  # the fence's language, and the two
    assert README.index("```sh") < README.index("docs/issue.png") < 1_000


def test_every_command_is_in_the_readme_and_no_other() -> None:
    there = {name for name, does in commands().items() if "(not yet)" not in does}
    assert set(re.findall(r"^\| `digest (\w+)` \|", README, re.MULTILINE)) == there


def test_what_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", README)
    local = [a or b for a, b in links if not (a or b).startswith("http")]
    assert local
    assert all((ROOT / link).is_file() for link in local)


def test_the_configuration_in_the_readme_is_a_good_one(tmp_path: Path) -> None:
    examples = "\n".join(re.findall(r"```toml\n(.+?)```", README, re.DOTALL))
    config = tmp_path / "config.toml"
    config.write_text(f'[mail]\nfrom = "a@example.org"\ndirectory = "out"\n{examples}')
    key = Ed25519PrivateKey.generate()
    (tmp_path / "dkim.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    assert run("--config", str(config), "check").code == 0
