"""Fixtures shared by all tests."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no reason to fail: speed is measured by `make bench`.
settings.register_profile("gymlib", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=50)  # for `make test-unit`
settings.load_profile("gymlib")

# A shell lets what it starts in the background ignore Ctrl-C, and children inherit that; the
# tests that press it in child processes need it heard wherever they run.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """An empty home for data, figures and report, away from the repository."""
    monkeypatch.setenv("GYMLIB_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def notebooks(home) -> Path:
    """A folder for JupyterLab, beside the data."""
    folder = home / "notebooks"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real skeletons and videos named by GYMLIB_REAL_DATA; skips without it."""
    folder = os.environ.get("GYMLIB_REAL_DATA")
    if not folder:
        pytest.skip("real data not at hand: set GYMLIB_REAL_DATA to its folder")
    if not Path(folder).is_dir():
        pytest.fail(f"GYMLIB_REAL_DATA={folder} is not a folder")
    return Path(folder)
