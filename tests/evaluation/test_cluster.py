"""The protocol on a Dask cluster: the same tables, also when a worker dies."""

import contextlib
import logging
import os
import signal
import threading
import time

import pandas as pd
import pytest
from distributed import LocalCluster
from learnable_clips import make_clips
from tiny_protocol import TINY

from gymlib.evaluation import nested_cv, parallel
from gymlib.files import cluster as dask

CLIPS = make_clips([30 + k % 7 for k in range(12)])
TABLES = ("trials.csv", "losses.csv", "folds.csv")

pytestmark = pytest.mark.slow(seconds=25)


@pytest.fixture
def cluster():
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
    ) as cluster:
        yield cluster


def _kill_a_busy_worker(cluster, killed: list[int]) -> None:
    """As soon as one worker trains, end it the hard way."""
    deadline = time.monotonic() + 60
    while not killed and time.monotonic() < deadline:
        for nanny in list(cluster.workers.values()):
            state = cluster.scheduler.workers.get(nanny.worker_address)
            if state is not None and state.processing:
                os.kill(nanny.process.pid, signal.SIGKILL)
                killed.append(nanny.process.pid)
                return
        time.sleep(0.01)


def test_a_cluster_gives_the_same_tables_although_a_worker_is_killed(cluster, tmp_path):
    alone = nested_cv.run(CLIPS, TINY, tmp_path / "alone", engine="torch", n_jobs=1)
    killed = []
    killer = threading.Thread(target=_kill_a_busy_worker, args=(cluster, killed))
    killer.start()
    afar = nested_cv.run(
        CLIPS, TINY, tmp_path / "afar", engine="torch", cluster=cluster.scheduler_address
    )
    killer.join()
    assert len(killed) == 1
    for table in TABLES:
        assert (afar / table).read_bytes() == (alone / table).read_bytes(), table
    pd.testing.assert_frame_equal(
        pd.read_parquet(afar / "predictions.parquet"),
        pd.read_parquet(alone / "predictions.parquet"),
    )
    models = sorted(file.name for file in (alone / "models").iterdir())
    assert sorted(file.name for file in (afar / "models").iterdir()) == models


def test_no_scheduler(tmp_path, monkeypatch):
    monkeypatch.setattr(dask, "CONNECT", 0.5)
    with pytest.raises(ConnectionError, match=r"no Dask scheduler answers at tcp://127.0.0.1:9"):
        nested_cv.run(CLIPS, TINY, tmp_path, engine="torch", cluster="tcp://127.0.0.1:9")


def test_no_workers(tmp_path):
    with (
        LocalCluster(n_workers=0, dashboard_address=":0") as empty,
        pytest.raises(ConnectionError, match="has no workers; start some with `dask worker"),
    ):
        nested_cv.run(CLIPS, TINY, tmp_path, engine="torch", cluster=empty.scheduler_address)


def test_a_worker_cannot_write_elsewhere(tmp_path):
    with pytest.raises(ValueError, match="outside its folder"):
        dask.unpack({"../stray.txt": b""}, tmp_path / "part")


def test_a_worker_with_other_code_is_told(tmp_path, monkeypatch):
    """What comes back is noted under another key, so nothing of it is taken for done."""
    monkeypatch.setattr(parallel, "_in_processes", lambda *_: contextlib.nullcontext(len))
    with pytest.raises(RuntimeError, match="made by other code; every worker needs gymlib"):
        nested_cv.run(CLIPS, TINY, tmp_path, engine="torch")
