"""Films as devices and tools write them: every reader sees the same frames, upright, in time."""

import io
import re
import struct
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

import av
import numpy as np
import pytest
from av.stream import Disposition
from PIL import Image
from raw_video import pictures, write_raw

from gymlib import video
from gymlib.pose.survey import working_frames
from gymlib.video import VideoError
from gymlib.video.sampling import sample_frames


class Kind(NamedTuple):
    """A way to write twelve frames."""

    file: str
    codec: str = "libx264"
    rate: object = 25
    pixels: str = "yuv420p"
    options: Mapping[str, str] = MappingProxyType({})
    form: str | None = None
    """Container, where the file's ending does not say it."""
    size: tuple[int, int] = (48, 64)
    width: int | None = None
    """As shown, where pixels are not square."""


FRAMES = 12
NTSC = Fraction(30000, 1001)
KINDS = [
    Kind("phone.mp4"),
    Kind("camera.MOV", rate=NTSC),
    Kind("hevc.mp4", "libx265", options={"x265-params": "log-level=none"}),
    Kind("hdr.mp4", "libx265", 30, "yuv420p10le", {"x265-params": "log-level=none"}),
    Kind("hdr.mov", "prores_ks", 25, "yuv422p10le"),
    Kind("b_frames.mp4", options={"bf": "3", "b-pyramid": "normal"}),
    Kind("b_frames.mkv", options={"bf": "3"}),
    Kind("b_frames.avi", "mpeg4", options={"bf": "2"}),
    Kind("interlaced.mp4", options={"flags": "+ildct+ilme", "x264-params": "tff=1"}),
    Kind("fragmented.mp4", options={"movflags": "frag_keyframe+empty_moov", "g": "4"}),
    Kind("00105.MTS", form="mpegts", rate=50),
    Kind("stream.ts", form="mpegts", options={"bf": "2"}),
    Kind("old.mpg", "mpeg1video"),
    Kind("disc.vob", "mpeg2video", form="vob", options={"bf": "2"}),
    Kind("disc.m2ts", "mpeg2video", form="mpegts"),
    Kind("old_phone.3gp", "h263", 25, form="3gp", size=(96, 128), width=140),
    Kind("camera.avi", "mjpeg", 15, "yuvj420p"),
    Kind("divx.avi", "mpeg4", 24),
    Kind("lossless.avi", "ffv1"),
    Kind("screen.wmv", "wmv2", form="asf"),
    Kind("web.flv", "flv"),
    Kind("web.f4v", form="mp4"),
    Kind("browser.webm", "libvpx", 30),
    Kind("browser_9.webm", "libvpx-vp9", 30),
    Kind("alpha.webm", "libvpx-vp9", 25, "yuva420p"),
    Kind("av1.mp4", "libsvtav1", options={"preset": "12", "svtav1-params": "lp=1"}),
    Kind("loop.gif", "gif", 10, "rgb8"),
    Kind("loop.apng", "apng", 10, "rgb24"),
    Kind("tape.dv", "dvvideo", size=(576, 720), width=768),
    Kind("broadcast.mxf", "mpeg2video"),
    Kind("slow.mp4", rate=240),
    Kind("very_slow.mp4", rate=1200),
    Kind("bare.h264"),
    Kind("nut.nut", "mpeg4"),
]


def write(path, kind: Kind):
    with av.open(str(path), "w", format=kind.form, options=containers(kind)) as out:
        options = {key: value for key, value in kind.options.items() if key != "movflags"}
        stream = out.add_stream(kind.codec, rate=kind.rate, options=options)
        stream.height, stream.width, stream.pix_fmt = *kind.size, kind.pixels
        for rgb in pictures(FRAMES, *kind.size):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        out.mux(stream.encode())


def containers(kind: Kind) -> dict:
    return {key: value for key, value in kind.options.items() if key == "movflags"}


