"""TOML → frozen settings: all mistakes at once, each with its line; secrets by reference."""

from digest.config.load import load
from digest.config.paths import find, matches
from digest.config.secret import Secret
from digest.config.settings import BrokenFile, MailSettings, Settings, SourceSettings
from digest.config.subscribers import load_subscriber, read_subscriber

__all__ = [
    "BrokenFile",
    "MailSettings",
    "Secret",
    "Settings",
    "SourceSettings",
    "find",
    "load",
    "load_subscriber",
    "matches",
    "read_subscriber",
]
