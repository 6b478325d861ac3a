"""Every example in a docstring or on a page of the documentation does what it says."""

import doctest
import importlib

import pytest

from gymlib.files import paths
from gymlib.files.code import PACKAGE

OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
MODULES = sorted(
    ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for file in PACKAGE.rglob("*.py")
    if ">>> " in file.read_text("utf-8")
)
PAGES = sorted(
    file
    for file in [paths.REPOSITORY / "README.md", *paths.DOCS.rglob("*.md")]
    if ">>> " in file.read_text("utf-8")
)


def test_there_are_examples():
    assert len(MODULES) >= 7


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name):
    result = doctest.testmod(importlib.import_module(name), optionflags=OPTIONS)
    assert result.attempted and not result.failed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages(page, home):
    result = doctest.testfile(str(page), module_relative=False, optionflags=OPTIONS)
    assert result.attempted and not result.failed
