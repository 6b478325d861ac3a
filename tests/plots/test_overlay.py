"""Overlays: what is drawn, where, in which colours; and what is left as it was."""

import itertools

import numpy as np
import pandas as pd
import pytest
from footage import filmed_dataset
from PIL import Image
from tiny_dataset import HEIGHT, WIDTH, make_results

from gymlib import video
from gymlib.dataset import schemas
from gymlib.files.tables import write_table
from gymlib.labels import CLASSES, COLOURS
from gymlib.plots import overlay
from gymlib.plots.overlay import showcase
from gymlib.plots.overlay.panel import GROUND, Panel
from gymlib.plots.skeletons import SIDE_COLOURS
from gymlib.skeleton import INDEX

GREY = np.full((120, 200, 3), 100, np.uint8)


def rgb(label):
    return [int(COLOURS[label][i : i + 2], 16) for i in (1, 3, 5)]


def one_bone(a=(50.0, 60.0), b=(150.0, 60.0)):
    """A skeleton of which only the left upper arm is known, in pixels."""
    keypoints = np.full((33, 2), np.nan)
    keypoints[INDEX["left_shoulder"]], keypoints[INDEX["left_elbow"]] = a, b
    return keypoints


def test_a_bone_is_a_line():
    drawn = overlay.draw_skeleton(GREY, one_bone(), "#FF0000")
    assert (GREY == 100).all()  # the picture itself stays
    assert drawn[60, 100, 0] > 200 and not drawn[60, 100, 1:].any()
    changed = (drawn != GREY).any(axis=-1)
    assert changed[60, 50:151].all()
    assert not changed[:55].any() and not changed[66:].any()
    assert not changed[:, :45].any() and not changed[:, 156:].any()


def test_left_and_right_have_their_colours():
    left = overlay.draw_skeleton(GREY, one_bone())[60, 100]
    swapped = one_bone()
    for part in ("shoulder", "elbow"):
        swapped[[INDEX[f"left_{part}"], INDEX[f"right_{part}"]]] = swapped[
            [INDEX[f"right_{part}"], INDEX[f"left_{part}"]]
        ]
    right = overlay.draw_skeleton(GREY, swapped)[60, 100]
    assert left[0] > left[2] and right[2] > right[0]  # orange and violet


def test_no_side_looks_like_a_class():
    assert not set(SIDE_COLOURS.values()) & set(COLOURS.values())


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e12])
def test_what_cannot_be_drawn_is_left_out(value):
    nowhere = np.full((33, 2), value)
    np.testing.assert_array_equal(overlay.draw_skeleton(GREY, nowhere), GREY)


def test_a_bone_leaves_the_picture():
    drawn = overlay.draw_skeleton(GREY, one_bone(b=(300.0, 60.0)), "#FF0000")
    assert drawn[60, 199, 0] > 200 and not drawn[60, 199, 1:].any()


def draw(detected=True, timelines=None, probabilities=None, frames=4):
    keypoints = np.full((frames, 33, 2), np.nan)
    keypoints[:, INDEX["left_shoulder"]] = 0.25, 0.5
    keypoints[:, INDEX["left_elbow"]] = 0.75, 0.5
    seen = np.full(frames, detected)
    return list(overlay.overlay_clip([GREY] * frames, keypoints, seen, timelines, probabilities))


def test_keypoints_are_shares_of_the_picture():
    changed = (draw()[0] != GREY).any(axis=-1)
    assert changed[60, 52:148].all()


def test_others_are_fainter_than_the_one_who_is_followed():
    body = one_bone((0.25, 0.5), (0.75, 0.5)).astype(np.float32)[None]
    nobody = np.zeros((2, 33, 2), np.float32), np.zeros(2, bool)
    first, second = overlay.overlay_clip([GREY] * 2, *nobody, others={1: body})
    changed = np.argwhere((first != second).any(axis=2))
    assert np.abs(changed[:, 0] - 60).max() <= 3, "a thin line"
    assert (second[60, 100] > 140).all() and (second[60, 100] <= (100 + 0xDD) / 2).all()


