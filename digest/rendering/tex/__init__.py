"""TeX as authors type it into titles and abstracts, read as far as it is sure."""
