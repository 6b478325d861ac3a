"""Videos: decoded in order with true times, written whole or not at all, bad files explained."""

import resource
import wave
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from raw_video import pictures, write_raw

from gymlib import video
from gymlib.video import VideoError, VideoInfo


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mp4"
    video.write_video(path, pictures(), 25)
    return path


def test_what_is_written_is_read(clip):
    assert video.probe(clip) == VideoInfo(64, 48, 25.0, 8)
    read = list(video.read_frames(clip))
    assert [frame.index for frame in read] == list(range(8))
    np.testing.assert_allclose([frame.time for frame in read], np.arange(8) / 25)
    for frame, original in zip(read, pictures()):
        assert np.abs(frame.rgb.astype(int) - original).mean() < 4


def test_opencv_reads_the_same_pictures(tmp_path):
    # Grey, because OpenCV takes every video for BT.601 colours.
    path = tmp_path / "grey.mp4"
    video.write_video(path, (np.repeat(p[..., :1], 3, axis=-1) for p in pictures()), 25)
    capture = cv2.VideoCapture(str(path))
    for frame in video.read_frames(path):
        found, bgr = capture.read()
        assert found
        assert np.abs(bgr[..., ::-1].astype(int) - frame.rgb).mean() < 1
    assert not capture.read()[0]


@pytest.mark.slow
@pytest.mark.parametrize("size", [(120, 160), (112, 192), (48, 64)])
def test_the_same_pictures_give_the_same_bytes(tmp_path, size):
    files = [tmp_path / f"{i}.mp4" for i in range(8)]
    for file in files:
        video.write_video(file, pictures(12, *size), 30)
    assert len({file.read_bytes() for file in files}) == 1


def test_browsers_can_start_before_the_end(clip):
    content = clip.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    with av.open(str(clip)) as container:
        codec = container.streams.video[0].codec_context
        assert (codec.name, codec.pix_fmt) == ("h264", "yuv420p")


def test_odd_sizes_are_padded_and_said(tmp_path):
    path = tmp_path / "odd.mp4"
    with pytest.warns(UserWarning, match="even sizes: 61x47 padded to 62x48"):
        info = video.write_video(path, pictures(3, 47, 61), 25)
    assert (info.width, info.height) == (62, 48)
    frame = next(video.read_frames(path))
    original = next(pictures(1, 47, 61))
    assert np.abs(frame.rgb[:47, :61].astype(int) - original).mean() < 4


def test_frame_rates_of_television(tmp_path):
    info = video.write_video(tmp_path / "ntsc.mp4", pictures(3), 30000 / 1001)
    assert info.fps == pytest.approx(29.97, abs=1e-3)
    assert video.probe(tmp_path / "ntsc.mp4").fps == pytest.approx(info.fps)


def test_one_frame(tmp_path):
    video.write_video(tmp_path / "one.mp4", pictures(1), 25)
    assert video.probe(tmp_path / "one.mp4").frames == 1
    assert [frame.time for frame in video.read_frames(tmp_path / "one.mp4")] == [0.0]


@pytest.mark.slow
def test_4k(tmp_path):
    path = tmp_path / "large.mp4"
    video.write_video(path, [np.full((2160, 3840, 3), 80, np.uint8)] * 2, 25)
    assert video.probe(path) == VideoInfo(3840, 2160, 25.0, 2)
    assert next(video.read_frames(path)).rgb.shape == (2160, 3840, 3)


