"""The authors' formats, on files written here as their scripts write them, traps included."""

import json

import numpy as np
import pandas as pd
import pytest
from authors_folder import (
    FRAMES,
    HEADER,
    NAMES,
    annotator_csv,
    clean_csv,
    fill_clip,
    film,
    majority_csv,
    poses,
    skeleton_csv,
    votes_and_final,
    write,
)

from gymlib.annotation import majority, reading
from gymlib.annotation.reading import read_annotation
from gymlib.dataset import Dataset
from gymlib.formats import authors
from gymlib.formats.authors import ImportFault, collections, import_folder, labels, skeletons
from gymlib.formats.authors.clip import clip_name


@pytest.fixture
def put(tmp_path):
    return lambda text, name="file.csv": write(tmp_path / name, text)


# --- single files -----------------------------------------------------------------------------


def test_an_annotators_file(put):
    found = labels.read_annotator(put(annotator_csv()))
    assert found.tolist() == [0, 0, 1, 1, 1, 2, 2, 3]


def test_an_unknown_label_is_named_with_its_row(put):
    with pytest.raises(ImportFault, match=r"file\.csv, row 4: unknown label 'Skill'"):
        labels.read_annotator(put(annotator_csv(["idle", "idle", "Skill"])))


def test_an_annotators_file_has_labels_only(put):
    with pytest.raises(ImportFault, match="expected the one column 'labels', found 0x"):
        labels.read_annotator(put(skeleton_csv(poses())))


def test_an_empty_file(put):
    with pytest.raises(ImportFault, match="is not a CSV table"):
        labels.read_annotator(put(""))


@pytest.mark.parametrize("passes", [0, 1, 2])
def test_majority_files_and_their_stray_columns(put, passes):
    votes, final = votes_and_final()
    text = majority_csv(*votes, final=final)
    for _ in range(passes):
        text = clean_csv(text)
    path = put(text)
    assert path.read_text().startswith(",Unnamed: 0")
    found = labels.read_majority(path)
    assert list(found.votes) == ["vote_x", "vote_y", "vote_z"]
    assert found.final.tolist() == [0, 0, -1, 1, 1, 2, 2, 3]
    ours, _ = majority.majority(np.stack(list(found.votes.values()), axis=1))
    np.testing.assert_array_equal(ours, found.final)


def test_stray_columns_in_the_other_order(put):
    """Some pandas versions write "Unnamed: 0.1" before "Unnamed: 0"."""
    votes, final = votes_and_final()
    text = clean_csv(majority_csv(*votes, final=final))
    first, rest = text.split("\n", 1)
    swapped = first.replace("Unnamed: 0,Unnamed: 0.1", "Unnamed: 0.1,Unnamed: 0")
    assert labels.read_majority(put(f"{swapped}\n{rest}")).final[2] == -1


def test_a_third_file_that_was_too_short_leaves_votes_empty(put):
    votes, final = votes_and_final()
    short = [*votes[2][:6], "", ""]
    found = labels.read_majority(put(majority_csv(*votes[:2], short, final=final)))
    assert found.votes["vote_z"].tolist()[-2:] == [-1, -1]


def test_a_majority_file_without_its_result(put):
    with pytest.raises(ImportFault, match="expected a column 'final', found labels"):
        labels.read_majority(put(annotator_csv()))


def test_a_skeleton_file_and_its_zero_index(put):
    values = poses()
    path = put(skeleton_csv(values))
    assert [line.split(",")[0] for line in path.read_text().splitlines()[1:]] == ["0"] * FRAMES
    found = skeletons.read_skeleton(path)
    np.testing.assert_allclose(found.reshape(-1, 66), values, atol=1e-6)
    np.testing.assert_array_equal(found[0, 3], values[0, 6:8].astype(np.float32))


