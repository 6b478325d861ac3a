"""A page about each film that was labelled, for whoever filmed it, a page that lists them, and one
about two attempts.

A page is one file: its pictures are in it, it needs no network and runs no script.
"""

from gymlib.prediction.film_report.comparison import Side, write_comparison
from gymlib.prediction.film_report.listing import write_index, write_overview
from gymlib.prediction.film_report.page import FilmReport, told, write

__all__ = [
    "FilmReport", "Side", "told", "write", "write_comparison", "write_index", "write_overview",
]  # fmt: skip
