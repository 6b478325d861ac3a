"""Units of work side by side in processes, with one progress bar for everything."""

import os
import threading
import time
from pathlib import Path

import joblib
import torch
from joblib.externals.loky import get_reusable_executor

from gymlib import outer_folds
from gymlib.progress import progress
from gymlib.unit import Unit


def run(units: list[Unit], n_jobs: int | None = None) -> None:
    """Do the units that are not done; ``n_jobs`` None takes a process for every core."""
    waiting = [unit for unit in units if not unit.done]
    n_jobs = min(n_jobs or os.cpu_count() or 1, max(len(waiting), 1))
    total = sum(unit.cost for unit in units)
    done = total - sum(unit.cost for unit in waiting)
    name = units[0].protocol.name
    with (
        progress(total=total, desc=f"protocol {name}", bar_format=_BAR, smoothing=0) as bar,
        _watching(units, bar, done),
    ):
        # "loky" starts clean processes: a fork of one that holds torch may hang.
        # Clips are small: they travel by pickle between processes, not through shared files.
        parallel = joblib.Parallel(n_jobs=n_jobs, max_nbytes=None)
        parallel(joblib.delayed(_run_unit)(unit) for unit in waiting)
    if n_jobs > 1:
        get_reusable_executor().shutdown()  # idle processes would keep their memory


_BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed} elapsed, {remaining} left"


def _run_unit(unit: Unit) -> None:
    """One unit in one thread: other units have the other cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    unit.folder.mkdir(parents=True, exist_ok=True)
    try:
        outer_folds.run(unit, _Report(unit.folder / "progress"))
    finally:
        torch.set_num_threads(threads)


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

    def __init__(self, units: list[Unit], bar, done: float):
        self.units = [unit for unit in units if not unit.done]
        self.bar, self.done = bar, done
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        for unit in self.units:
            (unit.folder / "progress").unlink(missing_ok=True)
        self.bar.n = self.bar.initial = self.done  # an earlier run's part tells no speed
        self.thread.start()

    def __exit__(self, kind, error, trace):
        self.stop.set()
        self.thread.join()
        if kind is None:
            self._move(self.bar.total)

    def _watch(self):
        while not self.stop.wait(0.5):
            self._move(self.done + sum(map(self._read, self.units)))

    def _read(self, unit: Unit) -> float:
        try:
            return min(float((unit.folder / "progress").read_text()), unit.cost)
        except (OSError, ValueError):  # not begun, or just being written
            return 0.0

    def _move(self, position: float):
        self.bar.update(max(0.0, min(position, self.bar.total) - self.bar.n))