def test_a_skeleton_file_with_stray_columns_or_without_an_index(put):
    values = poses()
    stray = clean_csv(clean_csv(skeleton_csv(values)))
    assert "Unnamed: 0" in stray
    bare = pd.DataFrame(values, columns=HEADER).to_csv(index=False)
    for text in (stray, bare):
        found = skeletons.read_skeleton(put(text))
        np.testing.assert_allclose(found.reshape(-1, 66), values, atol=1e-6)


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("32y", "32z", "66 coordinate columns 0x to 32y; 1 are missing, the first is 32y"),
        ("\n0,0.", "\n0,x.", r"row 2, column 0x: expected a number, found 'x\."),
    ],
)
def test_damaged_skeleton_files(put, old, new, message):
    text = skeleton_csv(np.full((3, 66), 0.25)).replace(old, new, 1)
    with pytest.raises(ImportFault, match=message):
        skeletons.read_skeleton(put(text))


# --- all clips in one file --------------------------------------------------------------------

CLIPS = {("Video3", "Video3init"): 4, ("Video13", "24init"): 6, ("Video4", "video27init"): 3}


def all_skeleton(deleted=False) -> pd.DataFrame:
    """As gather_csv_s.py: no index; finals, clipname, videoname behind the coordinates."""
    tables = []
    for (folder, clip), frames in CLIPS.items():
        finals = ["idle", "take-off", "skill", "Unlabeled", "", "landing"][:frames]
        table = pd.DataFrame(poses(frames, lost=[1], seed=frames), columns=HEADER)
        table = table.assign(finals=finals, clipname=clip, videoname=folder)
        tables.append(table)
    table = pd.concat(tables, ignore_index=True)
    if deleted:
        table = table[table[HEADER].abs().sum(axis=1) > 0]
        table = table[~table["finals"].isin(["Unlabeled", ""])]
    return table


def test_all_skeleton_v2(put):
    clips = skeletons.read_all_skeletons(put(all_skeleton().to_csv(index=False)))
    assert [clip.name for clip in clips] == ["Video3_Video3", "Video13_24", "Video4_video27"]
    assert [clip.video for clip in clips] == ["Video3", "Video13", "Video4"]
    assert clips[1].votes["original_authors"].tolist() == [0, 1, 2, -1, -1, 3]
    assert clips[1].detected.tolist() == [True, False, True, True, True, True]
    assert not clips[1].frames_deleted
    np.testing.assert_allclose(clips[0].keypoints.reshape(-1, 66), poses(4, [1], 4), atol=1e-6)


def test_all_skeleton_v3_lost_its_frames(put):
    clips = skeletons.read_all_skeletons(put(all_skeleton(deleted=True).to_csv(index=False)))
    assert [len(clip.keypoints) for clip in clips] == [2, 3, 2]
    assert all(clip.detected.all() and clip.frames_deleted for clip in clips)


def test_shuffled_tables_are_refused(put):
    text = all_skeleton().sample(frac=1, random_state=3).to_csv(index=False)
    with pytest.raises(ImportFault, match="are not together, so their order is lost"):
        skeletons.read_all_skeletons(put(text))


def test_padded_tables_are_refused(put):
    table = all_skeleton().groupby(["videoname", "clipname"], sort=False)
    padded = pd.concat([rows.iloc[np.arange(300) % len(rows)] for _, rows in table])
    with pytest.raises(ImportFault, match="every clip has 300 rows"):
        skeletons.read_all_skeletons(put(padded.to_csv(index=False)))


def test_missing_name_columns(put):
    with pytest.raises(ImportFault, match="missing column clipname, videoname"):
        table = all_skeleton().drop(columns=["clipname", "videoname"])
        skeletons.read_all_skeletons(put(table.to_csv(index=False)))


def collection(shape="list", pixels=False) -> dict:
    content = {}
    for (folder, clip), frames in CLIPS.items():
        values = poses(frames, lost=[], seed=frames)
        if pixels:
            values = (values * 300).astype(int)
        parts = [
            values.tolist(),
            ["idle", "take-off", "skill", "Unlabeled", "skill", "landing"][:frames],
        ]
        content[f"{folder}_{clip}"] = parts if shape == "list" else {"0": parts[0], "1": parts[1]}
    return content


