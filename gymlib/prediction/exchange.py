"""What models say of films as files that BORIS and ELAN open, for people to correct."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from gymlib import formats
from gymlib.dataset import Dataset
from gymlib.files.atomic import read_json, write_json
from gymlib.files.cache import content_hash
from gymlib.formats.clock import Clock, of_clip
from gymlib.formats.segments import LabelledSegment


def clocks(data: Dataset, clips: Sequence[str] | None = None) -> tuple[dict[str, Clock], list[str]]:
    """Clip -> its frames in time, and notes on clips whose times cannot be told.

    Parameters
    ----------
    clips : names of those asked for, None for all.
    """
    found, notes, table = {}, [], data.clips
    for row in table[table["clip"].isin(clips or table["clip"])].itertuples():
        try:
            found[row.clip] = of_clip(row, data)
        except ValueError as fault:
            found[row.clip] = Clock(row.clip, row.frames, None)
            notes.append(str(fault))
    return found, notes


def write(
    data: Dataset, segments: pd.DataFrame, times: dict[str, Clock], folder: Path
) -> list[str]:
    """boris/<model>.tsv, and elan/<clip>.eaf with a tier per model where times are known.

    :func:`gymlib.formats.take` brings them back, corrected or not, as somebody's annotations. A
    file that was changed since it was written here stays as it is.

    Parameters
    ----------
    segments : as :func:`gymlib.prediction.spreadsheets.segments` gives them.
    times : as :func:`clocks` gives them.

    Returns notes on files that stay.
    """
    record = folder / ".done" / "exchange.json"
    before = read_json(record) if record.is_file() else {}
    stays = [
        name for name, own in before.items() if content_hash(folder / name) not in (own, _GONE)
    ]
    for name in before.keys() - stays:
        (folder / name).unlink(missing_ok=True)  # of a clip or model that may be gone
    every = [
        LabelledSegment(row.clip, row.model, int(row.first), int(row.last), row.label)
        for row in segments.itertuples()
    ]
    boris = [own for own in every if f"boris/{own.annotator}.tsv" not in stays]
    elan = [own for own in every if f"elan/{own.clip}.eaf" not in stays]
    elan = [own for own in elan if times[own.clip].borders is not None]
    files = formats.write(data, "boris", boris, times, folder / "boris")
    files += formats.write(data, "elan", elan, times, folder / "elan")
    written = {file.relative_to(folder).as_posix(): content_hash(file) for file in files}
    write_json(record, {name: before[name] for name in stays} | written)
    return [
        f"{folder / name} was changed and stays; delete it to have it written again"
        for name in stays
    ]


_GONE = "missing"  # what content_hash says of no file