def test_no_skeleton_without_a_pose():
    drawn = draw(detected=False)[0]
    np.testing.assert_array_equal(drawn[40:80], GREY[40:80])
    assert (drawn[100:] != GREY[100:]).any()  # says so below


def band(picture, column, names):
    """Whether the rows below the picture hold exactly these labels at a column, from above."""
    seen = [tuple(pixel) for pixel in picture[120:, column]]
    runs = [colour for colour, _ in itertools.groupby(seen)]
    return [colour for colour in runs if colour != GROUND] == [tuple(rgb(n)) for n in names]


def test_timelines_have_the_colours_of_the_labels():
    codes = np.array([0, 1, 2, 3], dtype=np.int8)
    drawn = draw(timelines={"label": codes, "model": codes[::-1].copy()})
    assert len(drawn) == 4
    height = drawn[0].shape[0]
    assert height > 120 and height % 2 == 0
    # 32 columns of names, then four frames of 42; the current frame has a line in its middle.
    for frame, (first, second) in enumerate(zip(CLASSES, reversed(CLASSES))):
        assert band(drawn[0], 32 + 42 * frame + 10, [first, second])
    for index, picture in enumerate(drawn):
        assert (picture[120:, 32 + 42 * index + 21] == 255).all()


def test_frames_without_a_label_are_dark():
    drawn = draw(timelines={"model": np.array([-1, 2, -1, 2], dtype=np.int8)})
    assert band(drawn[3], 40, []) and band(drawn[0], 32 + 42 + 10, ["skill"])


def test_a_long_name_fits_beside_its_timeline():
    idle = np.zeros(10, dtype=np.int8)
    panel = Panel({"trained on a data set with a long name": idle}, None, 1280, 720)
    names = panel.picture[:, : panel.left]
    ground = np.all(names == GROUND, axis=(0, 2))  # columns without a letter
    assert ground[0] and ground[-1] and not ground.all()
    assert panel.left <= 640


def test_probabilities_fill_the_panel_in_proportion():
    probabilities = np.array([[0.25, 0, 0.75, 0], [np.nan] * 4, [0, 0, 0, 1], [0.5, 0.5, 0, 0]])
    codes = np.zeros(4, dtype=np.int8)
    drawn = draw(timelines={"label": codes}, probabilities=probabilities)[1]
    assert band(drawn, 40, ["skill", "idle", "idle"])  # idle lowest; the last is the timeline
    assert band(drawn, 32 + 2 * 42 + 10, ["landing", "idle"])
    column = drawn[120:, 40]
    areas = [(column == rgb(name)).all(axis=-1).sum() for name in ("skill", "idle")]
    row = 8  # the timeline's height: 2 * max(4, 120 // 48)
    assert areas == [3 * row, row + row]
    assert band(drawn, 32 + 42 + 10, ["idle"])


def test_probability_bars_are_as_long_as_probable():
    certain, split = [0.0, 0.0, 1.0, 0.0], [0.5, 0.5, 0.0, 0.0]
    probabilities = np.array([certain, split, [np.nan] * 4, [0.25] * 4])
    drawn = draw(probabilities=probabilities)

    def length(picture, label):
        return (picture[:60] == rgb(label)).all(axis=-1).any(axis=0).sum()

    full = length(drawn[0], "skill")
    assert full == pytest.approx(0.16 * 200, abs=2)
    assert length(drawn[1], "idle") == pytest.approx(full / 2, abs=2)
    assert length(drawn[1], "skill") <= 1
    assert length(drawn[2], "skill") == 0
    assert length(drawn[3], "landing") == pytest.approx(full / 4, abs=2)


def test_lengths_must_agree():
    codes = np.zeros(3, dtype=np.int8)
    with pytest.raises(ValueError, match="label: expected 4 frames, found 3"):
        draw(timelines={"label": codes})
    with pytest.raises(ValueError, match="probabilities: expected 4 frames, found 2"):
        draw(probabilities=np.zeros((2, 4)))
    few = np.zeros((2, 33, 2)), np.ones(2, bool)
    with pytest.raises(ValueError, match="more frames than the 2 of keypoints"):
        list(overlay.overlay_clip([GREY] * 3, *few))


