"""Turns an issue into a message: subject, HTML and text, from the templates."""
