"""Write the simulated data set: videos, annotations and, apart from them, the truth.

Clips are made in parallel processes. A clip that is already there, made by the same plan and the
same code, is kept, so an interrupted run continues; the tables are written last.
"""

import hashlib
import json
import multiprocessing
import os
import shutil
import signal
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from gymlib import labels, video
from gymlib.dataset import schemas
from gymlib.dataset.keypoints import keypoint_rows
from gymlib.files import lock
from gymlib.files.atomic import atomic_path, read_json, write_json
from gymlib.files.progress import progress
from gymlib.files.tables import write_table
from gymlib.simulation.annotators import ANNOTATORS, annotate
from gymlib.simulation.motion.attempt import perform
from gymlib.simulation.motion.movement import Motion
from gymlib.simulation.plan import Planned, Session, plan
from gymlib.simulation.rendering.appearance import Appearance
from gymlib.simulation.rendering.camera import Camera
from gymlib.simulation.rendering.renderer import render
from gymlib.simulation.rendering.scene import Scene

PARTS = ".parts"
"""Folder of the clips' results while a run is not finished."""


def make(folder: Path, size: str = "full", seed: int = 0, processes: int | None = None) -> None:
    """Write the data set into ``folder``; a complete one of the same plan and code stays.

    Parameters
    ----------
    size : "full" (202 clips) or "quick" (24 short clips in small pictures).
    processes : clips made side by side; default: one per processor core.

    Raises lock.BusyError if another run is writing to the folder.
    """
    folder = Path(folder)
    clips = plan(seed, size)
    recipe = {"size": size, "seed": seed, "fingerprint": _fingerprint(clips)}
    with lock.hold(folder, "simulation"):
        if not _complete(folder, clips, recipe):
            _make(folder, clips, recipe, processes or os.cpu_count() or 1)


def _make(folder, clips, recipe, processes) -> None:
    (folder / "simulation.json").unlink(missing_ok=True)
    spawn = multiprocessing.get_context("spawn")  # forking a threaded process can hang
    # On Ctrl-C this process stops the others, which finish the clip they are at.
    deaf = {"initializer": signal.signal, "initargs": (signal.SIGINT, signal.SIG_IGN)}
    with ProcessPoolExecutor(min(processes, len(clips)), mp_context=spawn, **deaf) as pool:
        jobs = [pool.submit(make_clip, folder, planned) for planned in clips]
        try:
            for job in progress(jobs, desc=f"clips of {folder.name}", unit="clip"):
                job.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    _write_tables(folder, clips)
    write_json(folder / "simulation.json", recipe)
    shutil.rmtree(folder / PARTS)


def _complete(folder, clips, recipe) -> bool:
    """Whether every file of this very data set is there."""
    note = folder / "simulation.json"
    files = [folder / _path(planned) for planned in clips] + [folder / "clips.csv"]
    return note.is_file() and read_json(note) == recipe and all(f.is_file() for f in files)


def make_clip(folder: Path, planned: Planned) -> None:
    """Simulate, film and annotate one clip, unless its results are there."""
    part, film = folder / PARTS / f"{planned.clip}.npz", folder / _path(planned)
    fingerprint = _fingerprint([planned])
    if part.is_file() and film.is_file():
        with np.load(part, allow_pickle=False) as done:
            if str(done["fingerprint"]) == fingerprint:
                return
    cv2.setNumThreads(1)
    motion = simulate(planned)
    rng = np.random.default_rng([planned.attempt.seed, 1])
    appearance, scene, camera = set_up(planned.session)
    camera = camera.filming(motion.joints, motion.fps, rng)
    pictures = render(
        motion.joints, appearance, scene, camera, motion.fps, seed=int(rng.integers(2**31))
    )
    # Speed and size of the files count more than what BlazePose hardly notices: it misses about
    # as many frames of the same clips as with finer settings. Small pictures need more bits.
    crf = 28 if planned.session.width > 640 else 24
    video.write_video(film, pictures, motion.fps, crf=crf, preset="ultrafast")
    votes = annotate(motion, np.random.default_rng([planned.attempt.seed, 2]))
    with atomic_path(part) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file, fingerprint=fingerprint, joints=motion.joints.astype(np.float32),
            keypoints=camera.project(motion.joints), phases=motion.phases, votes=votes,
        )  # fmt: skip