# --- a clip of a data set ---------------------------------------------------------------------


@pytest.fixture
def filmed(home):
    return filmed_dataset(home, frames=12)


def predictions(frames):
    table = pd.DataFrame({"clip": "clip_00", "frame": frames})
    return table.assign(**dict(zip(schemas.PROBABILITIES, (0.1, 0.2, 0.3, 0.4))))


@pytest.mark.slow
def test_overlay_video_of_a_clip(filmed, tmp_path):
    target = tmp_path / "overlay.mp4"
    info = overlay.write_overlay(filmed, "clip_00", target, {"lstm": predictions(range(2, 12))})
    assert info == video.probe(target)
    assert (info.width, info.frames, info.fps) == (WIDTH, 12, 25.0)
    assert info.height > HEIGHT
    last = video.pick_frames(target, [11])[0]
    column = WIDTH - WIDTH // 12 // 4
    row = HEIGHT + 3 * (info.height - HEIGHT) // 4
    assert np.abs(last[row, column].astype(int) - rgb("landing")).max() < 25


@pytest.mark.slow
def test_an_overlay_is_written_again_only_if_something_changed(filmed, tmp_path):
    target = tmp_path / "overlay.mp4"

    def written(**options) -> bool:
        before = target.stat().st_mtime_ns if target.exists() else None
        overlay.write_overlay(filmed, "clip_00", target, **options)
        return target.stat().st_mtime_ns != before

    table = predictions(range(2, 12))
    assert written(predictions={"lstm": table})
    assert not written(predictions={"lstm": table})
    assert written(predictions={"lstm": table.assign(p_skill=0.9)})
    assert written() and not written()
    poses = filmed.keypoints
    filmed.write(poses.assign(x_nose=poses["x_nose"] + np.float32(0.1)), "keypoints.parquet")
    assert written() and not written()
    brighter = np.full((HEIGHT, WIDTH, 3), 95, np.uint8)
    video.write_video(filmed.folder / "videos/clip_00.mp4", [brighter] * 12, 25)
    assert written() and not written()
    target.unlink()
    assert written()


@pytest.mark.slow
def test_overlay_without_labels(filmed, tmp_path):
    (filmed.folder / "labels.parquet").unlink()
    info = overlay.write_overlay(filmed, "clip_00", tmp_path / "plain.mp4")
    assert (info.width, info.height) == (WIDTH, HEIGHT)


@pytest.mark.slow
def test_clips_that_cannot_be_drawn(filmed, tmp_path):
    with pytest.raises(ValueError, match="has no clip 'clip_07'"):
        overlay.write_overlay(filmed, "clip_07", tmp_path / "x.mp4")
    with pytest.raises(ValueError, match="clip clip_01 of data set 'tiny' has no video"):
        overlay.write_overlay(filmed, "clip_01", tmp_path / "x.mp4")
    assert not (tmp_path / "x.mp4").exists()


# --- the video to show ------------------------------------------------------------------------


def answers(**right):
    """Two frames of every class per clip, of which the first ``right`` ones are answered right."""
    rows = [
        (clip, frame, label if frame < count else "no", label)
        for clip, count in right.items()
        for frame, label in enumerate(CLASSES * 2)
    ]
    return pd.DataFrame(rows, columns=["clip", "frame", "label", "true"])


def test_the_showcase_is_the_median_of_complete_somersaults_on_the_feet():
    said = answers(a=8, b=8, c=7, d=6, e=7)
    truth = pd.DataFrame({
        "clip": list("abcdef"),
        "skill": ["back handspring", *["front somersault"] * 5],
        "slow": [1, 2, 1, 1, 1, 1],
        "landing": ["stick"] * 6,
    })  # fmt: skip
    poses = pd.DataFrame(
        {"clip": list("ddeeff"), "detected": [True, False, True, True, True, True]}
    )
    # c, d and e are complete; c and e have the median, e more poses.
    assert showcase.choose(said, poses, truth) == ("e", 87.5)
    truth.loc[truth["clip"].isin(["c", "e"]), "landing"] = "lie"
    assert showcase.choose(said, poses, truth) == ("d", 75.0)
    truth["skill"] = "cartwheel"  # then of all: 8, 8, 7, 7, 6 frames right
    assert showcase.choose(said, poses, truth) == ("e", 87.5)


