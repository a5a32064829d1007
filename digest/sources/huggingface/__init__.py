"""Hugging Face Daily Papers: the text of its page, its interface."""
