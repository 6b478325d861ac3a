"""Tables of body parts that people have named themselves, as DeepLabCut and SLEAP write them."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from gymlib.formats.keypoints.skeletons import blazepose_name
from gymlib.formats.segments import Reading
from gymlib.formats.text import with_point
from gymlib.skeleton import INDEX

TRUNK = ("shoulder", "hip")


def tables(source: Path, reading: Reading, how: str) -> Iterable[tuple[Path, list[list[str]]]]:
    """The CSV tables of a file or folder as text; HDF5 files are faults.

    HDF5 as these programs write it through pandas may hold pickled objects, which run code.

    Parameters
    ----------
    how : how the program writes CSV.
    """
    files = sorted(source.rglob("*")) if source.is_dir() else [source]
    chosen = [file for file in files if file.suffix.lower() == ".csv"]
    if not chosen:
        binary = [file for file in files if file.suffix.lower() in (".h5", ".hdf5", ".slp")]
        found = f"found {binary[0].name}, which is not read" if binary else "found none"
        reading.fault(str(source), None, f"expected CSV tables, {found}; {how}")
    for file in chosen:
        if (rows := reading.records(file)) is not None:
            yield file, rows


def number(cell: str, file: str, row: int, column: str, reading: Reading) -> float:
    """A cell as a number, NaN if it is empty; anything else is a fault."""
    text = with_point(cell.strip())
    try:
        return float(text) if text else float("nan")
    except ValueError:
        reading.fault(file, row, f"column {column}: expected a number, found {cell!r}")
        return float("nan")


def frame_number(cell: str, file: str, row: int, reading: Reading) -> int | None:
    """A frame's number: whole, or the last number of a picture's name; None is a fault."""
    text = cell.strip()
    whole = re.fullmatch(r"([0-9]+)([.]0*)?", text)
    digits = [whole[1]] if whole else re.findall(r"[0-9]+", Path(text.replace("\\", "/")).stem)
    if not digits or text.startswith("-"):
        return reading.fault(file, row, f"expected a frame's number, found {cell!r}")
    return int(digits[-1])


def points_of(
    parts: Iterable[str], meanings: Mapping[str, str], file: str, reading: Reading
) -> tuple[dict[str, str], list[str]] | None:
    """Part -> point of BlazePose, and notes on parts that have none; None is a fault."""
    parts = list(dict.fromkeys(parts))
    known = {part: name for part in parts if (name := blazepose_name(part, meanings))}
    for part, name in known.items():
        if name not in INDEX:
            near = f"{part} means {name!r}, which is no point of BlazePose"
            return reading.fault(file, None, f"{near}; those are {', '.join(INDEX)}")
        twin = next(other for other, own in known.items() if own == name)
        if twin != part:
            message = f"{twin} and {part} would both be {name}; leave one out: --names {part}="
            return reading.fault(file, None, message)
    lacking = [own for own in TRUNK if not {f"left_{own}", f"right_{own}"} & {*known.values()}]
    if lacking:
        message = f"no body part is a {' or a '.join(lacking)}, and without them no pose is known; "
        message += f"found {', '.join(parts)}; say what they mean, as --names part=left_hip"
        return reading.fault(file, None, message)
    left = [part for part in parts if part not in known and part not in meanings]
    note = f"not taken: {', '.join(left)} (if they are points of BlazePose: --names {{}}=left_knee)"
    return known, [note.format(left[0])] if left else []
