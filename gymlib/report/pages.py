"""Executed notebooks prepared for readers: code folded away, figures with caption and origin.

What a figure shows is written once, in the metadata of its cell (``mystnb``: name, caption and
alternative text); the notebook's own metadata say which data and code it was made from. A text
that data may leave without an answer carries the tag :data:`ANSWERED`.
"""

import copy
from itertools import takewhile

import nbformat
from nbformat import NotebookNode

PICTURES = ("image/svg+xml", "image/png")
ANSWERED = "only-with-output"
"""Tag of a text that stands only where the code below it shows something."""


def prepare(notebook: NotebookNode, dataset: str, name: str) -> NotebookNode:
    """A copy of an executed notebook for the site.

    The title names the data set. Texts tagged :data:`ANSWERED` that have nothing to say on it are
    left out, a heading with its whole section. Code cells are folded, those that show nothing
    together with the next. The pictures of a captioned cell come first and carry caption, anchor
    and origin; its other outputs, which read the picture, follow in a cell of their own.
    """
    origin = _origin(notebook.metadata.get("gymlib", {}), dataset, name)
    cells = []
    for cell in _joined(_answered(copy.deepcopy(notebook.cells))):
        if cell.cell_type == "code":
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-input"]
            cells += _with_captions(cell, dataset, origin)
        else:
            cells.append(cell)
    if cells and cells[0].source.startswith("# "):
        head, *rest = cells[0].source.split("\n")
        cells[0].source = "\n".join([f"{head}, {dataset}", *rest])
    return nbformat.v4.new_notebook(cells=cells, metadata={
        key: value for key, value in notebook.metadata.items() if key not in ("gymlib", "papermill")
    })  # fmt: skip


def title(notebook: NotebookNode) -> str:
    """The notebook's first heading, or "" if it does not begin with one."""
    first = notebook.cells[0].source if notebook.cells else ""
    return first.split("\n")[0].removeprefix("# ") if first.startswith("# ") else ""


def _answered(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Without tagged texts whose code shows nothing, and without that code."""
    kept, rest = [], cells
    while rest:
        cell, *rest = rest
        if ANSWERED in cell.metadata.get("tags", []):
            below = list(takewhile(lambda other, text=cell: not _ends(text, other), rest))
            if not any(other.get("outputs") for other in below):
                rest = rest[len(below) :]
                continue
        kept.append(cell)
    return kept


def _ends(text: NotebookNode, other: NotebookNode) -> bool:
    """Whether ``text`` speaks no longer of ``other``: of a heading another as high or higher."""
    if not (level := _level(text)):
        return other.cell_type == "markdown"
    return 0 < _level(other) <= level


def _level(cell: NotebookNode) -> int:
    """1 to 6 of a cell that begins with a heading, else 0."""
    first = cell.source.split(" ")[0] if cell.cell_type == "markdown" else ""
    return len(first) if first and not first.strip("#") else 0


def _joined(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Code cells without outputs become the head of the code cell that follows.

    Of the parameters only those of the run stay, which papermill put below the defaults.
    """
    tags = [cell.metadata.get("tags", []) for cell in cells]
    if any("injected-parameters" in own for own in tags):
        cells = [cell for cell, own in zip(cells, tags) if "parameters" not in own]
    result = []
    for cell in cells:
        before = result[-1] if result else None
        if before and before.cell_type == cell.cell_type == "code" and not before.outputs:
            cell.source = f"{result.pop().source}\n\n{cell.source}"
        result.append(cell)
    return result


def _origin(about: dict, dataset: str, name: str) -> str:
    """Notebook, data and commit in one line; what was not recorded is left out."""
    parts = [name, f"{dataset}, data {about['data']}" if "data" in about else dataset]
    return " · ".join([*parts, f"commit {about['commit']}"] if "commit" in about else parts)


def is_picture(output: NotebookNode) -> bool:
    """Whether an output holds a picture."""
    return any(kind in output.get("data", {}) for kind in PICTURES)


def _with_captions(cell: NotebookNode, dataset: str, origin: str) -> list[NotebookNode]:
    options = cell.metadata.pop("mystnb", {})
    pictures = [output for output in cell.outputs if is_picture(output)]
    rest = [output for output in cell.outputs if not is_picture(output)]
    if not pictures or "figure" not in options:
        return [cell]
    figure = options["figure"]
    figure["name"] = f"{dataset}-{origin[:2]}-{figure['name']}"
    figure["caption"] += f"\n\n{origin}"
    cell.metadata["mystnb"], cell.outputs = options, pictures
    if not rest:
        return [cell]
    reading = nbformat.v4.new_code_cell(
        "# MyST-NB leaves out cells without source, and their outputs with them",
        outputs=rest,
        execution_count=cell.execution_count,
        metadata={"tags": ["remove-input"]},
    )
    return [cell, reading]
