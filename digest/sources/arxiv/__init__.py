"""arXiv: its feeds, pages, interfaces, mailings and abstracts, and when it announces."""