@pytest.mark.parametrize("shape", ["list", "dict"])
def test_both_json_shapes(put, shape):
    clips = collections.read_collection(put(json.dumps(collection(shape)), "a.json"))
    assert [clip.name for clip in clips] == ["Video3_Video3", "Video13_24", "Video4_video27"]
    assert clips[1].votes["original_authors"].tolist() == [0, 1, 2, -1, 2, 3]
    np.testing.assert_allclose(clips[1].keypoints.reshape(-1, 66), poses(6, [], 6), atol=1e-6)


def test_a_clip_name_may_hold_underscores(put):
    content = {"Video5_video9_2init": collection()["Video13_24init"]}
    clip = collections.read_collection(put(json.dumps(content), "a.json"))[0]
    assert (clip.video, clip.name) == ("Video5", "Video5_video9_2")


def test_json_in_pixels_is_divided_by_the_size(put):
    path = put(json.dumps(collection(pixels=True)), "skeleton_from_csv.json")
    first = collections.read_collection(path)[0].keypoints
    expected = (poses(4, [], 4) * 300).astype(int).reshape(-1, 33, 2) / [960, 540]
    np.testing.assert_allclose(first, expected, atol=1e-6)
    other = collections.read_collection(path, size=(640, 360))[0].keypoints
    np.testing.assert_allclose(other, expected * 1.5, atol=1e-6)


def change(**kwargs):
    content = collection()
    content["Video13_24init"] = kwargs["parts"](*content["Video13_24init"])
    return json.dumps(content)


@pytest.mark.parametrize(
    "text, message",
    [
        ("[1, 2]", "expected clips by name, found list"),
        ("{}", "expected clips by name"),
        ('{"Video1_1init": [[', "is not a collection of clips"),
        ('{"a_b": [[],[]], "a_b": [[],[]]}', "clip a_b stands there twice"),
        (change(parts=lambda f, n: [f, n[:-1]]), "found 6 frames and 5 labels"),
        (change(parts=lambda f, n: [f]), r"expected \[frames, labels\] or"),
        (change(parts=lambda f, n: [[*f[:-1], f[-1][:-1]], n]), "frame 5: expected 66 numbers"),
        (change(parts=lambda f, n: [[*f[:-1], [None] * 66], n]), "frame 5: not all values are"),
        (change(parts=lambda f, n: [f, [*n[:-1], "jump"]]), "24init, row 7: unknown label 'jump'"),
        (json.dumps({"noname": collection()["Video13_24init"]}), "is not named <video>_<clip>"),
    ],
)
def test_damaged_collections(put, text, message):
    with pytest.raises(ImportFault, match=message):
        collections.read_collection(put(text, "a.json"))


def test_padded_collections_are_refused(put):
    frames, names = [[0.5] * 66] * 300, ["idle"] * 300
    content = {"Video1_ainit": [frames, names], "Video1_binit": [frames, names]}
    with pytest.raises(ImportFault, match="every clip has 300 frames: a padded file"):
        collections.read_collection(put(json.dumps(content), "a.json"))


def test_names():
    assert clip_name("Video13", "24init") == "Video13_24"
    assert clip_name("Video13", "24") == "Video13_24"
    assert clip_name("Video1", "my clip/1") == "Video1_my_clip_1"


# --- a whole folder ---------------------------------------------------------------------------


@pytest.fixture
def theirs(tmp_path) -> Dataset:
    return Dataset("theirs", tmp_path)


