"""Keypoints of other programs: written as they write them, and read back."""

import json

import numpy as np
import pandas as pd
import pytest
from footage import film
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keypoint_files import NAMED, PROGRAM, WRITERS, alphapose, deeplabcut, openpose, sleap
from stick_figure import SIZE, salto

from gymlib import pose
from gymlib.__main__ import main
from gymlib.dataset import Dataset
from gymlib.formats import keypoints
from gymlib.formats.keypoints import KeypointError
from gymlib.formats.keypoints.skeletons import BODY_25, COCO_17, COCO_18
from gymlib.pose import Person
from gymlib.skeleton import INDEX, KEYPOINTS

BODIES, LABELS = salto()
FRAMES = {k: [body] for k, body in enumerate(BODIES)}


@pytest.fixture
def mine(home) -> Dataset:
    return made(home)


def made(home, name="mine", clips=("salto",), frames=60) -> Dataset:
    """A data set whose clips have no films."""
    data = Dataset(name, home)
    about = {"path": "", "fps": 30, "frames": frames, "width": SIZE[0], "height": SIZE[1]}
    data.write(pd.DataFrame([{"clip": c, "video": c} | about for c in clips]), "clips.csv")
    return data


def known(names) -> list[int]:
    return [INDEX[name] for name in KEYPOINTS if name in names]


def faults(data, program, source, **options) -> str:
    with pytest.raises(KeypointError) as error:
        keypoints.take(data, program, source, **options)
    assert not data.has("keypoints.parquet")
    return str(error.value)


# --- inverses ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_is_read(name, mine, tmp_path):
    write, names = WRITERS[name]
    taken = keypoints.take(mine, PROGRAM.get(name, name), write(tmp_path, "salto", FRAMES))
    attempt, own = mine.clip("salto"), known(names)
    assert attempt.detected.all() and taken.written
    np.testing.assert_allclose(attempt.keypoints[:, own] * SIZE, BODIES[:, own], rtol=1e-5)
    never = [k for k in range(33) if k not in own]
    assert np.isnan(attempt.keypoints[:, never]).all() and len(own) in (17, 21)
    table = mine.keypoints
    np.testing.assert_allclose(table["visibility_nose"], 0.9, rtol=1e-6)
    np.testing.assert_allclose(table["time"], np.arange(len(BODIES)) / 30)
    assert KEYPOINTS[never[0]] in str(taken) and "a pose in 60 of 60 frames" in str(taken)
    again = keypoints.take(mine, PROGRAM.get(name, name), write(tmp_path, "salto", FRAMES))
    assert again.written and mine.keypoints.equals(table)


@pytest.mark.slow
@given(st.integers(0, 999), st.sampled_from(list(WRITERS)), st.floats(0, 0.5))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_points_may_be_missing(tmp_path_factory, seed, name, share):
    write, names = WRITERS[name]
    folder, rng = tmp_path_factory.mktemp("any"), np.random.default_rng(seed)
    bodies, own = rng.uniform(5, 450, (6, 33, 2)), known(names)
    lost = rng.random((6, 33)) < share
    trunk = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("hip", "shoulder")]
    lost[:, trunk] = False
    bodies[lost] = np.nan
    data = made(folder, frames=6)
    source = write(folder / "files", "salto", {k: [body] for k, body in enumerate(bodies)})
    keypoints.take(data, PROGRAM.get(name, name), source)
    found = data.clip("salto").keypoints[:, own] * SIZE
    np.testing.assert_allclose(found, bodies[:, own], rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    "scale", [lambda xy: xy / SIZE, lambda xy: 2 * xy / SIZE - 1], ids=["0 to 1", "-1 to 1"]
)
def test_openpose_may_write_shares_of_the_picture(scale, mine, tmp_path):
    keypoints.take(mine, "openpose", openpose(tmp_path, "salto", FRAMES, scale=scale))
    own = known(BODY_25)
    found = mine.clip("salto").keypoints[:, own] * SIZE
    np.testing.assert_allclose(found, BODIES[:, own], rtol=1e-5)


@pytest.mark.slow
def test_a_lone_shoulder_tells_the_other_by_the_neck(mine, tmp_path):
    folder = openpose(tmp_path, "salto", FRAMES)
    file = folder / f"salto_{7:012}_keypoints.json"
    content = json.loads(file.read_text())
    content["people"][0]["pose_keypoints_2d"][6:9] = [0, 0, 0]  # the right shoulder
    file.write_text(json.dumps(content))
    keypoints.take(mine, "openpose", folder)
    found = mine.clip("salto").keypoints[7, INDEX["right_shoulder"]] * SIZE
    np.testing.assert_allclose(found, BODIES[7, INDEX["right_shoulder"]], rtol=1e-5)


