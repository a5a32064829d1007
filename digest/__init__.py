"""The ten papers of the morning that matter to you, by e-mail."""

__version__ = "0.1.0"

DISTRIBUTION = "daily-paper-digest"
"""What pip calls this program; `pyproject.toml` and every page say the same, by a test."""
