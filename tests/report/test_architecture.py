"""The page about the architecture: its names exist, its rooms are the package's."""

import importlib
import re
from functools import reduce

import pytest

from gymlib.files import paths
from gymlib.report import architecture

COMMITTED = (paths.DOCS / "architecture.md").read_text("utf-8")
NAMES = sorted(set(re.findall(architecture.NAME, COMMITTED)))


def exists(name: str) -> bool:
    """Whether a module, or something in a module, has this dotted name."""
    parts = ["gymlib", *name.split(".")]
    for k in range(len(parts), 1, -1):
        try:
            module = importlib.import_module(".".join(parts[:k]))
        except ModuleNotFoundError:
            continue
        try:
            reduce(getattr, parts[k:], module)
        except AttributeError:
            return False
        return True
    return False


def test_what_the_page_names_exists():
    assert len(NAMES) > 30
    assert [name for name in NAMES if not exists(name)] == []


def test_folders_that_the_page_names_exist():
    for path in re.findall(r"`(gymlib/[\w/.]+|tests/[\w/.]+)`", COMMITTED):
        assert (paths.REPOSITORY / path).exists(), path


@pytest.mark.slow
def test_imports_are_counted():
    found = architecture.arrows()
    assert found["__main__", "report"] and not found["files", "report"]
    assert all(
        architecture.ROOMS.index(above) > architecture.ROOMS.index(below) for above, below in found
    )


@pytest.mark.slow
def test_the_page_and_its_drawing_are_written_the_same_each_time(tmp_path):
    written = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        architecture.write(folder)
        written.append({file.name: file.read_bytes() for file in folder.iterdir()})
    assert written[0].keys() == {"architecture.md", "architecture.svg"}
    text = written[0]["architecture.md"].decode()
    for room in architecture.ROOMS:
        assert f"| `{room}` |" in text
    assert "<!-- " not in text and "](architecture.svg)" in text
    assert "{py:obj}`models.names <gymlib.models.names>`" in text
    assert written[0]["architecture.md"] == written[1]["architecture.md"]


@pytest.mark.slow
def test_a_lost_mark_is_named(monkeypatch, tmp_path):
    (tmp_path / "architecture.md").write_text("<!-- rooms -->")
    monkeypatch.setattr(paths, "DOCS", tmp_path)
    with pytest.raises(ValueError, match="lost its mark <!-- map -->"):
        architecture.page()
