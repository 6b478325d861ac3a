"""One clip of the data set: moved, filmed and labelled."""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float

from gymlib import video
from gymlib.files.atomic import atomic_path
from gymlib.labels import SKILL
from gymlib.simulation.annotators import annotate, with_kinds
from gymlib.simulation.motion.attempt import RATE, Attempt, perform
from gymlib.simulation.motion.bystander import bystand
from gymlib.simulation.motion.proportions import Proportions
from gymlib.simulation.motion.style import Style
from gymlib.simulation.motion.truth import Motion
from gymlib.simulation.rendering.appearance import Appearance
from gymlib.simulation.rendering.camera import Camera
from gymlib.simulation.rendering.renderer import render
from gymlib.simulation.rendering.scene import Scene
from gymlib.skeleton import INDEX

FEET = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("heel", "foot_index")]


@dataclass(frozen=True)
class Session:
    """One video: a gymnast, his clothes, a place and a camera; seeds stand for their details.

    torso : pixels from hips to shoulders in the picture.
    view : degrees off the exact side, or None for about the side.
    follow, shake, zoom : how the camera is held; see Camera.filming.
    """

    video: str
    body: Proportions
    style: Style
    place: str
    fps: float
    width: int
    height: int
    torso: float
    seed: int
    view: float | None = None
    follow: bool = False
    shake: float = 1.0
    zoom: float = 0.0


@dataclass(frozen=True)
class Planned:
    """A clip: its name, its session and what happens in it."""

    clip: str
    session: Session
    attempt: Attempt


def make(planned: Planned, film: Path, truth: Path) -> None:
    """Write the video ``film`` and, to the .npz file ``truth``, labels and what is true.

    ``truth`` gets joints (frames, 33, 3) in metres, keypoints (frames, 33, 2) as shares of the
    picture, phases (frames,) and the annotators' votes (3, frames), without and with kinds.
    """
    cv2.setNumThreads(1)
    motion, session = simulate(planned), planned.session
    rng = np.random.default_rng([planned.attempt.seed, 1])
    appearance, scene, _ = set_up(session)
    camera = film_with(session, motion, rng)
    people = [(motion.joints, appearance)]
    if planned.attempt.company != "none":
        other = np.random.default_rng([planned.attempt.seed, 4])
        moved = bystand(planned.attempt.company, motion, camera.position, other)
        people.append((moved, Appearance.sample(other)))
    scene = replace(scene, block=box_for(motion, planned.attempt.drop, scene.surface_height))
    pictures = render(people, scene, camera, motion.fps, seed=int(rng.integers(2**31)))
    # Speed and size of the files count more than what BlazePose hardly notices: it misses about
    # as many frames of the same clips as with finer settings. Small pictures need more bits.
    crf = 28 if session.width > 640 else 24
    video.write_video(film, pictures, motion.fps, crf=crf, preset="ultrafast")
    votes = annotate(motion, np.random.default_rng([planned.attempt.seed, 2]))
    kinds = with_kinds(votes, motion, np.random.default_rng([planned.attempt.seed, 5]))
    keypoints = shares(camera.project(motion.joints), session)
    with atomic_path(truth) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file, joints=motion.joints.astype(np.float32), keypoints=keypoints,
            phases=motion.phases, votes=votes, kinds=kinds,
        )  # fmt: skip


def shares(
    pixels: Float[np.ndarray, "frames 33 2"], session: Session
) -> Float[np.ndarray, "frames 33 2"]:
    """Pixels as shares of the picture, float32; rounded to what is the same on every machine."""
    return np.round(pixels / [session.width, session.height], 6).astype(np.float32)


def simulate(planned: Planned, rate: float = RATE) -> Motion:
    """The motion of a planned clip, on what the place offers to jump from; see perform."""
    _, scene, _ = set_up(planned.session)
    surface = scene.surface_height + max(planned.attempt.drop, 0)
    attempt = replace(planned.attempt, surface=surface)
    return perform(attempt, planned.session.body, planned.session.style, rate)


def film_with(session: Session, motion: Motion, rng: np.random.Generator) -> Camera:
    """The camera of a session while it films one clip."""
    return set_up(session)[2].filming(
        motion.joints, motion.fps, rng, shake=session.shake, follow=session.follow,
        zoom=session.zoom,
    )  # fmt: skip


def box_for(motion: Motion, drop: float, floor: float):
    """Lower and upper corner, metres, of a box under the take-off, or one under the landing.

    ``drop`` is by how much the landing is lower than the take-off; negative: higher. The box is
    as large as the feet on it need; on the side of the flight it ends just past them. None
    without a drop, or where the clip shows nothing before the flight.
    """
    air = np.flatnonzero(motion.airborne & (motion.phases == SKILL))
    if not drop or not len(air) or air[0] == 0:
        return None
    feet, landed = motion.joints[:, FEET], air[0] + int(np.argmin(motion.airborne[air[0] :]))
    before, after = feet[: air[0]], feet[landed if landed > air[0] else -1 :]
    on, edge = (before, before[-1, :, 0]) if drop > 0 else (after, after[0, :, 0])
    low, high = on.min(axis=(0, 1)) - 0.5, on.max(axis=(0, 1)) + 0.5
    onwards = after[0, :, 0].mean() > before[-1, :, 0].mean()
    if onwards == (drop > 0):
        high[0] = edge.max() + 0.12
    else:
        low[0] = edge.min() - 0.12
    low[2], high[2] = floor, floor + abs(drop)
    return tuple(map(float, low)), tuple(map(float, high))


def set_up(session: Session) -> tuple[Appearance, Scene, Camera]:
    """What the gymnast of a video wears, where he is and where the camera stands."""
    rng = np.random.default_rng([session.seed, 0])
    scene = Scene.sample(rng, session.place)
    camera = Camera.sample(
        rng, width=session.width, height=session.height, torso_pixels=session.torso,
        surface_height=scene.surface_height, view=session.view,
    )  # fmt: skip
    return Appearance.sample(rng), scene, camera