@pytest.fixture
def shared_folder(tmp_path):
    """<root>/clean_video with three videos as the authors' scripts leave them."""
    root = tmp_path / "Somebody - Bachelor"
    for number, (folder, stem, lost) in enumerate(
        [("Video1/Video1", "Video1", [5]), ("Video2/video1", "1", []), ("Video2/video10", "10", [])]
    ):
        place = root / "clean_video" / folder
        values = poses(lost=lost, seed=number)
        fill_clip(place, stem, values)
        write(
            place / "full_skeleton_v2.csv", pd.DataFrame(values, columns=HEADER).to_csv(index=False)
        )
        write(place / f"{stem}_skeleton.csv", skeleton_csv(values))
        write(place / ".DS_Store", "")
    film(root / "clean_video" / "Video4" / "1" / "1.mp4")
    write(root / "clean_video" / ".DS_Store", "")
    (root / "clean_video" / "Video2" / "trimmed").mkdir()
    return root


@pytest.mark.slow
def test_a_whole_folder(theirs, shared_folder):
    summary = import_folder(shared_folder, theirs)
    clips = theirs.clips
    assert clips["clip"].tolist() == ["Video1_Video1", "Video2_1", "Video2_10"]
    assert clips["video"].tolist() == ["Video1", "Video2", "Video2"]
    assert clips[["frames", "width", "height", "fps"]].drop_duplicates().to_numpy().tolist() == [
        [FRAMES, 64, 48, 25]
    ]
    assert theirs.annotators == ["gustav", "morten", "sofus"]
    folder = theirs.folder
    assert all((folder / path).is_file() for path in clips["path"])
    keypoints = theirs.keypoints
    assert (~keypoints["detected"]).sum() == 1
    assert keypoints["time"].max() == pytest.approx((FRAMES - 1) / 25)
    text = str(summary)
    assert "Data set theirs: 3 clips, 24 frames from Somebody - Bachelor" in text
    assert "left out: Video2/trimmed: expected one .mp4, found 0" in text
    assert "Bachelor/" not in text.split("\n")[0]
    assert summary.notes == []


@pytest.mark.slow
def test_the_imported_labels_are_the_authors(theirs, shared_folder):
    import_folder(shared_folder, theirs)
    _, final = votes_and_final()
    assert reading.make(theirs)["majority"].tolist() == final * 3


@pytest.mark.slow
def test_only_the_videos_of_the_thesis_unless_told(theirs, shared_folder):
    assert not theirs.annotators
    summary = import_folder(shared_folder, theirs, videos=None)
    assert any(line.startswith("Video4/1: neither annotators' files") for line in summary.skipped)
    lower = Dataset("lower", theirs.home)
    summary = import_folder(shared_folder, lower, videos=("video2",))
    assert summary.clips == 2


@pytest.mark.slow
def test_without_annotators_files_the_majority_file_serves(theirs, shared_folder):
    for file in shared_folder.rglob("1_*.csv"):
        file.unlink()
    summary = import_folder(shared_folder, theirs)
    assert theirs.annotators == ["gustav", "morten", "sofus", "vote_x", "vote_y", "vote_z"]
    assert "Video2_1: only the majority file is left, annotators are not named" in summary.notes


@pytest.mark.slow
def test_contradicting_lengths_leave_a_clip_out(theirs, shared_folder):
    place = shared_folder / "clean_video" / "Video2" / "video10"
    write(place / "10_sofus.csv", annotator_csv(NAMES[:-1]))
    write(place / "10init_skeleton-v2.csv", skeleton_csv(poses(FRAMES + 2)))
    summary = import_folder(shared_folder, theirs)
    assert summary.clips == 2
    assert (
        "Video2/video10: the film has 8 frames, but votes of sofus have 7, poses have 10"
        in summary.skipped
    )


@pytest.mark.slow
def test_a_majority_that_differs_from_the_votes_is_noted(theirs, shared_folder):
    votes, final = votes_and_final()
    place = shared_folder / "clean_video" / "Video1" / "Video1"
    write(place / "majorityVote.csv", majority_csv(*votes, final=["idle", *final[1:-1], "skill"]))
    summary = import_folder(shared_folder, theirs)
    assert summary.notes == [
        "Video1_Video1: majorityVote.csv differs from our majority of the votes in 1 frames"
    ]