# --- people -----------------------------------------------------------------------------------


def beside(order: int) -> dict[int, list]:
    """The jumper and somebody who stands 250 pixels beside, first or second in turn."""
    still = BODIES[0] - [250, 0]
    return {
        k: [body, still][:: -1 if (k + order) % 2 else 1] for k, body in enumerate(BODIES)
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("program", ["openpose", "alphapose"])
def test_of_two_people_the_one_who_moves_or_is_pointed_at(program, mine, tmp_path):
    source = WRITERS[program][0](tmp_path, "salto", beside(0))
    taken = keypoints.take(mine, program, source)
    own = known(COCO_17)
    found = mine.clip("salto").keypoints[:, own] * SIZE
    np.testing.assert_allclose(found, BODIES[:, own], rtol=1e-5)
    assert "up to 2 people in a frame; followed is the one who moves" in str(taken)
    person = Person(70 / SIZE[0], 0.6)
    taken = keypoints.take(mine, program, source, person=person, replace=True)
    found = mine.clip("salto").keypoints[:, own] * SIZE
    np.testing.assert_allclose(found, np.tile(BODIES[0, own] - [250, 0], (60, 1, 1)), rtol=1e-5)
    assert "the one who was pointed at" in str(taken)


@pytest.mark.slow
@pytest.mark.parametrize("write", [deeplabcut, sleap])
def test_named_animals_are_people_too(write, mine, tmp_path):
    keypoints.take(mine, write.__name__, write(tmp_path, "salto", beside(0)))
    assert mine.clip("salto").detected.all()


# --- gaps, thresholds, names ------------------------------------------------------------------


@pytest.mark.slow
def test_frames_without_a_file_or_anybody_have_no_pose(mine, tmp_path):
    some = {k: own for k, own in FRAMES.items() if k not in (4, 5, 30)} | {9: []}
    taken = keypoints.take(mine, "openpose", openpose(tmp_path, "salto", some))
    attempt = mine.clip("salto")
    assert np.flatnonzero(~attempt.detected).tolist() == [4, 5, 9, 30]
    assert (attempt.keypoints[4] == 0).all()
    assert "frames that the files do not have, without a pose: 4 to 5, 30" in str(taken)


@pytest.mark.slow
def test_a_frame_without_hips_is_no_pose(mine, tmp_path):
    body = BODIES[3].copy()
    body[[INDEX["left_hip"], INDEX["right_hip"]]] = np.nan
    keypoints.take(mine, "openpose", openpose(tmp_path, "salto", FRAMES | {3: [body]}, COCO_18))
    assert np.flatnonzero(~mine.clip("salto").detected).tolist() == [3]


@pytest.mark.slow
def test_points_that_are_doubted_are_masked(mine, tmp_path):
    file = deeplabcut(tmp_path, "salto", FRAMES)
    file.write_text(file.read_text().replace("0.9\n", "0.5\n"))  # the last part of each row
    keypoints.take(mine, "deeplabcut", file)
    assert np.isnan(mine.clip("salto").keypoints[:, INDEX[NAMED[-1]]]).all()
    keypoints.take(mine, "deeplabcut", file, confidence=0.4, replace=True)
    assert np.isfinite(mine.clip("salto").keypoints[:, INDEX[NAMED[-1]]]).all()


@pytest.mark.slow
def test_names_of_parts_are_the_users(mine, tmp_path):
    parts = [name.replace("left_knee", "joint 7").replace("left_hip", "HipL") for name in NAMED]
    file = sleap(tmp_path, "salto", FRAMES, parts)
    taken = keypoints.take(mine, "sleap", file, dry_run=True)
    assert "not taken: joint 7 (if they are points of BlazePose: --names joint 7=" in str(taken)
    keypoints.take(mine, "sleap", file, names={"joint 7": "left_knee", "nose": ""})
    found = mine.clip("salto").keypoints[0]
    assert np.isfinite(found[INDEX["left_knee"]]).all() and np.isnan(found[INDEX["nose"]]).all()


@pytest.mark.slow
def test_films_find_their_clips_by_name(home, tmp_path):
    data = made(home, clips=("first", "second", "third"))
    for name in ("first", "second"):
        openpose(tmp_path / name, "frame", FRAMES)
    taken = keypoints.take(data, "openpose", tmp_path)
    assert list(taken.clips) == ["first", "second"]
    assert not data.clip("third").detected.any() and len(data.clip("third")) == 60
    moved = {k: [own[0] + 5] for k, own in FRAMES.items()}
    keypoints.take(data, "openpose", openpose(tmp_path / "third", "x", moved))
    assert data.clip("third").detected.all() and data.clip("first").detected.all()
    openpose(tmp_path / "second", "frame", moved)
    with pytest.raises(KeypointError, match="clip second has other poses; --replace them"):
        keypoints.take(data, "openpose", tmp_path / "second")


@pytest.mark.slow
def test_without_films_the_keypoints_make_the_clips(home, tmp_path, capsys):
    source = str(openpose(tmp_path, "salto", FRAMES))
    command = ["import", "--dataset", "new", "--format", "openpose", "--source", source]
    assert main(command) == 2
    assert "has no clips.csv; put the films into" in capsys.readouterr().err
    assert main([*command, "--size", "640x"]) == 2
    assert "--size expects width x height in pixels, as 1280x720" in capsys.readouterr().err
    assert main([*command, "--size", "640x480", "--fps", "30", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "clip salto: " in said and "nothing was written" in said
    assert not Dataset("new").has("clips.csv")
    assert main([*command, "--size", "640x480", "--fps", "30"]) == 0
    data = Dataset("new")
    assert data.clips["frames"].tolist() == [60] and data.clip("salto").fps == 30
    assert pose.is_done(data), "poses that came in stay"


# --- what is wrong ----------------------------------------------------------------------------


def test_a_wrong_place(mine, tmp_path):
    with pytest.raises(ValueError, match="nowhere is not there; expected a file or folder of"):
        keypoints.take(mine, "openpose", tmp_path / "nowhere")
    with pytest.raises(ValueError, match="expected a program out of openpose, alphapose, deep"):
        keypoints.take(mine, "vitpose", tmp_path)
    folder = tmp_path / "files"
    folder.mkdir()
    said = faults(mine, "openpose", folder)
    assert "expected a folder with a file per frame, as salto_0" in said
    assert "expected alphapose-results.json" in faults(mine, "alphapose", folder)
    assert "expected CSV tables, found none" in faults(mine, "deeplabcut", folder)
    (folder / "saltoDLC.h5").write_bytes(b"\x89HDF")
    said = faults(mine, "deeplabcut", folder)
    assert "found saltoDLC.h5, which is not read; analyze_videos(..., save_as_csv=True)" in said
    (folder / "a.csv").write_text("clip,frame\n1,2\n")
    assert "expected rows scorer, bodyparts and coords" in faults(mine, "deeplabcut", folder)
    assert "expected columns track, frame_idx and x, y" in faults(mine, "sleap", folder)


@pytest.mark.slow
def test_broken_json_is_named_with_its_place(mine, tmp_path):
    folder = openpose(tmp_path, "salto", FRAMES)
    file = folder / f"salto_{7:012}_keypoints.json"
    file.write_text(file.read_text()[:60])
    said = faults(mine, "openpose", folder)
    assert f"{file.name}, row 1: is no JSON from column 61 on" in said or "cut off" in said
    file.write_text('{"bodies": []}')
    assert 'expected {"people": [...]} as of OpenPose' in faults(mine, "openpose", folder)
    file.write_text('{"people": [{"pose_keypoints_2d": [1, 2, 3]}]}')
    said = faults(mine, "openpose", folder)
    assert "person 1: expected 75 (BODY_25) or 54 (COCO) numbers, x, y and confidence" in said
    assert "of each point, found 3" in said
    file.write_text('{"people": [{"pose_keypoints_2d": ["a", "b", "c"]}]}')
    assert "numbers, found others" in faults(mine, "openpose", folder)


def test_alphapose_entries_that_cannot_be_used(mine, tmp_path):
    file = alphapose(tmp_path, "salto", FRAMES)
    good = json.loads(file.read_text())
    for wrong, said in (
        ({"people": []}, "its formats cmu and open are others: open is read as openpose"),
        ([good[0] | {"image_id": "x.jpg"}], "entry 1: expected image_id with the frame's number"),
        ([good[0] | {"keypoints": [1, 2]}], "entry 1, frame 0: expected 51 (COCO) or 78 (Halpe"),
    ):
        file.write_text(json.dumps(wrong))
        assert said in faults(mine, "alphapose", file)


@pytest.mark.slow
def test_another_film(mine, home, tmp_path):
    late = {k + 1: own for k, own in FRAMES.items()}
    said = faults(mine, "openpose", openpose(tmp_path / "late", "salto", late))
    assert "frame 60, but clip salto has 60 frames, here numbered 0 to 59" in said
    assert "(--first 1)" in said
    keypoints.take(mine, "openpose", tmp_path / "late", first=1)
    assert mine.clip("salto").detected.all()
    other = made(home, "other")
    large = {k: [3 * own[0]] for k, own in FRAMES.items()}
    said = faults(other, "openpose", openpose(tmp_path / "large", "salto", large))
    assert "of the points lie outside of its picture of 640x480 pixels, up to x 1" in said
    two = made(home, "two", clips=("salto_1", "salto_2"))
    said = faults(two, "openpose", openpose(tmp_path / "x", "salto_3", FRAMES))
    assert "no clip of clips.csv is named by 'salto_3' or 'x'; did you mean" in said


@pytest.mark.slow
def test_tables_that_cannot_be_used(mine, tmp_path):
    file = sleap(tmp_path, "salto", FRAMES, [f"part{k}" for k in range(len(NAMED))])
    said = faults(mine, "sleap", file)
    assert "no body part is a shoulder or a hip, and without them no pose is known; found" in said
    twice = ["hip_L" if name == "left_knee" else name for name in NAMED]
    said = faults(mine, "sleap", sleap(tmp_path, "salto", FRAMES, twice))
    assert "would both be left_hip; leave one out: --names" in said
    said = faults(mine, "sleap", sleap(tmp_path, "salto", FRAMES), names={"nose": "snout"})
    assert "nose means 'snout', which is no point of BlazePose; those are nose, left_eye" in said
    file = deeplabcut(tmp_path, "salto", FRAMES)
    rows = file.read_text().splitlines()
    cells = rows[5].split(",")
    file.write_text("\n".join([*rows[:5], ",".join([cells[0], "here", *cells[2:]]), *rows[4:]]))
    said = faults(mine, "deeplabcut", file)
    assert "row 6: column nose x: expected a number, found 'here'" in said
    assert "row 7: frame 1 comes twice" in said


def test_nobody_at_all(mine, tmp_path):
    nobody = {frame: [] for frame in FRAMES}
    said = faults(mine, "openpose", openpose(tmp_path, "salto", nobody))
    assert "no frame shows a hip and a shoulder of anybody" in said


@pytest.mark.slow
def test_poses_of_others_are_not_lost(mine, tmp_path):
    keypoints.take(mine, "openpose", openpose(tmp_path / "o", "salto", FRAMES))
    source = alphapose(tmp_path, "salto", FRAMES)
    with pytest.raises(KeypointError, match="holds poses by OpenPose; replace them, in all"):
        keypoints.take(mine, "alphapose", source)
    said = keypoints.take(mine, "alphapose", source, dry_run=True)
    assert "holds poses by OpenPose" in str(said) and not said.written
    keypoints.take(mine, "alphapose", source, replace=True)
    assert np.isnan(mine.clip("salto").keypoints[:, INDEX["left_heel"]]).all()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--person", "40,60", "person must be x and y as shares of the picture, 0 to 1"),
        ("--person", "a.mp4=0.4,0.6", "--person expects a place alone, as 0.4,0.6"),
        ("--fps", "0", "a frame rate is a number above 0, found 0"),
    ],
)
def test_options_that_cannot_be(option, value, said, mine, tmp_path, capsys):
    source = str(openpose(tmp_path, "salto", FRAMES))
    command = ["import", "--dataset", "mine", "--format", "openpose", "--source", source]
    assert main([*command, option, value]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.slow
def test_a_film_that_changed_is_told(home, tmp_path):
    data = Dataset("mine", home)
    film(data.folder / "videos" / "salto.mp4")
    main(["data", "--dataset", "mine"])
    clips = data.clips.assign(frames=60)
    data.write(clips, "clips.csv")
    said = faults(data, "openpose", openpose(tmp_path, "salto", FRAMES))
    assert "clip salto: 60 frames, but its video has 8; correct clips.csv" in said
