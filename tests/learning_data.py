"""Small clips with a simple rule to learn, for the tests of everything that trains."""

import numpy as np

from gymlib.clips import Clip


def make_clips(lengths, seed=0, videos=2) -> list[Clip]:
    """Clips whose label follows from where the whole body is: easy, but not trivial."""
    rng = np.random.default_rng(seed)
    clips = []
    for k, frames in enumerate(lengths):
        labels = np.sort(rng.integers(0, 4, frames)).astype(np.int8)
        keypoints = rng.normal(0, 0.1, (frames, 33, 2)) + 0.3 * labels[:, None, None]
        clips.append(
            Clip(
                name=f"clip_{k:02d}",
                video=f"video_{k % videos}",
                frames=np.arange(frames),
                keypoints=keypoints.astype(np.float32),
                labels=labels,
            )
        )
    return clips