def agree(path, frames: int, size: tuple[int, int], times) -> None:
    """Every reader gives these frames, of (height, width), at these seconds."""
    info = video.probe(path)
    assert (info.frames, (info.height, info.width)) == (frames, size)
    read = list(video.read_frames(path))
    assert [frame.index for frame in read] == list(range(frames))
    assert {frame.rgb.shape for frame in read} == {(*size, 3)}
    for found in ([f.time for f in read], video.scan(path).times,
                  [f.time for f in sample_frames(path, 1)],
                  [time for time, _ in working_frames(path, False)]):  # fmt: skip
        np.testing.assert_allclose(found, times, atol=0.0015)  # some keep milliseconds
    grey, jpegs = list(video.read_grey(path)), list(video.read_jpegs(path))
    assert len(grey) == len(jpegs) == frames
    longest = max(size)
    small = tuple(round(side * min(1, 160 / longest)) for side in size)
    assert grey[0].shape == small


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=[kind.file for kind in KINDS])
def test_every_reader_sees_the_same(tmp_path, kind):
    if kind.codec not in av.codecs_available:
        pytest.skip(f"this FFmpeg has no encoder {kind.codec}")
    path = tmp_path / kind.file
    write(path, kind)
    width = kind.width or kind.size[1]
    agree(path, FRAMES, (kind.size[0], width), np.arange(FRAMES) / float(kind.rate))
    assert video.probe(path).fps == pytest.approx(float(kind.rate), rel=0.01)
    assert path.suffix.lower() in video.ENDINGS
    middle = video.pick_frames(path, [5])[0].astype(int)
    if kind.width is None:
        original = list(pictures(FRAMES, *kind.size))[5]
        assert np.abs(middle - original).mean() < (25 if kind.pixels == "rgb8" else 12)


# --- up and down ------------------------------------------------------------------------------

ONE = 1 << 16
MATRICES = {  # a, b, c, d of the track header -> the picture as players show it
    (1, 0, 0, 1): lambda rgb: rgb,
    (0, 1, -1, 0): lambda rgb: np.rot90(rgb, -1),
    (-1, 0, 0, -1): lambda rgb: np.rot90(rgb, 2),
    (0, -1, 1, 0): lambda rgb: np.rot90(rgb, 1),
    (-1, 0, 0, 1): lambda rgb: rgb[:, ::-1],
    (1, 0, 0, -1): lambda rgb: rgb[::-1],
    (0, 1, 1, 0): lambda rgb: rgb.swapaxes(0, 1),
    (0, -1, -1, 0): lambda rgb: rgb[::-1, ::-1].swapaxes(0, 1),
}


def set_matrix(path, a, b, c, d):
    content = bytearray(path.read_bytes())
    at = content.index(b"tkhd") + 44
    content[at : at + 24] = struct.pack(">6i", a * ONE, b * ONE, 0, c * ONE, d * ONE, 0)
    path.write_bytes(content)


@pytest.mark.parametrize("matrix", MATRICES)
def test_turned_and_mirrored_as_players_show_it(tmp_path, matrix):
    path = tmp_path / "phone.mov"
    video.write_video(tmp_path / "plain.mp4", pictures(3), 25)
    path.write_bytes((tmp_path / "plain.mp4").read_bytes())
    set_matrix(path, *matrix)
    expected = MATRICES[matrix](next(video.read_frames(tmp_path / "plain.mp4")).rgb)
    np.testing.assert_array_equal(next(video.read_frames(path)).rgb, expected)
    np.testing.assert_array_equal(video.pick_frames(path, [0])[0], expected)
    height, width = expected.shape[:2]
    assert (video.probe(path).width, video.probe(path).height) == (width, height)
    jpeg = np.array(Image.open(io.BytesIO(next(video.read_jpegs(path)))))
    assert jpeg.shape == expected.shape and np.abs(jpeg.astype(int) - expected).mean() < 5
    grey = next(video.read_grey(path))
    assert grey.shape == (height, width)
    square = grey[MATRICES[matrix](np.pad(np.ones((10, 10)), ((10, 28), (0, 54)))) > 0]
    assert square.min() > 200, "the white square is where players show it"


# --- which stream, and when -------------------------------------------------------------------


def encode(out, stream, frames, start=0, size=(48, 64)):
    """Pictures from a time on, in hundredths of a second and a rate of 25."""
    for index, rgb in enumerate(pictures(frames, *size)):
        picture = av.VideoFrame.from_ndarray(rgb, format="rgb24")
        picture.pts, picture.time_base = start + 4 * index, Fraction(1, 100)
        out.mux(stream.encode(picture))
    out.mux(stream.encode())


