"""One clip of the data set: moved, filmed and labelled."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from gymlib import video
from gymlib.files.atomic import atomic_path
from gymlib.simulation.annotators import annotate
from gymlib.simulation.motion.attempt import perform
from gymlib.simulation.motion.truth import Motion
from gymlib.simulation.plan import Planned, Session
from gymlib.simulation.rendering.appearance import Appearance
from gymlib.simulation.rendering.camera import Camera
from gymlib.simulation.rendering.renderer import render
from gymlib.simulation.rendering.scene import Scene


def make(planned: Planned, film: Path, truth: Path) -> None:
    """Write the video ``film`` and, to the .npz file ``truth``, labels and what is true.

    ``truth`` gets joints (frames, 33, 3) in metres, keypoints (frames, 33, 2) as shares of the
    picture, phases (frames,) and the annotators' votes (3, frames).
    """
    cv2.setNumThreads(1)
    motion, session = simulate(planned), planned.session
    rng = np.random.default_rng([planned.attempt.seed, 1])
    appearance, scene, camera = set_up(session)
    camera = camera.filming(motion.joints, motion.fps, rng)
    pictures = render(
        motion.joints, appearance, scene, camera, motion.fps, seed=int(rng.integers(2**31))
    )
    # Speed and size of the files count more than what BlazePose hardly notices: it misses about
    # as many frames of the same clips as with finer settings. Small pictures need more bits.
    crf = 28 if session.width > 640 else 24
    video.write_video(film, pictures, motion.fps, crf=crf, preset="ultrafast")
    votes = annotate(motion, np.random.default_rng([planned.attempt.seed, 2]))
    keypoints = camera.project(motion.joints) / [session.width, session.height]
    with atomic_path(truth) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file, joints=motion.joints.astype(np.float32), keypoints=keypoints.astype(np.float32),
            phases=motion.phases, votes=votes,
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
