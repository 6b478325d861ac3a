"""Results on disk: which there are, and the answers of all models of one protocol."""

from functools import cached_property

import pandas as pd

from gymlib.evaluation import errors
from gymlib.files import paths
from gymlib.files.tables import read_table

FILE = "predictions.parquet"


class Study:
    """The answers of all models of one protocol on one data set."""

    def __init__(self, dataset: str, protocol: str | None = None):
        known = protocols(dataset)
        if not known:
            raise ValueError(f"data set {dataset!r} has no results yet; run notebook 06")
        if protocol is not None and protocol not in known:
            raise ValueError(
                f"data set {dataset!r} has no results of protocol {protocol!r}; there are "
                f"{', '.join(known)}"
            )
        self.dataset, self.protocol = dataset, protocol or known[0]

    @cached_property
    def models(self) -> dict[str, pd.DataFrame]:
        """Name -> answers."""
        table = read_table(paths.results(self.dataset, self.protocol) / FILE)
        return errors.of_models(table)

    def check(self, model: str) -> None:
        """ValueError if there is no such model."""
        if model not in self.models:
            raise ValueError(
                f"protocol {self.protocol!r} has no model {model!r}; there are "
                f"{'; '.join(self.models)}"
            )


def protocols(dataset: str) -> list[str]:
    """Protocols with results on a data set."""
    found = (paths.dataset(dataset) / "results").glob(f"*/{FILE}")
    return sorted(file.parent.name for file in found)


def datasets() -> list[str]:
    """Data sets with results."""
    found = {file.parents[2].name for file in (paths.home() / "data").glob(f"*/results/*/{FILE}")}
    return sorted(found)
