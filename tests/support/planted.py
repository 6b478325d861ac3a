"""Code as strangers may plant it in names, comments and descriptions, a kind of each."""

import csv
import re
from pathlib import Path

HTML = (
    "<script>window.planted=1</script>",
    "<img src=x onerror=window.planted=2>",
    "<svg onload=window.planted=3>",
    "\"'><b onclick=window.planted=4>",
)
MARKDOWN = (
    "[x](javascript:window.planted=5)",
    "```{raw} html\n<script>window.planted=6</script>\n```",
    "{raw-html}`<img src=x onerror=window.planted=7>`",
    "![x](http://planted.example/8.png)",
    "$\\href{javascript:window.planted=9}{x} \\frac$",
    "{{ 7*7 }}{% raw %}{{{ x }}}",
)
FORMULAS = (
    '=HYPERLINK("http://planted.example")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    'x",0\n=1+1,"',
    "arms;=1+1",
    "\uff1d1+1",
    "'=1",
    "-5",
)
PATHS = ("../../planted", "/planted", "C:\\planted", "\\\\planted\\x", "a\0b", "a/b", "..")
UNSEEN = ("a\u202eb", "a\u200bb", "a\x1b[2Jb", "a\nb")
ONE_EACH = (
    HTML[0], MARKDOWN[1], FORMULAS[0], FORMULAS[5], PATHS[0], "a\0b", UNSEEN[0], UNSEEN[3],
)  # fmt: skip
CODE = (*HTML, *MARKDOWN, *FORMULAS, *PATHS, *UNSEEN)

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?(e[+-]?\d+)?")


def plain(text: str) -> str:
    """What a page can show of a text: one line of characters that are seen."""
    line = " ".join(text.split())
    return " ".join("".join(own for own in line if own.isprintable()).split())


def formulas(file: Path) -> list[str]:
    """Cells of a table of text that a spreadsheet evaluates, wherever it lets a cell begin.

    It takes the file's separator, or where the decimal mark is a comma the semicolon.
    """
    found, own = [], "\t" if file.suffix == ".tsv" else ","
    for separator in (own, ";"):
        with file.open(encoding="utf-8", newline="") as lines:
            cells = [cell for row in csv.reader(lines, delimiter=separator) for cell in row]
        found += [c for c in cells if _FORMULA.match(c) and not _NUMBER.fullmatch(c)]
    return found