def simulate(planned: Planned) -> Motion:
    """The motion of a planned clip, on what the place offers to jump from."""
    _, scene, _ = set_up(planned.session)
    attempt = replace(planned.attempt, surface=scene.surface_height)
    return perform(attempt, planned.session.body, planned.session.style)


def set_up(session: Session) -> tuple[Appearance, Scene, Camera]:
    """What the gymnast of a video wears, where he is and where the camera stands."""
    rng = np.random.default_rng([session.seed, 0])
    scene = Scene.sample(rng, session.place)
    camera = Camera.sample(
        rng, width=session.width, height=session.height, torso_pixels=session.torso,
        surface_height=scene.surface_height,
    )  # fmt: skip
    return Appearance.sample(rng), scene, camera


def _path(planned: Planned) -> str:
    return f"videos/{planned.session.video}/{planned.clip}.mp4"


def _fingerprint(clips: list[Planned]) -> str:
    """Hash of the plan and of the code that carries it out."""
    code = [file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py"))]
    text = json.dumps([asdict(planned) for planned in clips], sort_keys=True)
    return hashlib.sha256(b"".join([*code, text.encode()])).hexdigest()


def _write_tables(folder: Path, clips: list[Planned]) -> None:
    parts = {}
    for planned in clips:
        with np.load(folder / PARTS / f"{planned.clip}.npz", allow_pickle=False) as part:
            parts[planned.clip] = dict(part)
    for number, name in enumerate(ANNOTATORS):
        runs = pd.concat([_runs(clip, part["votes"][number]) for clip, part in parts.items()])
        write_table(folder / "annotations" / f"{name}.csv", runs, schemas.ANNOTATIONS)
    truth = folder / "truth"
    phases = pd.concat([_runs(clip, part["phases"]) for clip, part in parts.items()])
    write_table(truth / "phases.csv", phases, schemas.ANNOTATIONS)
    keypoints = pd.concat([_keypoints(planned, parts[planned.clip]) for planned in clips])
    write_table(truth / "keypoints.parquet", keypoints, schemas.KEYPOINT_TABLE)
    with atomic_path(truth / "joints.npz") as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **{clip: part["joints"] for clip, part in parts.items()})
    attempts = pd.DataFrame([{"clip": c.clip, **asdict(c.attempt)} for c in clips])
    attempts["frames"] = [len(parts[c.clip]["phases"]) for c in clips]
    write_table(truth / "clips.csv", attempts)
    rows = [
        {
            "clip": c.clip, "video": c.session.video, "path": _path(c), "fps": c.session.fps,
            "frames": len(parts[c.clip]["phases"]), "width": c.session.width,
            "height": c.session.height,
        }
        for c in clips
    ]  # fmt: skip
    write_table(folder / "clips.csv", pd.DataFrame(rows), schemas.CLIPS)


def _runs(clip: str, codes) -> pd.DataFrame:
    """One clip's labels as rows of an annotation file."""
    rows = [
        {
            "clip": clip,
            "start": r.start,
            "end": r.end,
            "label": labels.NAMES[r.label],
            "comment": "",
        }
        for r in labels.segments(codes.astype(np.int8))
    ]
    return pd.DataFrame(rows)


def _keypoints(planned: Planned, part) -> pd.DataFrame:
    """The true keypoints of a clip as rows of a keypoint table (visibility unknown: NaN)."""
    size = np.array([planned.session.width, planned.session.height])
    frames = len(part["keypoints"])
    return keypoint_rows(
        planned.clip, (part["keypoints"] / size).astype(np.float32),
        np.full((frames, 33), np.nan, dtype=np.float32), np.ones(frames, dtype=bool),
        np.arange(frames) / planned.session.fps,
    )  # fmt: skip
