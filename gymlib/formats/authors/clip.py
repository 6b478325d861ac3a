"""What an importer returns, whatever it read: clips with poses and labels as far as known."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int


class ImportFault(ValueError):
    """A file that is not in the expected format; the message says file, place and remedy."""


@dataclass(frozen=True)
class ImportedClip:
    """One clip of the authors' data.

    Attributes
    ----------
    keypoints : (frames, 33, 2) x / width, y / height; zeros where no pose was found.
    votes : annotator -> label codes, -1 where Unlabeled or missing.
    movie : its video file, if there is one.
    frames_deleted : frames without a pose or a majority were removed before the file was
        written, so that frame numbers count what is left.
    """

    name: str
    video: str
    keypoints: Float[np.ndarray, "frames 33 2"] | None
    votes: dict[str, Int[np.ndarray, " frames"]] = field(default_factory=dict)
    movie: Path | None = None
    frames_deleted: bool = False

    @property
    def detected(self) -> Bool[np.ndarray, " frames"]:
        """(frames,) false where all coordinates are zero."""
        return pose_found(self.keypoints)


@dataclass
class Summary:
    """What an import took, what it left out, and what to know about the result."""

    dataset: str
    source: str
    clips: int = 0
    frames: int = 0
    annotators: list[str] = field(default_factory=list)
    with_poses: bool = False
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"Data set {self.dataset}: {self.clips} clips, {self.frames} frames from {self.source}",
            f"annotators: {', '.join(self.annotators) or 'none'}",
            "poses: imported" if self.with_poses else "poses: none; notebook 02 extracts them",
            *[f"left out: {line}" for line in self.skipped],
            *[f"note: {line}" for line in self.notes],
        ]
        return "\n".join(lines)


def clip_name(video: str, stem: str) -> str:
    """Our name of a clip: video and the stem of its film, "Video13_24" for Video13/24.mp4.

    The authors' tables call it ``24init``, after the skeleton file; the ending is dropped.
    Characters that a file name cannot carry safely become "_".
    """
    return re.sub(r"[^A-Za-z0-9_.-]", "_", f"{video}_{stem.removesuffix('init')}")


def pose_found(keypoints: Float[np.ndarray, "frames 33 2"]) -> Bool[np.ndarray, " frames"]:
    """Frames with any coordinate other than zero: the authors' mark for "a pose was found"."""
    return (keypoints != 0).any(axis=(1, 2))
