"""The ten papers of the morning that matter to you, by e-mail."""

__version__ = "0.1.0"
