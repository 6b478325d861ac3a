"""Where everything lives: one place that knows the folder layout.

The environment variable ``GYMLIB_HOME`` moves data, figures and report elsewhere (tests do
this); otherwise they live in the repository.
"""

import os
import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
NOTEBOOKS = REPOSITORY / "notebooks"
DOCS = REPOSITORY / "docs"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def home() -> Path:
    """The folder that holds data/, figures/ and report/."""
    return Path(os.environ.get("GYMLIB_HOME", REPOSITORY)).resolve()


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


def dataset(name: str) -> Path:
    """Folder of a data set, data/<name>."""
    return home() / "data" / safe_name(name, "data set")


def annotation(dataset_name: str, annotator: str, draft: bool = False) -> Path:
    """An annotator's file: annotations/<annotator>.csv, or drafts/<annotator>.csv of a data set."""
    folder = dataset(dataset_name) / ("drafts" if draft else "annotations")
    return folder / f"{safe_name(annotator, 'annotator')}.csv"


def results(dataset_name: str, protocol: str) -> Path:
    """Folder of one protocol's results, data/<name>/results/<protocol>."""
    return dataset(dataset_name) / "results" / safe_name(protocol, "protocol")


def report(dataset_name: str) -> Path:
    """Folder of the executed notebooks and the site, report/<name>."""
    return home() / "report" / safe_name(dataset_name, "data set")


def figures(dataset_name: str) -> Path:
    """Folder of a data set's figures, figures/<name>."""
    return home() / "figures" / safe_name(dataset_name, "data set")
