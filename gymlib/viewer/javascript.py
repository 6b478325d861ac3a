"""The viewer's JavaScript as the one module that anywidget asks for.

The files in js/ are ordinary ES modules that import each other. Joined in the order in which they
need each other, without their import and export words, they are one module with the same names;
no bundler, no build step and no network is needed.
"""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "js"

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


@cache
def script() -> str:
    """All modules as one, ending in the default export of widget.js."""
    parts: dict[str, str] = {}
    _add("widget.js", parts)
    return "\n".join(parts.values())


def _add(name: str, parts: dict[str, str]) -> None:
    """Add a module behind everything that it imports."""
    source = _read(name)
    for needed in _IMPORT.findall(source):
        if needed not in parts:
            _add(needed, parts)
    parts[name] = _EXPORT.sub("", _IMPORT.sub("", source))


@cache
def style() -> str:
    """The style sheets as one, that of all viewers first."""
    return _read("viewer.css") + _read("panels.css")


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
