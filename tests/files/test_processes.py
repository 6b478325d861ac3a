"""No process outlives the one that started it, and no half-written file outlives either."""

import os
import platform
import signal
import subprocess
import sys
import time

import pytest

from gymlib.files import processes
from gymlib.files.atomic import sweep, write_text

RUN = """if True:
    import os, sys, time
    from pathlib import Path
    from gymlib.files import atomic, processes

    def work(folder, number):
        with atomic.atomic_path(folder / f"{number}.txt"):
            atomic.write_text(folder / f"pid_{number}", str(os.getpid()))
            time.sleep(60)

    folder = Path(sys.argv[1])
    list(processes.side_by_side(work, [(folder, number) for number in range(2)], 2))
"""


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def wait(until):
    deadline = time.monotonic() + 30
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_the_process_that_started_them(tmp_path, end):
    run = subprocess.Popen([sys.executable, "-c", RUN, tmp_path], stderr=subprocess.PIPE)
    wait(lambda: len(list(tmp_path.glob("pid_*"))) == 2 or run.poll() is not None)
    workers = [int(file.read_text()) for file in tmp_path.glob("pid_*")]
    assert len(set(workers)) == 2 and run.pid not in workers
    os.kill(run.pid, end)
    run.communicate(timeout=30)
    wait(lambda: not any(map(lives, workers)))
    sweep(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["pid_0", "pid_1"]


@pytest.mark.slow
def test_results_in_the_order_of_the_jobs_or_as_they_come():
    jobs = [(number,) for number in range(5)]
    assert list(processes.side_by_side(abs, jobs, 1, ordered=True)) == [0, 1, 2, 3, 4]
    assert sorted(processes.side_by_side(abs, jobs, 2)) == [0, 1, 2, 3, 4]


def test_only_what_nobody_writes_any_more_is_swept(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    left = tmp_path / "deep" / f".part-{platform.node()}-{process.pid}-abc_12.csv"
    others = [
        tmp_path / f".part-{platform.node()}-{os.getpid()}-abc_12.csv",
        tmp_path / f".part-elsewhere-{process.pid}-abc_12.csv",
        tmp_path / "table.csv",
    ]
    for file in (left, *others):
        write_text(file, "")
    sweep(tmp_path)
    assert not left.exists() and all(file.exists() for file in others)
