"""The architecture: rooms, each on its own layer, imports downwards only, nothing in circles."""

import ast
from pathlib import Path

import pytest

from gymlib.files.code import imports_of
from gymlib.report.architecture import ROOMS

# ROOMS from the ground up: a module imports what stands in its own room and in rooms before it.
PACKAGE = Path(__file__).parents[1] / "gymlib"

MOST = 20
"""Rooms and modules at the top of the package, so that the listing shows the architecture."""

# Third-party packages that one room alone may import.
ONLY = {
    "ai_edge_litert": {"pose"},
    "distributed": {"files"},
    "jinja2": {"prediction"},
    "mediapipe": {"pose"},
    "numba": {"training"},
    "optuna": {"evaluation"},
    "papermill": {"report"},
    "pooch": {"thesis"},
    "pympi": {"formats"},
    "sphinx": {"report"},
}


def modules() -> dict[str, Path]:
    """Dotted name -> file of every module."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def room(module: str) -> str:
    return module.split(".")[1]


def test_the_listing_shows_the_architecture():
    entries = {path.stem for path in PACKAGE.iterdir() if path.name not in ("__pycache__",)}
    assert entries == {*ROOMS, "__init__"}
    assert len(ROOMS) <= MOST
    loose = {path.stem for path in PACKAGE.glob("*.py")}
    assert loose == {"__init__", "__main__", "labels", "skeleton"}


@pytest.mark.parametrize("name", sorted(set(ROOMS) - {"labels", "skeleton", "__main__"}))
def test_a_room_says_what_is_in_it(name):
    text = ast.get_docstring(ast.parse((PACKAGE / name / "__init__.py").read_text()))
    assert text and len(text) > 60


@pytest.mark.parametrize("module", sorted(set(modules()) - {"gymlib"}))
def test_imports_point_downwards(module):
    used = imports_of(modules()[module].read_text()) - {"gymlib"}
    upward = {name for name in used if ROOMS.index(room(name)) > ROOMS.index(room(module))}
    assert not upward, f"{module} imports {upward} from a room above it"


def test_no_modules_import_each_other_in_circles():
    graph = {name: imports_of(file.read_text()) - {name} for name, file in modules().items()}
    while leaves := {name for name, used in graph.items() if not used & graph.keys()}:
        graph = {name: used for name, used in graph.items() if name not in leaves}
    assert not graph, f"circle among {sorted(graph)}"


@pytest.mark.parametrize("package", sorted(ONLY))
def test_some_packages_have_one_door(package):
    importers = {
        room(name)
        for name, file in modules().items()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for imported in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
        )
        if imported.split(".")[0] == package
    }
    assert importers == ONLY[package]
