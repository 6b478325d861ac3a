"""Tables on disk: Parquet, or CSV where people edit them, checked at every border."""

from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from gymlib.files.atomic import atomic_path, existing

FLOAT_FORMAT = "%.6g"


class TableError(ValueError):
    """A table does not have the form its schema asks for."""


def write_table(path: Path, table: pd.DataFrame, schema=None) -> None:
    """Write a table as Parquet or CSV (by suffix), checked against ``schema`` if given."""
    path = Path(path)
    if schema is not None:
        table = check(table, schema, str(path))
    with atomic_path(path) as temporary:
        if path.suffix == ".parquet":
            table.to_parquet(temporary, index=False)
        elif path.suffix == ".csv":
            table.to_csv(temporary, index=False, float_format=FLOAT_FORMAT, lineterminator="\n")
        else:
            raise ValueError(f"{path}: a table is .parquet or .csv, found {path.suffix!r}")


def read_table(path: Path, schema=None) -> pd.DataFrame:
    """Read a Parquet or CSV table, checked against ``schema`` if given."""
    path = existing(path)
    try:
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (ValueError, OSError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        remedy = ". Delete it: the next run makes it again" if path.suffix == ".parquet" else ""
        raise TableError(f"{path} cannot be read as a table: {error}{remedy}") from error
    return table if schema is None else check(table, schema, str(path))


def check(table: pd.DataFrame, schema: pa.DataFrameSchema, where: str) -> pd.DataFrame:
    """``table`` in the form of ``schema``, or a TableError that lists every fault.

    Parameters
    ----------
    where : what the reader must mend, usually the file's name; it opens the message.
    """
    try:
        return schema.validate(table, lazy=True).copy()  # one block: coercion leaves pieces
    except pa.errors.SchemaErrors as errors:
        faults = errors.failure_cases
        raise TableError(f"{where}: {_describe(faults)}") from None


_EXPECTED = {
    "field_uniqueness": "each value once",
    "multiple_fields_uniqueness": "each combination of the key columns once",
    "not_nullable": "no missing value",
}


def _describe(faults: pd.DataFrame, most: int = 10) -> str:
    """The faults in plain words, the first ``most`` of them."""
    lines = []
    for check_name, column, index, found in zip(
        faults["check"], faults["column"], faults["index"], faults["failure_case"]
    ):
        if check_name == "column_in_dataframe":
            lines.append(f"missing column {found!r}")
        else:
            row = "" if pd.isna(index) else f" row {int(index) + 1}"
            expected = _EXPECTED.get(check_name, check_name)
            lines.append(f"column {column!r}{row}: expected {expected}, found {found!r}")
    rest = len(lines) - most
    return "; ".join(lines[:most]) + (f"; and {rest} more faults" if rest > 0 else "")
