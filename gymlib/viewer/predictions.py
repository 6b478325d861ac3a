"""Results on disk: which there are, and the answers of all models of one protocol."""

from pathlib import Path

import pandas as pd

from gymlib.dataset import Dataset, names
from gymlib.evaluation import errors
from gymlib.files.tables import read_table

FILE = "predictions.parquet"


def protocols(data: Dataset) -> list[str]:
    """Protocols with results on a data set."""
    return sorted(file.parent.name for file in data.folder.glob(f"results/*/{FILE}"))


def datasets(home: Path) -> list[str]:
    """Data sets with results."""
    return [name for name in names(home) if protocols(Dataset(name, home))]


def read_models(data: Dataset, protocol: str | None = None) -> tuple[str, dict[str, pd.DataFrame]]:
    """A protocol (None: the first there is), and the answers of each of its models by name.

    Raises ValueError if there are no such results.
    """
    known = protocols(data)
    if not known:
        raise ValueError(f"data set {data.name!r} has no results yet; run notebook 06")
    if protocol is not None and protocol not in known:
        raise ValueError(
            f"data set {data.name!r} has no results of protocol {protocol!r}; there are "
            f"{', '.join(known)}"
        )
    protocol = protocol or known[0]
    return protocol, errors.of_models(read_table(data.results(protocol) / FILE))