def test_times_of_a_scan_are_those_of_the_frames_read(tmp_path, clip):
    for suffix in ("mp4", "mkv"):
        write_raw(tmp_path / f"phone.{suffix}", [0, 40, 60, 200, 240, 1000, 1030, 1100])
    write_raw(tmp_path / "late.mp4", [500, 540, 580])
    with av.open(str(clip)) as source, av.open(str(tmp_path / "bare.h264"), "w") as bare:
        stream = bare.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                bare.mux(packet)
    for file in [clip, *sorted(tmp_path.glob("*.m*")), tmp_path / "bare.h264"]:
        expected = [frame.time for frame in video.read_frames(file)]
        np.testing.assert_allclose(video.scan(file).times, expected, atol=1e-6, err_msg=file.name)


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_variable_frame_rate_keeps_its_times(tmp_path, suffix):
    times = [0, 40, 60, 200, 240, 1000]
    path = tmp_path / f"phone.{suffix}"
    write_raw(path, times)
    read = list(video.read_frames(path))
    np.testing.assert_allclose([f.time for f in read], np.array(times) / 1000, atol=1e-6)
    assert video.probe(path).frames == len(times)


def test_time_starts_at_the_first_frame(tmp_path):
    write_raw(tmp_path / "late.mp4", [500, 540, 580])
    times = [frame.time for frame in video.read_frames(tmp_path / "late.mp4")]
    np.testing.assert_allclose(times, [0, 0.04, 0.08], atol=1e-6)


def test_portrait_from_a_phone_stands_upright(clip):
    # Phones write landscape pictures and a matrix in the track header that turns them.
    content = bytearray(clip.read_bytes())
    one, matrix = (1 << 16).to_bytes(4, "big"), content.index(b"tkhd") + 44
    assert content[matrix : matrix + 4] == one
    minus = (-(1 << 16) & 0xFFFFFFFF).to_bytes(4, "big")
    quarter = [bytes(4), one, bytes(4), minus, bytes(4), bytes(4)]
    content[matrix : matrix + 24] = b"".join(quarter)
    clip.write_bytes(content)
    assert video.probe(clip) == VideoInfo(48, 64, 25.0, 8)
    turned = next(video.read_frames(clip)).rgb
    expected = np.rot90(next(pictures()), k=-1)  # a quarter turn clockwise
    assert np.abs(turned.astype(int) - expected).mean() < 4


def test_pixels_become_square(tmp_path):
    write_raw(tmp_path / "dv.mp4", [0, 40], aspect=Fraction(2, 1))
    assert video.probe(tmp_path / "dv.mp4").width == 128
    assert next(video.read_frames(tmp_path / "dv.mp4")).rgb.shape == (48, 128, 3)


def test_a_cut_without_encoding_again_hides_frames(tmp_path):
    """Phones and players cut by an edit list: frames before the cut are stored, not shown."""
    whole, part = tmp_path / "whole.mp4", tmp_path / "part.mp4"
    video.write_video(whole, pictures(20), 25)
    with av.open(str(whole)) as source, av.open(str(part), "w") as target:
        old = source.streams.video[0]
        new = target.add_stream_from_template(old)
        shift = int(5 / 25 / old.time_base)
        for packet in source.demux(old):
            if packet.dts is not None:
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                packet.stream = new
                target.mux(packet)
    assert video.probe(part).frames == 15
    shown = list(video.read_frames(part))
    assert [frame.index for frame in shown] == list(range(15))
    assert shown[0].time == 0
    originals = list(pictures(20))
    for frame, original in zip(shown, originals[5:]):
        assert np.abs(frame.rgb.astype(int) - original).mean() < 4


def test_pick_frames_in_the_order_asked(clip):
    every = [frame.rgb for frame in video.read_frames(clip)]
    for picked, index in zip(video.pick_frames(clip, [5, 0, 5]), [5, 0, 5]):
        np.testing.assert_array_equal(picked, every[index])
    assert video.pick_frames(clip, []) == []
    with pytest.raises(VideoError, match="no frame 8 in this video"):
        video.pick_frames(clip, [1, 8])


# --- bad files --------------------------------------------------------------------------------


def cut(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])


def test_truncated_says_both_numbers(tmp_path):
    path = tmp_path / "cut.mp4"
    noise = np.random.default_rng(0).integers(0, 255, (20, 48, 64, 3), dtype=np.uint8)
    video.write_video(path, noise, 25)
    cut(path, 0.5)
    for read in (video.probe, lambda path: list(video.read_frames(path))):
        with pytest.raises(VideoError, match=r"container says 20 frames, \d+ could be decoded"):
            read(path)
    with pytest.warns(UserWarning, match=r"kept those"):
        kept = list(video.read_frames(path, keep_truncated=True))
    assert 5 <= len(kept) < 20
    assert video.probe(path, keep_truncated=True).frames == len(kept)


