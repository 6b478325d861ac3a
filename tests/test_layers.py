"""Imports point downwards: no module of the package imports a higher layer."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "gymlib"

# Lower layers first. A module imports modules of lower layers and of its own.
LAYERS = [
    {"paths", "skeleton", "labels", "clips", "schemas", "progress", "reference"},
    {"annotations", "agreement", "annotation_check", "preprocessing", "splits", "metrics",
     "ensemble", "pose_quality", "results", "answers", "claims", "review", "running_agreement",
     "label_session"},
    {"io", "video", "provenance", "lock", "processes", "vectors"},
    {"models", "training", "compiled"},
    {"protocol", "tuning", "unit", "outer_folds", "execution", "nested_cv", "transfer"},
    {"pose", "overlay", "importers", "exchange", "recovered", "inventory", "labelling",
     "application", "plots", "widgets", "viewer", "label_file", "report", "guide",
     "pipeline", "simulation"},
    {"bench", "__main__"},
]  # fmt: skip
RANK = {module: rank for rank, layer in enumerate(LAYERS) for module in layer}

# Third-party packages that one module alone may import.
ONLY = {
    "optuna": {"tuning"},
    "mediapipe": {"pose"},
    "papermill": {"pipeline"},
    "pympi": {"exchange"},
}


def modules() -> dict[str, list[Path]]:
    """Top-level module or sub-package of gymlib -> its files."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        name = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if name != "__init__":
            found.setdefault(name, []).append(file)
    return found


def imported(file: Path) -> set[str]:
    """Dotted names a file imports, with the names taken from each package."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_every_module_has_a_layer():
    assert set(modules()) == set(RANK)


@pytest.mark.parametrize("module", sorted(modules()))
def test_imports_point_downwards(module):
    for file in modules()[module]:
        own = {name.split(".")[1] for name in imported(file) if name.startswith("gymlib.")}
        upward = {name for name in own if RANK.get(name, -1) > RANK[module]}
        assert not upward, f"{file.name} imports {upward} from a higher layer"


@pytest.mark.parametrize("package", sorted(ONLY))
def test_some_packages_have_one_door(package):
    importers = {
        module
        for module, files in modules().items()
        for file in files
        if any(name.split(".")[0] == package for name in imported(file))
    }
    assert importers == ONLY[package]
