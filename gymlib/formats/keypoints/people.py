"""Which of several people is followed through a film: the one who moves, or was pointed at.

The rule is the tracker's (:mod:`gymlib.pose.people`); the program's own names for people take the
place of shirts' colours: changing to another costs something. A person who is alone in every frame
is taken as is.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from gymlib.formats.keypoints.found import Body
from gymlib.pose.candidates import Candidate
from gymlib.pose.config import Person
from gymlib.pose.people import UNLIKE, mover, pointed_at
from gymlib.pose.region import Region
from gymlib.pose.sightings import Sighting
from gymlib.pose.whereabouts import APART
from gymlib.skeleton import middle, torso_length


def followed(
    frames: Mapping[int, Sequence[Body]],
    fps: float,
    size: tuple[int, int],
    person: Person | None = None,
) -> dict[int, Body]:
    """Frame -> the body of the person to follow; frames without that person are not in it.

    Parameters
    ----------
    frames : frame -> people, those without any point left out.
    size : width and height of the picture in pixels.
    person : somebody pointed at.
    """
    if max(map(len, frames.values()), default=0) <= 1 and person is None:
        return {frame: own[0] for frame, own in frames.items() if own}
    fps = fps if np.isfinite(fps) else 30.0
    bodies = [(frame, body) for frame in sorted(frames) for body in frames[frame]]
    names = {who: number for number, who in enumerate(dict.fromkeys(b.who for _, b in bodies))}
    sightings: list[Sighting] = []
    before: list[Sighting] = []
    for frame in sorted(frames):
        now = [_sighting(frame, body, names[body.who], before) for body in frames[frame]]
        sightings += now
        before = now or before
    hips = np.array([one.candidate.hip for one in sightings]).reshape(-1, 2)
    pointed = pointed_at(sightings, person, *size, fps) if person else None
    return _between(sightings, mover(sightings, hips, fps, pointed), bodies)


def _between(
    sightings: Sequence[Sighting], chain: Sequence[int], bodies: Sequence[tuple[int, Body]]
) -> dict[int, Body]:
    """The chain's bodies, and in frames that it leaves out who is nearest to where it passes.

    A chain may leave out frames in which the program exchanged two people's names.
    """
    if not chain:
        return {}
    hips = np.array([one.candidate.hip for one in sightings])
    frames = [sightings[number].frame for number in chain]
    found = {bodies[number][0]: bodies[number][1] for number in chain}
    nearest: dict[int, tuple[float, Body]] = {}
    for number, (frame, body) in enumerate(bodies):
        if frame not in found:
            place = [np.interp(frame, frames, hips[chain, axis]) for axis in (0, 1)]
            away = float(np.linalg.norm(hips[number] - place)) / sightings[number].torso
            if away < APART and away < nearest.get(frame, (np.inf,))[0]:
                nearest[frame] = away, body
    return found | {frame: body for frame, (_, body) in nearest.items()}


def _sighting(frame: int, body: Body, name: int, before: Sequence[Sighting]) -> Sighting:
    points = body.points[:, :2]
    box = np.nanmax(points, axis=0) - np.nanmin(points, axis=0)
    torso = max(float(np.nan_to_num(torso_length(points[None])[0])), float(np.hypot(*box)) / 4, 1.0)
    hip = middle(points, "hip")
    hip = hip if np.isfinite(hip).all() else np.nanmean(points, axis=0)
    sure = np.nan_to_num(np.clip(body.points[:, 2], 0, 1), nan=0.0)
    seen = np.isfinite(points[:, 0])
    trust = float(np.where(np.isnan(body.points[seen, 2]), 1.0, sure[seen]).mean())
    candidate = Candidate(
        points, sure, trust, hip, 0.0, Region(float(hip[0]), float(hip[1]), 0.0, torso), np.zeros(0)
    )
    colour = np.array([UNLIKE * name, 0.0, 0.0])
    return Sighting(frame, candidate, torso, _motion(points, torso, frame, before), colour)


def _motion(points, torso: float, frame: int, before: Sequence[Sighting]) -> float:
    """Torso lengths per frame by which points move since the nearest body before; 0 without any."""
    ways = [
        np.linalg.norm(points - one.candidate.keypoints, axis=1) / (frame - one.frame)
        for one in before
    ]
    means = [float(np.nanmean(way)) for way in ways if np.isfinite(way).any()]
    return min(means, default=0.0) / torso
