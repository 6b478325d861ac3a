"""Pictures as they are taken, from films that play in their own time."""

import time

import numpy as np
import pytest
from raw_video import pictures

from gymlib import video


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "film.mp4"
    video.write_video(path, pictures(), 25)
    return path


def test_who_is_quick_gets_every_picture_not_before_its_time(film):
    begun, seen = time.monotonic(), []
    for seconds, picture in video.pictures(film):
        seen.append(seconds)
        assert time.monotonic() - begun >= seconds - 1e-3
        assert picture.shape == (48, 64, 3)
    assert seen == sorted(set(seen)) and set(np.round(np.multiply(seen, 25)).astype(int)) <= set(
        range(8)
    )


def test_who_is_slow_gets_the_newest(film):
    seen = []
    for seconds, _ in video.pictures(film):
        seen.append(seconds)
        time.sleep(0.5)
    assert 2 <= len(seen) < 8 and seen[-1] == pytest.approx(7 / 25)


def test_large_pictures_are_made_smaller(film):
    assert {picture.shape for _, picture in video.pictures(film, shorter=24)} == {(24, 32, 3)}


def test_what_goes_wrong_is_raised_where_pictures_are_taken(tmp_path):
    with pytest.raises(video.VideoError, match=r"nothing\.mp4"):
        list(video.pictures(tmp_path / "nothing.mp4"))
    with pytest.raises(video.VideoError, match="camera 77 cannot be opened"):
        list(video.pictures(77))


def test_who_stops_early_leaves_no_thread(film):
    import threading

    before = threading.active_count()
    taken = video.pictures(film)
    next(taken)
    taken.close()
    assert threading.active_count() == before
