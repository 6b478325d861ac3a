"""Pages about functions: what they list, how docstrings read, and that Sphinx can build them."""

import ast

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from gymlib.files.atomic import write_text
from gymlib.files.code import PACKAGE
from gymlib.report import api


def test_public_members_are_in_the_order_of_the_file(tmp_path):
    file = tmp_path / "module.py"
    file.write_text(
        'LIMIT = 3\n"""Metres."""\nSILENT = 4\ndef run(): pass\ndef _hidden(): pass\n'
        'RATE: float = 1.0\n"""Per second."""\nclass Thing: pass\n'
    )
    assert api.public(file) == ["LIMIT", "run", "RATE", "Thing"]


def test_sections_become_lists():
    text = """Train a model.

Parameters
----------
clips, labels : what to learn from,
    one per gymnast.
seed : of the order.

Raises
------
ValueError for nothing to learn from.
"""
    assert api.with_lists(text.splitlines()) == [
        "Train a model.",
        "",
        "",
        ".. rubric:: Parameters",
        "",
        "",
        "* ``clips``, ``labels``: what to learn from,",
        "  one per gymnast.",
        "* ``seed``: of the order.",
        "",
        "",
        "",
        ".. rubric:: Raises",
        "",
        "ValueError for nothing to learn from.",
    ]


def test_a_line_can_hold_several_items_and_an_empty_string_stays_one():
    text = ['labels : (frames,) codes. starts : (clips + 1,) "" where none.', '>>> ""', '""']
    assert api.with_lists(text) == [
        "",
        "* ``labels``: (frames,) codes.",
        '* ``starts``: (clips + 1,) ``""`` where none.',
        "",
        '>>> ""',
        '``""``',
    ]


def test_prose_stays_prose():
    text = ["One line: with a colon.", "", ">>> {'a': 1}", "{'a': 1}"]
    assert api.with_lists(text) == text


@pytest.mark.parametrize("room", ["labels", "evaluation", "training"])
def test_a_room_has_all_its_public_functions(room):
    page = api.room_page(room)
    for file in api.files(room):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                assert node.name in page, file
    assert f".. automodule:: gymlib.{room}\n" in page


@pytest.mark.slow
def test_every_room_has_a_page(tmp_path):
    api.write(tmp_path)
    rooms = {p.stem for p in PACKAGE.iterdir() if not p.stem.startswith("_")}
    assert {file.stem for file in (tmp_path / "api").glob("*.rst")} == rooms
    index = (tmp_path / "api" / "index.md").read_text()
    assert all(f"\n{room}\n" in index for room in rooms)


@pytest.mark.slow
def test_sphinx_builds_a_page_without_complaint(tmp_path):
    source = tmp_path / "source"
    write_text(source / "index.rst", api.room_page("labels") + api.room_page("dataset"))
    complaints = tmp_path / "warnings"
    with patch_docutils(), docutils_namespace(), complaints.open("w") as warning:
        Sphinx(
            source, None, tmp_path / "html", tmp_path / "trees", "html",
            {"extensions": ["gymlib.report.api"]}, status=None, warning=warning,
        ).build()  # fmt: skip
    assert complaints.read_text() == ""
    html = (tmp_path / "html" / "index.html").read_text()
    assert "<strong>Attributes" in html or "Attributes</p>" in html
    assert "Alias for field number" not in html
    assert "unknown name raises ValueError" in html
