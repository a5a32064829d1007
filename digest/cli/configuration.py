"""Which configuration acts: told where nobody named it, asked about where it may surprise."""

import argparse
import os
from pathlib import Path

from digest import config
from digest.cli.output import agree, can_ask, warn
from digest.config import Settings, paths
from digest.errors import ConfigError


def load(arguments: argparse.Namespace, *, acts: bool = False) -> Settings:
    """Read the configuration; `acts` is for commands that write or send."""
    return config.load(find(arguments, acts=acts))


def find(arguments: argparse.Namespace, *, acts: bool = False) -> Path:
    """Find the configuration, and tell which it is unless it was named or lies in this folder.

    On a terminal a command that acts asks before it works with the machine's: ConfigError if it
    is not meant.
    """
    path = config.find(arguments.config, os.environ, Path.cwd())
    if arguments.config or os.environ.get("DIGEST_CONFIG") or path.parent == Path.cwd():
        return path
    is_asked = acts and path == paths.SYSTEM_FILE and not arguments.yes
    if not (is_asked and can_ask()):
        warn(f"configuration: {path}")
    elif not agree(f"There is no config.toml here. Go on with {path}?"):
        raise ConfigError(
            [
                "nothing is done: --config FILE names another configuration; "
                f"--yes goes on with {path}, and so does DIGEST_CONFIG={path}"
            ]
        )
    return path
