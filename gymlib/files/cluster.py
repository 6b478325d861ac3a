"""A Dask cluster as a place to work, through joblib.

Its machines need no common disk: what a task writes travels back as the content of its files. Work
travels by pickle between them: scheduler and workers must trust each other, and nobody else may
reach them.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import joblib

from gymlib.files.atomic import atomic_path

CONNECT = 10.0
"""Seconds to wait for a scheduler."""


@contextlib.contextmanager
def connected(address: str) -> Iterator[None]:
    """Within the block, ``joblib.Parallel`` hands its tasks to the workers of a cluster.

    Parameters
    ----------
    address : of the Dask scheduler, such as tcp://host:8786; each worker needs gymlib installed in
        the same version. What a worker that dies was doing is done again by another one.

    Raises ConnectionError if there is no scheduler or worker.
    """
    # Takes half a second, which a run on one machine need not wait.
    from distributed import Client

    try:
        client = Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ConnectionError(
            f"no Dask scheduler answers at {address} ({error}); start one with `dask scheduler` "
            "and, on each machine, `dask worker` with its address"
        ) from None
    with client:
        if not client.scheduler_info()["workers"]:
            raise ConnectionError(
                f"the Dask scheduler at {address} has no workers; start some with "
                f"`dask worker {address}`"
            )
        with client.as_current(), joblib.parallel_config("dask"):
            yield


def pack(folder: Path) -> dict[str, bytes]:
    """The files of a folder and below by name, but those whose names begin with a dot."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and file.name[0] != "."]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def unpack(files: dict[str, bytes], folder: Path, last: str = "") -> None:
    """Write files as :func:`pack` gave them, atomically, the one named ``last`` at the end.

    Raises ValueError for a name that leads outside the folder.
    """
    for name, content in sorted(files.items(), key=lambda item: item[0] == last):
        if not (folder / name).resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"a worker sent a file that lies outside its folder: {name}")
        with atomic_path(folder / name) as temporary:
            temporary.write_bytes(content)
