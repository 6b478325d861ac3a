"""The report: executed notebooks of all data sets as one browsable site, and README's table.

The site needs no network: equations become MathML when it is built, and theme and fonts come
along. Its source pages are the executed notebooks of report/<data set>/, a front page and cards
with numbers taken from the tables beside the notebooks, and the guide in docs/.
"""

from gymlib.report.front import MARKS, results_table, update_readme
from gymlib.report.numbers import measure
from gymlib.report.site import build

__all__ = ["MARKS", "build", "measure", "results_table", "update_readme"]
