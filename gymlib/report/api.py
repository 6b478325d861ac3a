"""Pages about every public function, class and constant, made by Sphinx from their docstrings.

Used as a Sphinx extension of its own name: it sets autodoc up and turns the sections of a
docstring (Parameters, Attributes, Returns, Raises) into lists.
"""

import ast
import re
from pathlib import Path

from gymlib.files.atomic import write_text
from gymlib.files.code import PACKAGE
from gymlib.report.architecture import ROOMS, files

FOLDER = "api"
SECTIONS = ("Parameters", "Attributes", "Returns", "Yields", "Raises")
_ITEM = re.compile(r"(?P<names>\*{0,2}\w+(?:, \*{0,2}\w+)*)\s+:\s+(?P<text>.*)")
# Where a further item begins in the line of one.
_NEXT = re.compile(r"(?<=\.) (?=\w+(?:, \w+)* : )")
# An empty string, which typographic quotes would hide.
_EMPTY = re.compile(r"""(?<![\w"'`])""(?![\w"'`])""")


def write(source: Path) -> None:
    """Write api/index.md and api/<room>.rst into the folder of the site's sources."""
    rooms = [room for room in ROOMS if not room.startswith("_")]
    listed = "\n".join(f"{room}" for room in reversed(rooms))
    write_text(
        source / FOLDER / "index.md",
        "# Functions and classes\n\nOne page per room, from the top down. Shapes are in the "
        "signatures: `Float[ndarray, 'frames 33 2']` is an array of numbers with three axes.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n",
    )
    for room in rooms:
        write_text(source / FOLDER / f"{room}.rst", room_page(room))


def room_page(room: str) -> str:
    """One room's page as reStructuredText: each module with its public members."""
    parts = [_heading(room, "=")]
    for file in files(room):
        names = file.relative_to(PACKAGE).with_suffix("").parts
        module = ".".join(names[:-1] if names[-1] == "__init__" else names)
        members = public(file)
        if any(name.startswith("_") for name in module.split(".")):
            continue
        if module != room:
            if not members:
                continue
            parts.append(_heading(module, "-"))
        parts.append(f".. automodule:: {PACKAGE.name}.{module}\n")
        if members:
            parts.append(f"   :members: {', '.join(members)}\n")
        parts.append("\n")
    return "".join(parts)


def _heading(text: str, line: str) -> str:
    return f"{text}\n{line * len(text)}\n\n"


def public(file: Path) -> list[str]:
    """Public functions, classes and documented constants that a module defines, in its order."""
    body = ast.parse(file.read_text("utf-8")).body
    found = []
    for node, following in zip(body, [*body[1:], None]):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append(node.name)
        elif isinstance(node, ast.Assign) and _is_text(following):
            found += [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and _is_text(following):
            found.append(node.target.id)
    return [name for name in found if not name.startswith("_")]


def _is_text(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def with_lists(text: list[str]) -> list[str]:
    """A docstring's lines with its sections as lists, as reStructuredText.

    Items are written ``name, other : what they are``, one or more in a line, each ended by a full
    stop; further lines are indented. What has no such form stays a paragraph.
    """
    done, inside, titles = [], False, set()
    text = [part for line in text for part in (_NEXT.split(line) if _ITEM.match(line) else [line])]
    for k, line in enumerate(text):
        if not line.lstrip().startswith(">>>"):
            line = _EMPTY.sub('``""``', line)
        if line.strip() in SECTIONS and k + 1 < len(text) and set(text[k + 1].strip()) == {"-"}:
            done += ["", f".. rubric:: {line.strip()}", ""]
            titles |= {k, k + 1}
        if k in titles:
            continue
        if item := _ITEM.fullmatch(line):
            names = ", ".join(f"``{name}``" for name in item["names"].split(", "))
            done += [] if inside else [""]
            done.append(f"* {names}: {item['text']}")
            inside = True
        elif inside and line.startswith(" "):
            done.append("  " + line.strip())
        else:
            done += ["", line] if inside else [line]
            inside = False
    return done


def setup(app) -> dict:
    """Sphinx calls this: autodoc with short types, and docstrings of this package's form."""
    app.setup_extension("sphinx.ext.autodoc")
    for name, value in {
        "autodoc_member_order": "bysource",
        "autodoc_typehints_format": "short",
        "autodoc_preserve_defaults": True,
        "python_use_unqualified_type_names": True,
        "python_maximum_signature_line_length": 80,
        "add_module_names": False,
        "toc_object_entries_show_parents": "hide",
    }.items():
        app.config[name] = value

    def lists(app, what, name, obj, options, lines):
        lines[:] = with_lists(lines)

    def skipped(app, what, name, obj, skip, options):
        return True if (obj.__doc__ or "").startswith("Alias for field number") else None

    app.connect("autodoc-process-docstring", lists)
    app.connect("autodoc-skip-member", skipped)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
