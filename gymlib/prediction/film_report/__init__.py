"""A page about each film that was labelled, for whoever filmed it, and a page that lists them.

A page is one file: its pictures are in it, it needs no network and runs no script.
"""

from gymlib.prediction.film_report.page import FilmReport, told, write, write_index, write_overview

__all__ = ["FilmReport", "told", "write", "write_index", "write_overview"]