def test_a_gif_is_small_even_paced_and_the_same_every_time(tmp_path):
    pictures = [np.full((100, 960, 3), 8 * n, np.uint8) for n in range(25)]
    files = [tmp_path / "a.gif", tmp_path / "b.gif"]
    for file in files:
        showcase.write_gif(file, pictures, 25)
    assert files[0].read_bytes() == files[1].read_bytes()
    with Image.open(files[0]) as gif:
        assert (gif.size, gif.n_frames, gif.info["duration"]) == ((480, 50), 12, 80)
        assert gif.info["loop"] == 0


def test_nothing_to_show_without_predictions(filmed, tmp_path):
    assert showcase.make(filmed, "thesis", tmp_path) is None
    assert list(tmp_path.glob("overlay.*")) == []


@pytest.mark.slow
def test_the_showcase_is_made_again_only_if_something_changed(filmed, home, tmp_path):
    make_results(home, filmed.name)
    filmed.write(filmed.clips.assign(path="videos/clip_00.mp4"), "clips.csv")
    plain = {"skill": "front somersault", "slow": 1, "landing": "stick"}
    write_table(filmed.folder / "truth/clips.csv", filmed.clips[["clip"]].assign(**plain))
    files = [tmp_path / f"overlay.{kind}" for kind in ("mp4", "gif", "json")]
    about = showcase.make(filmed, "thesis", tmp_path)
    assert about["dataset"] == "tiny" and about["clip"] in set(filmed.clips["clip"])
    times = [file.stat().st_mtime_ns for file in files]
    assert showcase.make(filmed, "thesis", tmp_path) == about
    assert [file.stat().st_mtime_ns for file in files] == times
    make_results(home, filmed.name, seed=1)
    showcase.make(filmed, "thesis", tmp_path)
    assert all(file.stat().st_mtime_ns > time for file, time in zip(files, times))


# --- legible on any film ----------------------------------------------------------------------


def test_on_an_upright_film_labels_and_bars_stay_apart():
    upright = np.full((960, 540, 3), 100, np.uint8)
    codes = {name: np.full(1, 3, np.int8) for name in ("model", "model, then monday, then tuesday")}
    nobody = np.full((1, 33, 2), np.nan), np.ones(1, bool)
    drawn, plain, bars = (
        next(overlay.overlay_clip([upright], *nobody, *more))[:300]
        for more in ((codes, np.full((1, 4), 0.25)), (codes,), ({}, np.full((1, 4), 0.25)))
    )
    words, own = (np.flatnonzero((one != 100).any(axis=(0, 2))) for one in (plain, bars))
    assert words.max() < own.min(), "the longest line ends before the bars begin"
    assert words.max() > 200 and np.array_equal(drawn[:, : own.min()], plain[:, : own.min()])


def test_it_says_whose_probabilities_it_shows():
    codes = {name: np.zeros(4, np.int8) for name in ("label", "lstm")}
    probabilities = np.full((4, 4), 0.25)
    panel, named = (
        Panel(codes, probabilities, 1280, 720, whose).picture[:120, :180] for whose in ("", "lstm")
    )
    rows = [np.flatnonzero((one != GROUND).any(axis=(1, 2))) for one in (panel, named)]
    assert np.ptp(rows[1]) > 1.8 * np.ptp(rows[0]), "a second line below the word"


def test_a_model_that_says_nothing_is_not_called_unlabeled(monkeypatch):
    """People leave a frame Unlabeled; a model has no answer where there is no pose."""
    written = []
    keep = lambda picture, words, size: written.extend(words) or picture  # noqa: E731
    monkeypatch.setattr(overlay.clip, "write", keep)
    draw(False, {"label": np.full(1, -1, np.int8), "lstm": np.full(1, -1, np.int8)}, frames=1)
    assert [text for text, *_ in written] == ["label: Unlabeled", "lstm: –", "no pose"]