def film_stream(out, codec="libx264", size=(48, 64)):
    stream = out.add_stream(codec, rate=25)
    stream.height, stream.width, stream.pix_fmt = *size, "yuv420p"
    stream.codec_context.time_base = Fraction(1, 100)
    return stream


def sound(out, stream, seconds):
    samples = np.zeros((1, round(8000 * seconds)), np.int16)
    frame = av.AudioFrame.from_ndarray(samples, "s16", "mono")
    frame.sample_rate, frame.pts, frame.time_base = 8000, 0, Fraction(1, 8000)
    out.mux(stream.encode(frame))
    out.mux(stream.encode())


@pytest.mark.parametrize("suffix, codec", [("mkv", "pcm_s16le"), ("mov", "pcm_s16le"),
                                           ("ts", "mp2")])  # fmt: skip
def test_times_count_from_the_containers_start(tmp_path, suffix, codec):
    """Sound from 0 s, the first picture at 0.16 s, as a cut without encoding leaves it."""
    path = tmp_path / f"late.{suffix}"
    with av.open(str(path), "w", format="mpegts" if suffix == "ts" else None) as out:
        shown = film_stream(out)
        heard = out.add_stream(codec, rate=8000 if codec != "mp2" else 16000, layout="mono")
        if codec == "mp2":
            tone = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.int16), "s16", "mono")
            tone.sample_rate, tone.pts, tone.time_base = 16000, 0, Fraction(1, 16000)
            out.mux(heard.encode(tone))
            out.mux(heard.encode())
        else:
            sound(out, heard, 1)
        encode(out, shown, 5, start=16)
    times = 0.16 + np.arange(5) / 25
    if codec == "mp2":  # its own delay
        times = times - times[0] + video.scan(path).times[0]
        assert 0.1 < times[0] < 0.2
    agree(path, 5, (48, 64), times)
    assert video.scan(path).end == pytest.approx(1, abs=0.1), "the sound goes on"


def test_a_cover_is_no_film(tmp_path):
    """Music stores and recorders keep a picture as a video stream of its own, often the first."""
    path = tmp_path / "covered.mp4"
    with av.open(str(path), "w") as out:
        cover = out.add_stream("mjpeg", rate=25)
        cover.height, cover.width, cover.pix_fmt = 32, 32, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        stream = film_stream(out)
        picture = av.VideoFrame.from_ndarray(next(pictures(1, 32, 32)), format="rgb24")
        out.mux(cover.encode(picture))
        out.mux(cover.encode())
        encode(out, stream, 5)
    agree(path, 5, (48, 64), np.arange(5) / 25)


# --- what decodes counts ----------------------------------------------------------------------


def test_dropped_frames_of_an_avi_are_none(tmp_path):
    """Capture programs write an empty chunk for a frame that they lost; the header counts it."""
    path = tmp_path / "dropped.avi"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.height, stream.width, stream.pix_fmt = 48, 64, "yuv420p"
        for index, rgb in enumerate(pictures(12)):
            if index not in (4, 5, 6):
                picture = av.VideoFrame.from_ndarray(rgb, format="rgb24")
                picture.pts, picture.time_base = index, Fraction(1, 25)
                out.mux(stream.encode(picture))
        out.mux(stream.encode())
    times = np.delete(np.arange(12) / 25, [4, 5, 6])
    agree(path, 9, (48, 64), times)


def test_hidden_packets_are_no_frames(tmp_path):
    """VP8 stores pictures that are only referred to, each as a packet of its own."""
    whole, path = tmp_path / "whole.webm", tmp_path / "vp8.webm"
    write(whole, Kind("whole.webm", "libvpx"))
    with av.open(str(whole)) as source, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size and packet.pts in (200, 320):
                content = bytearray(packet)
                content[0] &= ~0x10  # show_frame
                hidden = av.Packet(bytes(content))
                hidden.pts = hidden.dts = packet.pts - 1
                hidden.time_base, hidden.stream = packet.time_base, stream
                out.mux(hidden)
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    with av.open(str(path)) as container:
        assert sum(packet.size > 0 for packet in container.demux()) == FRAMES + 2
    agree(path, FRAMES, (48, 64), np.arange(FRAMES) / 25)


