"""Processes side by side, none of which outlives the one that started it."""

import contextlib
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import joblib
from joblib.externals.loky import get_reusable_executor

# joblib ends a process that has grown, or waited for long, and starts another: nothing is lost.
warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)


def available_processors() -> int:
    """Processors that this process may use."""
    return joblib.cpu_count()


def side_by_side(
    function: Callable, jobs: Iterable[tuple], n_jobs: int, *, ordered: bool = False, **options
) -> Iterator[Any]:
    """Results of ``function(*job)`` for each job as they come, or in the order of the jobs.

    With one of ``n_jobs`` the work is done here, otherwise in processes of this machine. They end
    with the last result, at an error, on Ctrl-C, and if this process is killed. Options are those
    of ``joblib.Parallel``.
    """
    options["return_as"] = "generator" if ordered else "generator_unordered"
    if n_jobs > 1:  # "loky" starts clean processes: a fork of one that holds torch may hang
        options |= {"backend": "loky", "initializer": _follow, "initargs": (os.getpid(),)}
    pool = joblib.Parallel(n_jobs=n_jobs, **options)
    with _ctrl_c_held():
        results = pool(joblib.delayed(function)(*job) for job in jobs)  # starts processes
    try:
        yield from results
    finally:
        with warnings.catch_warnings():  # that work ends early, which was asked for
            warnings.simplefilter("ignore")
            results.close()
        if n_jobs > 1:  # joblib would keep the processes and their memory for the next call
            get_reusable_executor(reuse=True).shutdown()


@contextlib.contextmanager
def _ctrl_c_held():
    """Hear Ctrl-C after the block only; processes started in it never do: this one ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _follow(parent: int) -> None:
    """In a new process: end with the parent, and leave Ctrl-C to it.

    joblib replaces a process that has grown, and then from a thread that does not hold Ctrl-C.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:  # an orphan is given another one
        time.sleep(0.5)
    os._exit(1)