@pytest.mark.slow
def test_poses_come_from_one_extraction(theirs, shared_folder):
    for file in (shared_folder / "clean_video" / "Video2" / "video10").glob("*skeleton*"):
        file.unlink()
    summary = import_folder(shared_folder, theirs)
    assert not (theirs.folder / "keypoints.parquet").exists()
    assert "poses: none; notebook 02 extracts them" in str(summary)
    assert "no poses for 1 of 3 clips (Video2_10)" in summary.notes[0]


@pytest.mark.slow
def test_an_existing_data_set_is_not_overwritten(theirs, shared_folder):
    import_folder(shared_folder, theirs)
    with pytest.raises(ImportFault, match="data set 'theirs' exists"):
        import_folder(shared_folder, theirs)
    for file in shared_folder.rglob("*_gustav.csv"):
        file.unlink()
    assert import_folder(shared_folder, theirs, replace=True).clips == 3
    assert theirs.annotators == ["morten", "sofus"]


@pytest.mark.slow
def test_an_interrupted_import_is_no_data_set(theirs, shared_folder, monkeypatch):
    """clips.csv comes last, so that a full disk or Ctrl-C leaves nothing that looks complete."""
    write_one = Dataset.write

    def fail(data, table, name):
        if name == "keypoints.parquet":
            raise OSError(28, "No space left on device")
        return write_one(data, table, name)

    monkeypatch.setattr(Dataset, "write", fail)
    with pytest.raises(OSError, match="No space left"):
        import_folder(shared_folder, theirs)
    assert not (theirs.folder / "clips.csv").exists()
    monkeypatch.undo()
    assert import_folder(shared_folder, theirs).clips == 3


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_table_of_all_clips(theirs, tmp_path, kind):
    root = tmp_path / "shared"
    table = write(root / "all_skeleton" / "all_skeleton_v2.csv", all_skeleton().to_csv(index=False))
    write(root / "all_skeleton" / "skeleton_from_csv_v2.json", json.dumps(collection()))
    summary = import_folder(root if kind == "folder" else table, theirs)
    assert summary.source == "all_skeleton_v2.csv"
    assert theirs.clips["clip"].tolist() == ["Video3_Video3", "Video13_24"]
    assert theirs.clips["width"].tolist() == [960, 960]
    assert "all_skeleton_v2.csv does not say how large the pictures were" in summary.notes[0]
    found = read_annotation(theirs.annotation("original_authors"))
    assert found["label"].tolist()[-3:] == ["skill", "Unlabeled", "landing"]


@pytest.mark.slow
def test_a_collection_says_that_frames_were_deleted(theirs, tmp_path):
    path = write(tmp_path / "skeleton_from_csv_v2.json", json.dumps(collection()))
    summary = import_folder(path, theirs)
    assert any("time jumps without a mark" in note for note in summary.notes)
    assert theirs.keypoints["detected"].all()


def test_nothing_to_import(theirs, tmp_path):
    with pytest.raises(ImportFault, match="expected clean_video/ with Video folders"):
        import_folder(tmp_path, theirs)
    path = write(tmp_path / "a.json", json.dumps({"Video4_1init": [[[0.5] * 66], ["idle"]]}))
    with pytest.raises(ImportFault, match="nothing to import: no clip of the chosen videos"):
        import_folder(path, theirs)
    assert not theirs.folder.exists()


def test_names_that_would_collide(theirs, tmp_path):
    clip = [[[0.5] * 66], ["idle"]]
    path = write(tmp_path / "a.json", json.dumps({"Video1_Ainit": clip, "Video1_ainit": clip}))
    with pytest.raises(ImportFault, match="two clips would have the same name: video1_a"):
        import_folder(path, theirs)


def test_everything_is_exported():
    assert set(authors.__all__) <= set(dir(authors))


def test_the_authors_real_majority_file(real_data):
    found = labels.read_majority(real_data / "recovered" / "three_votes_example.csv")
    assert len(found.final) == 123
    ours, _ = majority.majority(np.stack(list(found.votes.values()), axis=1))
    np.testing.assert_array_equal(ours, found.final)
