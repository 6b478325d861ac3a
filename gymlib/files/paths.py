"""Where everything lives: the folders of the repository, and the home of data and results."""

import os
import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
NOTEBOOKS = REPOSITORY / "notebooks"
DOCS = REPOSITORY / "docs"
PUBLISHED = REPOSITORY / "report"
"""The published report: its site, its tables. Only ``make publish`` writes there."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def home() -> Path:
    """The default home of data/, figures/ and build/: GYMLIB_HOME, or else the repository."""
    return Path(os.environ.get("GYMLIB_HOME", REPOSITORY)).resolve()


def work(home: Path) -> Path:
    """The folder that runs write to: site, film, timings, and report/<data set>/ of each."""
    return Path(home) / "build"


def made_safe(name: str, otherwise: str) -> str:
    """A name that :func:`safe_name` takes: what is no letter, digit, "_" or "-" as "_".

    ``otherwise`` where nothing is left of it.

    >>> made_safe("Salto 1 (copy)", "video")
    'Salto_1_copy'
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-")[:100] or otherwise


def nearest_name(name: str, otherwise: str) -> str:
    """The name itself if :func:`safe_name` takes it, else what :func:`made_safe` makes of it.

    >>> nearest_name("Ben.2", "person"), nearest_name("IMG 0042 (1)", "video")
    ('Ben.2', 'IMG_0042_1')
    """
    return name if _NAME.fullmatch(name) else made_safe(name, otherwise)


def safe_name(name: str, what: str = "name") -> str:
    """``name`` itself if it can be one path component; ValueError otherwise.

    Names of data sets, videos, clips and annotators become file names: letters, digits, "_",
    "-" and "." only, not starting with a dot, so that no name leads outside its folder.
    """
    if not _NAME.fullmatch(str(name)):
        raise ValueError(
            f"{what} {name!r} cannot be a file name: use letters, digits, '_', '-' and '.', "
            "starting with a letter or digit, at most 100 characters"
        )
    return str(name)
