"""Files that appear whole or not at all.

Every write goes to a temporary file in the same folder that then takes the final name, so a
reader sees the old file or the new one, never half of one.
"""

import contextlib
import json
import os
import platform
import re
import tempfile
from pathlib import Path

_PART = re.compile(r"\.part-(.*)-(\d+)-[^-]+")  # machine, process


class MissingFileError(FileNotFoundError):
    """A file that an earlier step should have written is not there."""


@contextlib.contextmanager
def atomic_path(path: Path):
    """A temporary path that becomes ``path`` when the block ends well, and vanishes otherwise.

    Raises OSError with the file's name if the disk is full or the folder cannot be written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".part-{platform.node()}-{os.getpid()}-"  # whose it is, for :func:`sweep`
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise OSError(
            error.errno, f"cannot write {path}: {error.strerror or error}; nothing was changed"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what killed processes of this machine left half-written in ``folder`` and below."""
    for place, _, names in os.walk(folder):
        for name in names:
            found = _PART.fullmatch(name)
            if found and found[1] == platform.node() and not _lives(int(found[2])):
                Path(place, name).unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)  # asks, kills nothing
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, content: dict) -> None:
    """Write JSON, readable by people; NaN is refused because JSON has none."""
    write_text(path, json.dumps(content, indent=2, allow_nan=False) + "\n")


def read_json(path: Path) -> dict:
    """Read JSON; ValueError names the file and line of a syntax error."""
    try:
        return json.loads(existing(path).read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not valid JSON: line {error.lineno}, {error.msg}") from None


def existing(path: Path, hint: str = "") -> Path:
    """``path`` if there is such a file; MissingFileError with ``hint`` if not."""
    path = Path(path)
    if not path.is_file():
        raise MissingFileError(f"{path} is missing. {hint}".strip())
    return path
