"""The viewer's JavaScript as the one module that anywidget asks for.

The files in js/ are ordinary ES modules that import each other. Joined in the order in which they
need each other, without their import and export words, they are one module with the same names;
no bundler, and no network, is needed.
"""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "js"
ENTRY = "widget.js"

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


@cache
def script() -> str:
    """All modules as one, ending in the default export of widget.js."""
    order: list[str] = []
    _visit(ENTRY, order)
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", _source(name))) for name in order)


@cache
def style() -> str:
    """The style sheets as one, that of all viewers first."""
    return _source("viewer.css") + _source("panels.css")


def _visit(name: str, order: list[str]) -> None:
    """Append a module behind everything that it imports."""
    for needed in _IMPORT.findall(_source(name)):
        if needed not in order:
            _visit(needed, order)
    order.append(name)


def _source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
