"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """An empty home for data, figures and report, away from the repository."""
    monkeypatch.setenv("GYMLIB_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real skeletons and videos named by GYMLIB_REAL_DATA; skips without it."""
    folder = os.environ.get("GYMLIB_REAL_DATA")
    if not folder:
        pytest.skip("real data not at hand: set GYMLIB_REAL_DATA to its folder")
    if not Path(folder).is_dir():
        pytest.fail(f"GYMLIB_REAL_DATA={folder} is not a folder")
    return Path(folder)
