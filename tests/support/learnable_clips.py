"""Small clips with a simple rule to learn, for the tests of everything that trains."""

import numpy as np

from gymlib.dataset.clip import Clip


def make_clips(lengths, seed=0, videos=2) -> list[Clip]:
    """Clips whose label follows from where the whole body is: easy, but not trivial."""
    rng = np.random.default_rng(seed)
    clips = []
    for k, frames in enumerate(lengths):
        labels = np.sort(rng.integers(0, 4, frames)).astype(np.int8)
        keypoints = rng.normal(0, 0.1, (frames, 66)) + 0.3 * labels[:, None]
        clips.append(
            Clip(
                name=f"clip_{k:02d}",
                video=f"video_{k % videos}",
                frames=np.arange(frames),
                # One column after the other in memory, as from a table.
                keypoints=np.asfortranarray(keypoints, dtype=np.float32).reshape(frames, 33, 2),
                labels=labels,
            )
        )
    return clips
