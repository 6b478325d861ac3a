"""One run at a time in a folder."""

import contextlib
from pathlib import Path

import filelock

from gymlib.files.atomic import sweep


class BusyError(RuntimeError):
    """Another run works in the same folder."""


@contextlib.contextmanager
def hold(folder: Path, work: str, wait: float = 0):
    """Hold ``folder`` for the block; BusyError if another process holds it.

    The lock is the operating system's, on the file .<work>.lock: a killed run frees it. What
    killed runs left half-written in the folder is swept away.

    Parameters
    ----------
    work : what is done, one word for file name and message; different work may overlap.
    wait : seconds to wait for the other one; by default not at all.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(folder / f".{work}.lock", timeout=wait)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise BusyError(
            f"another run ({work}) is working in {folder}; wait for it or stop it, then start again"
        ) from None
    try:
        sweep(folder)
        yield
    finally:
        lock.release()