def test_cut_off_before_the_index(tmp_path):
    write_raw(tmp_path / "recording.mp4", [0, 40, 80])  # the index comes last
    cut(tmp_path / "recording.mp4", 0.5)
    with pytest.raises(VideoError, match="cannot be opened as a video"):
        video.probe(tmp_path / "recording.mp4")


@pytest.mark.parametrize("read", [video.probe, lambda path: list(video.read_frames(path))])
def test_files_that_are_no_video(tmp_path, read):
    with pytest.raises(VideoError, match="no such video file"):
        read(tmp_path / "missing.mp4")
    with pytest.raises(VideoError, match="no such video file"):
        read(tmp_path)
    empty = tmp_path / "empty.mp4"
    empty.touch()
    with pytest.raises(VideoError, match="the file is empty"):
        read(empty)
    text = tmp_path / "text.mp4"
    text.write_text("clip,start,end,label\n" * 50)
    with pytest.raises(VideoError, match="cannot be opened as a video"):
        read(text)


def test_sound_without_pictures(tmp_path):
    with wave.open(str(tmp_path / "sound.mp4"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(1600))
    with pytest.raises(VideoError, match="expected a video stream, found only: audio"):
        video.probe(tmp_path / "sound.mp4")


@pytest.mark.parametrize(
    "text",
    ["ffconcat version 1.0\nfile clip.mp4\n", "#EXTM3U\n#EXTINF:1,\nclip.mp4\n#EXT-X-ENDLIST\n"],
)
def test_a_playlist_opens_no_other_file(clip, text):
    playlist = clip.with_name("list.mp4")
    playlist.write_text(text)
    with pytest.raises(VideoError):
        list(video.read_frames(playlist))


# --- writing goes wrong -----------------------------------------------------------------------


def only_file(path):
    return [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_failed_write_changes_nothing(clip):
    before = clip.read_bytes()
    mixed = [*pictures(3), np.zeros((50, 64, 3), np.uint8)]
    with pytest.raises(VideoError, match=r"frame 3: expected uint8 .*\(48, 64, 3\), found .*50"):
        video.write_video(clip, iter(mixed), 25)
    with pytest.raises(VideoError, match=r"frame 0: expected uint8 .* found float64"):
        video.write_video(clip, iter([np.zeros((48, 64, 3))]), 25)
    with pytest.raises(VideoError, match="at least one frame"):
        video.write_video(clip, [], 25)
    with pytest.raises(VideoError, match="frame rate above 0"):
        video.write_video(clip, pictures(), float("nan"))
    assert clip.read_bytes() == before
    assert only_file(clip)


def test_interrupted_write_changes_nothing(clip):
    def interrupted():
        yield from pictures(3)
        raise KeyboardInterrupt

    before = clip.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        video.write_video(clip, interrupted(), 25)
    assert clip.read_bytes() == before
    assert only_file(clip)


def test_full_disk(clip):
    before = clip.read_bytes()
    noise = np.random.default_rng(0).integers(0, 255, (30, 240, 320, 3), dtype=np.uint8)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(OSError, match=r"cannot write .*clip\.mp4.*nothing was changed"):
            video.write_video(clip, noise, 25)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert clip.read_bytes() == before
    assert only_file(clip)


@pytest.mark.slow
def test_real_footage(real_data):
    folder = real_data / "real_video"
    grass = video.probe(folder / "backflip_grass.mp4")
    assert grass == VideoInfo(1920, 1080, 30.0, 120)
    assert sum(1 for _ in video.read_frames(folder / "backflip_grass.mp4")) == 120
    skill = video.probe(folder / "trampoline" / "skill_0.webm")
    assert skill == VideoInfo(500, 1080, 30.0, 18)
