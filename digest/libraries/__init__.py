"""What people collect, as examples: bibliographies, Zotero, single records of Crossref."""
