"""arXiv as the tests serve it: the feed of a day, and list pages, of invented papers."""

from datetime import UTC, date, datetime


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 7, 30, tzinfo=UTC)


def feed_path(category: str = "cs.LG") -> str:
    return f"/atom/{category}"


def page_path(day: date, category: str = "cs.LG", page: int = 1) -> str:
    further = f"&page={page}" if page > 1 else ""
    return f"/catchup/{category}/{day}?abs=True{further}"


def feed(day: date, *ids: str) -> bytes:
    entries = "".join(
        f"<entry><id>oai:arXiv.org:{each}v1</id><title>Graphs</title>"
        f"<summary>arXiv:{each}v1 Announce Type: new \nAbstract: We.</summary>"
        f"<published>{day}T00:00:00-05:00</published><category term='cs.LG'/>"
        "<arxiv:announce_type>new</arxiv:announce_type></entry>"
        for each in ids
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom' "
        "xmlns:arxiv='http://arxiv.org/schemas/atom'><id>http://rss.arxiv.org/atom/cs.LG</id>"
        f"<title>cs.LG updates on arXiv.org</title><updated>{day}T05:00:02+00:00</updated>"
        f"{entries}</feed>"
    ).encode()


def page(day: date, *ids: str, first: int = 1, total: int | None = None) -> bytes:
    total = len(ids) if total is None else total
    title = f"{day:%a}, {day:%d} {day:%b} {day.year}"
    entries = "".join(
        f"<dt><a name='item{number}'>[{number}]</a>"
        f'<a href ="/abs/{each}" title="Abstract" id="{each}">arXiv:{each}</a></dt>'
        "<dd><div class='list-title mathjax'><span class='descriptor'>Title:</span>Graphs</div>"
        "</dd>"
        for number, each in enumerate(ids, first)
    )
    counted = f"<h3>New submissions (showing {len(ids)} of {total} entries)</h3>"
    listed = f"<dl id='articles'>{counted}{entries}</dl>" if ids else ""
    return (
        f"<!DOCTYPE html><html><body><div id='dlpage'><h1>Catchup results for Machine Learning on "
        f"{title}</h1><div>Total of {total} entries{'' if ids else f' for {title}'}</div>"
        f"{listed}</div></body></html>"
    ).encode()
