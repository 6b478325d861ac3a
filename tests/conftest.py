"""Fixtures shared by all tests."""

import gc
import os
import signal
import sys
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

# nbformat's jsonschema would build parsers of IRIs for seconds; no notebook holds one.
sys.modules.setdefault("rfc3987_syntax", None)


def pytest_collection_finish():
    """What has been imported stays: no collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)  # after those that leave tests out
def pytest_collection_modifyitems(items):
    """The longest tests first, dealt to the workers: none is left alone with one at the end.

    ``--dist worksteal`` gives every worker a stretch of the tests, all of one length.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
    longest = sorted(filter(_seconds, items), key=_seconds, reverse=True)
    others, ordered = [item for item in items if not _seconds(item)], []
    for worker in range(workers):
        own = longest[worker::workers]
        share = (len(items) - len(ordered)) // (workers - worker)
        rest = max(share - len(own), 0)
        ordered += own + others[:rest]
        others = others[rest:]
    items[:] = ordered


def _seconds(item) -> float:
    """What a test says of its length; 0 if nothing."""
    marker = item.get_closest_marker("slow")
    return marker.kwargs.get("seconds", 0) if marker else 0


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
