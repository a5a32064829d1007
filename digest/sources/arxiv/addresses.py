"""Where a paper with an arXiv id can be read."""


def abs_url(arxiv_id: str) -> str:
    """The page of the latest version."""
    return f"https://arxiv.org/abs/{arxiv_id}"


def pdf_url(arxiv_id: str) -> str:
    """The PDF of the latest version."""
    return f"https://arxiv.org/pdf/{arxiv_id}"
