"""Some frames of a video, and stretches of it as files: the very frames, told by their grey."""

import numpy as np
import pytest

from gymlib import video
from gymlib.video import VideoError
from gymlib.video.sampling import cut, sample_frames

FRAMES = 12


@pytest.fixture
def counted(tmp_path):
    """Frame k has the grey level 20 k."""
    greys = [np.full((32, 48, 3), 20 * k, np.uint8) for k in range(FRAMES)]
    video.write_video(tmp_path / "counted.mp4", greys, 25)
    return tmp_path / "counted.mp4"


def numbers(path):
    return [round(frame.rgb.mean() / 20) for frame in video.read_frames(path)]


@pytest.mark.parametrize("every", [1, 5, 11, 12, 40])
def test_every_so_many_th_frame(counted, every):
    sampled = list(sample_frames(counted, every))
    whole = list(video.read_frames(counted))[::every]
    assert [frame.index for frame in sampled] == list(range(0, FRAMES, every))
    for one, other in zip(sampled, whole, strict=True):
        np.testing.assert_array_equal(one.rgb, other.rgb)
        assert one.time == pytest.approx(other.time)


def test_stretches_hold_the_very_frames(counted, tmp_path):
    files = [tmp_path / f"{k}.mp4" for k in range(3)]
    written = cut(counted, [(1, 3), (4, 4), (8, 11)], files)
    assert [one.frames for one in written] == [3, 1, 4]
    assert [numbers(file) for file in files] == [[1, 2, 3], [4], [8, 9, 10, 11]]
    assert all(one.fps == 25 for one in written)


def test_stretches_come_in_order(counted, tmp_path):
    files = [tmp_path / "a.mp4", tmp_path / "b.mp4"]
    with pytest.raises(ValueError, match=r"in order and apart, found frames 3 to 5 after frame 3"):
        cut(counted, [(1, 3), (3, 5)], files)


def test_a_video_that_ends_before(counted, tmp_path):
    with pytest.raises(VideoError, match="expected frames 10 to 14, the video ends after frame 11"):
        cut(counted, [(10, 14)], [tmp_path / "a.mp4"])


def test_a_truncated_video_is_named(counted, tmp_path):
    counted.write_bytes(counted.read_bytes()[:-200])
    with pytest.raises(VideoError, match=r"counted\.mp4"):
        list(sample_frames(counted, 1))