NOISE = np.random.default_rng(0).integers(0, 255, (25, 48, 64, 3), dtype=np.uint8)


@pytest.mark.slow
@pytest.mark.parametrize(
    "file, codec, options",
    [
        ("half.mkv", "libx264", {}),
        ("half.webm", "libvpx", {}),
        ("half.avi", "mpeg4", {}),
        ("half.flv", "flv", {}),
        ("half.mxf", "mpeg2video", {}),
        ("half.mov", "mjpeg", {"movflags": "+faststart"}),
        ("half.mp4", "libx264", {"movflags": "+faststart"}),
        ("half.wmv", "wmv2", {}),
        ("half.gif", "gif", {}),
        ("half.ts", "libx264", {}),
        ("half.mpg", "mpeg1video", {}),
        ("half.ivf", "libvpx", {}),
    ],
)
def test_half_a_film_is_said_to_be_truncated(tmp_path, file, codec, options):
    path = tmp_path / file
    with av.open(str(path), "w", options=options) as out:
        stream = out.add_stream(codec, rate=25)
        stream.height, stream.width = 48, 64
        stream.pix_fmt = {"mjpeg": "yuvj420p", "gif": "rgb8"}.get(codec, "yuv420p")
        for rgb in NOISE:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        out.mux(stream.encode())
    assert video.probe(path).frames == 25
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2 + 50])  # not between two packets
    for read in (video.probe, lambda own: list(video.read_frames(own))):
        with pytest.raises(VideoError, match=r"truncated or damaged .* copy the file again"):
            read(path)
    with pytest.warns(UserWarning, match="kept those before"):
        kept = list(video.read_frames(path, keep_truncated=True))
    assert 0 < len(kept) < 25 and len(kept) == video.probe(path, keep_truncated=True).frames


def test_a_whole_film_with_something_behind_it_is_whole(tmp_path):
    """Zeros behind a GIF, the rest of a recorder's block behind a transport stream."""
    for kind, more in (("loop.gif", bytes(300)), ("stream.ts", bytes(68))):
        kind = next(one for one in KINDS if one.file == kind)
        path = tmp_path / kind.file
        write(path, kind)
        path.write_bytes(path.read_bytes() + more)
        assert video.probe(path).frames == FRAMES


@pytest.mark.slow
def test_another_size_half_way_is_said_with_the_frame(tmp_path):
    """A WebM of two recordings joined; every player scales the second, no skeleton would follow."""
    for name, size in (("a", (48, 64)), ("b", (96, 128))):
        with av.open(str(tmp_path / f"{name}.webm"), "w") as out:
            stream = out.add_stream("libvpx", rate=25)
            stream.height, stream.width, stream.pix_fmt = *size, "yuv420p"
            encode(out, stream, 5, size=size)
    path = tmp_path / "both.webm"
    with av.open(str(path), "w") as out:
        parts = [av.open(str(tmp_path / f"{name}.webm")) for name in "ab"]
        stream = out.add_stream_from_template(parts[0].streams.video[0])
        for number, part in enumerate(parts):
            for packet in part.demux(video=0):
                if packet.size:
                    packet.pts = packet.dts = packet.pts + 200 * number
                    packet.stream = stream
                    out.mux(packet)
            part.close()
    message = re.escape(f"{path}: the picture changes from 64x48 to 128x96 in frame 5")
    for read in (video.probe, lambda own: list(video.read_frames(own)),
                 lambda own: list(video.read_jpegs(own))):  # fmt: skip
        with pytest.raises(VideoError, match=message):
            read(path)


def test_a_film_that_changes_on_disk_is_looked_at_again(tmp_path):
    path = tmp_path / "film.mp4"
    write_raw(path, [0, 40, 80])
    assert video.probe(path).frames == 3
    write_raw(path, [0, 40, 80, 120])
    assert video.probe(path).frames == 4


def test_frames_1200_a_second_are_written_too(tmp_path):
    assert video.write_video(tmp_path / "fast.mp4", pictures(3), 1200).fps == 1200
