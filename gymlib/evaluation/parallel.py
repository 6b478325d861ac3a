"""Outer folds side by side, in processes of this machine or on a Dask cluster.

Both go through joblib and give the same tables. A fold on a cluster is worked on in a folder of
its own, whose files are sent back, so that the machines need no common disk. Work travels by
pickle between them: scheduler and workers must trust each other, and nobody else may reach them.
"""

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import joblib

from gymlib import training
from gymlib.evaluation import outer_fold
from gymlib.evaluation.outer_fold import DONE, OuterFold
from gymlib.files import processes
from gymlib.files.cluster import connected, pack, unpack
from gymlib.files.progress import BAR, progress


def run(parts: list[OuterFold], n_jobs: int | None = None, cluster: str | None = None) -> None:
    """Do the outer folds that are not done, with one progress bar for everything.

    Parameters
    ----------
    n_jobs : processes on this machine; None takes as many as the work is worth, one per core.
    cluster : address of a Dask scheduler whose workers do the parts instead; see
        :func:`gymlib.files.cluster.connected`, and what it raises.
    """
    waiting = [part for part in parts if not part.step.is_done()]
    total = sum(part.cost for part in parts)
    done = total - sum(part.cost for part in waiting)
    name = parts[0].protocol.name
    side_by_side = _on_cluster(cluster) if cluster else _in_processes(n_jobs, waiting)
    with (
        side_by_side as do,
        progress(total=total, desc=f"protocol {name}", bar_format=BAR, smoothing=0) as bar,
        _watching(parts, bar, done),
    ):
        do(waiting)
    if left := [part.folder.name for part in waiting if not part.step.is_done()]:
        raise RuntimeError(
            f"{', '.join(left)}: what came back was made by other code; every worker needs gymlib "
            "in the version of this machine"
        )


# --- this machine ---------------------------------------------------------------------------


@contextlib.contextmanager
def _in_processes(n_jobs: int | None, parts: list[OuterFold]) -> Iterator:
    n_jobs = n_jobs or training.processes_for(sum(part.cost for part in parts))
    n_jobs = min(n_jobs, max(len(parts), 1))

    def do(waiting: list[OuterFold]) -> None:
        # Clips are small: they travel by pickle between processes, not through shared files.
        jobs = [(part,) for part in waiting]
        list(processes.side_by_side(_work, jobs, n_jobs, max_nbytes=None))

    yield do


def _work(part: OuterFold) -> None:
    part.folder.mkdir(parents=True, exist_ok=True)
    outer_fold.run(part, _Report(part.folder / "progress"))


# --- a cluster ------------------------------------------------------------------------------


@contextlib.contextmanager
def _on_cluster(cluster: str) -> Iterator:
    with connected(cluster):
        yield _gather


def _gather(waiting: list[OuterFold]) -> None:
    """Send parts with what is known of them; keep what comes back as soon as it comes."""
    folders = {part.folder.name: part.folder for part in waiting}
    parallel = joblib.Parallel(return_as="generator_unordered")
    jobs = (joblib.delayed(_work_afar)(part, pack(part.folder)) for part in waiting)
    for name, files in parallel(jobs):
        unpack(files, folders[name], last=DONE)


def _work_afar(part: OuterFold, known: dict[str, bytes]) -> tuple[str, dict[str, bytes]]:
    """On a worker: the part's name and its files."""
    with tempfile.TemporaryDirectory() as folder:
        there = part.moved(Path(folder) / part.folder.name)
        unpack(known, there.folder)
        _work(there)
        return part.folder.name, pack(there.folder)


# --- progress -------------------------------------------------------------------------------


class _Report:
    """Adds up work done and, twice a second at most, leaves the sum in a file."""

    def __init__(self, file: Path):
        self.file, self.sum, self.last = file, 0.0, 0.0

    def __call__(self, amount: float) -> None:
        self.sum += amount
        if time.monotonic() - self.last > 0.5:
            self.file.write_text(repr(self.sum))
            self.last = time.monotonic()


class _watching:
    """While the block runs, a thread moves the bar to what the processes report in their files."""

    def __init__(self, parts: list[OuterFold], bar, done: float):
        self.parts = [part for part in parts if not part.step.is_done()]
        self.bar, self.done = bar, done
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        for part in self.parts:
            (part.folder / "progress").unlink(missing_ok=True)
        self.bar.n = self.bar.initial = self.done  # an earlier run's part tells no speed
        self.thread.start()

    def __exit__(self, kind, error, trace):
        self.stop.set()
        self.thread.join()
        if kind is None:
            self._move(self.bar.total)

    def _watch(self):
        while not self.stop.wait(0.5):
            self._move(self.done + sum(map(self._read, self.parts)))

    def _read(self, part: OuterFold) -> float:
        try:
            return min(float((part.folder / "progress").read_text()), part.cost)
        except (OSError, ValueError):  # not begun, or just being written
            return 0.0

    def _move(self, position: float):
        # Set, not added to: a sum may end a rounding error beyond the total.
        self.bar.n = max(self.bar.n, min(position, self.bar.total))
        self.bar.refresh()
