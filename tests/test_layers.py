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


def _named(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {_named(file): file.read_text() for file in sorted(PACKAGE.rglob("*.py"))}
"""Dotted name -> text of every module."""


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


def test_imports_point_downwards():
    for module in sorted(set(SOURCES) - {"gymlib"}):
        used = imports_of(SOURCES[module]) - {"gymlib"}
        upward = {name for name in used if ROOMS.index(room(name)) > ROOMS.index(room(module))}
        assert not upward, f"{module} imports {upward} from a room above it"


def test_no_modules_import_each_other_in_circles():
    graph = {name: imports_of(text) - {name} for name, text in SOURCES.items()}
    while leaves := {name for name, used in graph.items() if not used & graph.keys()}:
        graph = {name: used for name, used in graph.items() if name not in leaves}
    assert not graph, f"circle among {sorted(graph)}"


def packages(source: str) -> set[str]:
    """Top names of all that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


def test_some_packages_have_one_door():
    importers = {package: set() for package in ONLY}
    for module, source in SOURCES.items():
        for package in packages(source) & ONLY.keys():
            importers[package].add(room(module))
    assert importers == ONLY
