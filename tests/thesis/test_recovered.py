"""The recovery parser, on a small notebook with the structure of the public one."""

import hashlib
import json
import os

import numpy as np
import pandas as pd
import pytest

from gymlib.dataset import Dataset, schemas
from gymlib.dataset.keypoints import keypoint_array
from gymlib.files.atomic import read_json
from gymlib.files.tables import read_table, write_table
from gymlib.thesis import recovered
from gymlib.thesis.recovered import RecoveryError
from gymlib.thesis.recovered import source as origin

LENGTHS = [5, 3, 4, 2]  # two clips in cell 8, then two in cell 6
LABELS = ["idle", "take-off", "skill", "landing"]


def skeletons() -> list[np.ndarray]:
    generator = np.random.default_rng(5)
    return [generator.integers(-300, 300, (n, 33, 2)).astype(np.int16) for n in LENGTHS]


def printed(skeleton) -> list:
    return skeleton.reshape(len(skeleton), 66).tolist()


def pretty(clips) -> str:
    """Nested lists as IPython prints them: one number per line."""
    return json.dumps(clips).replace("], [", "],\n  [").replace(", ", ",\n   ")


def make_notebook(change=lambda cells: None) -> str:
    """A notebook of ten cells, whose cells 6 and 8 print clips as in the public one."""
    clips = [printed(skeleton) for skeleton in skeletons()]
    pairs = [(clip, LABELS[: len(clip)]) for clip in clips[2:]]
    cells = [{"cell_type": "code", "outputs": [], "source": []} for _ in range(10)]
    cells[5]["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "list"}}]
    stream = {"output_type": "stream", "name": "stdout", "text": [f"{pair}\n" for pair in pairs]}
    cells[6]["outputs"] = [stream]
    result = {"output_type": "execute_result", "data": {"text/plain": pretty(clips[:2])}}
    cells[8]["outputs"] = [result]
    change(cells)
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 0})


@pytest.fixture
def folder(tmp_path):
    """A data set folder that lists the four clips of the small notebook."""
    rows = [
        {"clip": f"c{i}", "video": "v", "path": "", "frames": n, "width": 960, "height": 540,
         "fps": "", "source_output": "cell 8" if i < 2 else "cell 6", "index_in_output": i % 2}
        for i, n in enumerate(LENGTHS)
    ]  # fmt: skip
    write_table(tmp_path / "data" / "clips.csv", pd.DataFrame(rows))
    return tmp_path / "data"


def recover(folder, text, **kwargs):
    source = folder.parent / "source.ipynb"
    source.write_text(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    recovered.make(folder, source, **{"sha256": digest, **kwargs})


def written(folder) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.name != "clips.csv")


@pytest.mark.slow
def test_the_notebook_gives_the_skeletons_back(folder):
    recover(folder, make_notebook())
    table = read_table(folder / "keypoints.parquet", schemas.KEYPOINT_TABLE)
    pixels = keypoint_array(table) * [960, 540]
    np.testing.assert_allclose(pixels, np.concatenate(skeletons()), atol=1e-3)
    assert table["clip"].tolist() == np.repeat(["c0", "c1", "c2", "c3"], LENGTHS).tolist()
    assert table["detected"].all()
    assert table["time"].isna().all()
    assert table[schemas.VISIBILITY].isna().all().all()
    assert read_json(folder / "keypoints.json")["extractor"] == "BlazePose"


@pytest.mark.slow
def test_outputs_may_be_one_string_or_lines(folder):
    def join(cells):
        cells[6]["outputs"][0]["text"] = "".join(cells[6]["outputs"][0]["text"])
        text = cells[8]["outputs"][0]["data"]["text/plain"]
        cells[8]["outputs"][0]["data"]["text/plain"] = text.splitlines(keepends=True)

    recover(folder, make_notebook(join))
    assert written(folder) == ["keypoints.json", "keypoints.parquet"]


@pytest.mark.slow
def test_an_archive_gives_the_same_table(folder, tmp_path):
    recover(folder, make_notebook())
    expected = read_table(folder / "keypoints.parquet")
    arrays = {f"c{i}": skeleton for i, skeleton in enumerate(skeletons())}
    (tmp_path / "local").mkdir()
    np.savez(tmp_path / "local" / "skeletons.npz", **arrays)
    recovered.make(folder, tmp_path / "local")
    pd.testing.assert_frame_equal(read_table(folder / "keypoints.parquet"), expected)


def replace(cell, key, value):
    def change(cells):
        output = cells[cell]["outputs"][0]
        (output["data"] if cell == 8 else output)[key] = value(output)

    return change


def drop(cell):
    return lambda cells: cells[cell].update(outputs=[])


def cut(output):
    return output["data"]["text/plain"][:-40]


def swap(old, new):
    return lambda output: output["data"]["text/plain"].replace(old, new, 1)


CALL = "__import__('os').system('touch executed')"


@pytest.mark.slow
@pytest.mark.parametrize(
    "change, message",
    [
        (drop(8), "code cell 8 has no text/plain output"),
        (drop(6), "code cell 6 has no stdout output"),
        (lambda cells: cells.__delitem__(slice(3, None)), "code cell 6 has no stdout output"),
        (replace(8, "text/plain", cut), "code cell 8: the printed list is cut off or damaged"),
        (replace(8, "text/plain", swap("[[[", "[[[...,")), "cell 8: the printed list is cut off"),
        (replace(8, "text/plain", swap("[[[", f"[[[{CALL},")), "code cell 8: the printed list"),
        (replace(8, "text/plain", swap("[[[", "[[[0.5,")), "found '.0.5.*' in frame 0"),
        (replace(8, "text/plain", swap("[[[", "[[[7,")), "66 whole numbers of pixels"),
        (replace(8, "text/plain", lambda o: "[]"), "cell 8: clips.csv lists 2 clips, found 0"),
        (replace(8, "text/plain", lambda o: '{"a": 1}'), "expected a list of clips, found dict"),
        (replace(8, "text/plain", lambda o: "[" * 200_000), "cut off or damaged"),
        (replace(6, "text", lambda o: [f"({CALL}, [])\n"] * 2), "cell 6, printed clip 0 is not a"),
        (replace(6, "text", lambda o: [o["text"][0][:200]]), "printed clip 0 is not a complete"),
        (replace(6, "text", lambda o: o["text"][:1]), "cell 6: clips.csv lists 2 clips, found 1"),
        (
            replace(6, "text", lambda o: [line.replace("skill", "jump") for line in o["text"]]),
            "expected 4 labels of idle, take-off, skill, landing; found 4 of idle, jump",
        ),
    ],
)
def test_damage_is_named_and_nothing_is_written(folder, change, message, monkeypatch):
    monkeypatch.chdir(folder.parent)
    with pytest.raises(RecoveryError, match=message):
        recover(folder, make_notebook(change))
    assert written(folder) == []
    assert not os.path.exists("executed")


def test_a_wrong_checksum(folder):
    with pytest.raises(RecoveryError, match="expected the notebook with SHA-256 35638b44f4"):
        recover(folder, make_notebook(), sha256=origin.SHA256)
    assert written(folder) == []


@pytest.mark.parametrize("text", ["", "no notebook", "[]", '{"cells": 3}', '{"metadata": {}}'])
def test_not_a_notebook(folder, text):
    with pytest.raises(RecoveryError, match="not a Jupyter notebook"):
        recover(folder, text)


def test_other_lengths_than_listed(folder, tmp_path):
    arrays = {f"c{i}": skeleton for i, skeleton in enumerate(skeletons())}
    arrays["c1"] = arrays["c1"][:2]
    arrays["c9"] = arrays.pop("c3")
    np.savez(tmp_path / "skeletons.npz", **arrays)
    with pytest.raises(RecoveryError) as caught:
        recovered.make(folder, tmp_path / "skeletons.npz")
    message = str(caught.value)
    assert "c1: expected (3, 33, 2) integers, found (2, 33, 2) int16" in message
    assert "c3 is missing" in message
    assert "c9 is not in clips.csv" in message
    assert written(folder) == []


def test_an_archive_of_objects_is_refused(folder, tmp_path):
    np.savez(tmp_path / "skeletons.npz", c0=np.array([{"code": 1}], dtype=object))
    with pytest.raises(RecoveryError, match="cannot be read as an archive of arrays"):
        recovered.make(folder, tmp_path / "skeletons.npz")


def test_a_truncated_archive(folder, tmp_path):
    np.savez(tmp_path / "skeletons.npz", c0=np.zeros((500, 33, 2), dtype=np.int16))
    content = (tmp_path / "skeletons.npz").read_bytes()
    (tmp_path / "skeletons.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(RecoveryError, match="cannot be read as an archive of arrays"):
        recovered.make(folder, tmp_path / "skeletons.npz")


def test_a_source_that_is_not_there(folder):
    with pytest.raises(RecoveryError, match=r"expected a notebook \(.ipynb\), skeletons.npz or"):
        recovered.make(folder, folder / "nowhere")


def test_no_connection(folder, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionError("no route")

    monkeypatch.setattr(origin.pooch, "retrieve", refuse)
    with pytest.raises(RecoveryError, match=r"cannot download .* no route; without a connection"):
        recovered.make(folder)
    assert written(folder) == []


def downloading(monkeypatch, text) -> list[str]:
    """pooch without the network: every download writes ``text``; the list collects addresses."""
    calls, original = [], origin.pooch.retrieve

    def write(url, output_file, pooch):
        calls.append(url)
        with open(output_file, "w") as file:
            file.write(text)

    def retrieve(*args, **kwargs):
        return original(*args, **kwargs, downloader=write)

    monkeypatch.setattr(origin.pooch, "retrieve", retrieve)
    return calls


def test_a_download_with_another_content(folder, monkeypatch):
    downloading(monkeypatch, "something else")
    with pytest.raises(RecoveryError, match="is not the file it was"):
        recovered.make(folder)
    assert not any(file.is_file() for file in (folder / "source").rglob("*"))
    assert not (folder / "keypoints.parquet").exists()


@pytest.mark.slow
def test_a_download_is_kept_and_used_again(folder, monkeypatch):
    calls = downloading(monkeypatch, make_notebook())
    digest = hashlib.sha256(make_notebook().encode()).hexdigest()
    recovered.make(folder, sha256=digest)
    (folder / "keypoints.parquet").unlink()
    recovered.make(folder, sha256=digest)
    assert calls == [origin.URL]
    assert (folder / "keypoints.parquet").is_file()


@pytest.mark.slow
def test_complete_skeletons_are_not_fetched_again(folder, monkeypatch):
    recover(folder, make_notebook())
    calls = downloading(monkeypatch, "")
    recovered.make(folder)
    assert calls == []


@pytest.mark.slow
@pytest.mark.parametrize("damage", [b"", b"PAR1 but not a table"])
def test_damaged_skeletons_are_made_anew(folder, monkeypatch, damage):
    recover(folder, make_notebook())
    (folder / "keypoints.parquet").write_bytes(damage)
    downloading(monkeypatch, make_notebook())
    recovered.make(folder, sha256=hashlib.sha256(make_notebook().encode()).hexdigest())
    assert len(read_table(folder / "keypoints.parquet")) == sum(LENGTHS)


@pytest.mark.slow
def test_the_real_clips(home, real_data):

    recovered.make(Dataset("recovered").folder, real_data / "recovered")
    table = Dataset("recovered").keypoints
    assert len(table) == 6107
    assert table["clip"].nunique() == 67
    archive = np.load(real_data / "recovered" / "skeletons.npz")
    pixels = np.concatenate([archive[name] for name in table["clip"].unique()])
    np.testing.assert_array_equal(np.rint(keypoint_array(table) * [960, 540]), pixels)
    assert Dataset("recovered").annotators == ["A", "B", "C", "original_authors"]


@pytest.mark.slow
def test_the_real_clips_through_a_notebook_of_the_same_structure(home, real_data):
    """The 67 clips printed as in the public notebook give the same table as the archive."""

    archive = np.load(real_data / "recovered" / "skeletons.npz")
    clips = [printed(archive[f"recovered_{i:02d}"]) for i in range(67)]
    pairs = [(clip, ["idle"] * len(clip)) for clip in clips[65:]]

    def fill(cells):
        cells[6]["outputs"][0]["text"] = [f"{pair}\n" for pair in pairs]
        cells[8]["outputs"][0]["data"]["text/plain"] = pretty(clips[:65])

    folder = Dataset("recovered").folder
    folder.mkdir(parents=True)
    recover(folder, make_notebook(fill))
    first = Dataset("recovered").keypoints
    recovered.make(folder, real_data / "recovered")
    pd.testing.assert_frame_equal(Dataset("recovered").keypoints, first)


@pytest.mark.slow
def test_the_datasheet_gives_the_sizes_that_are_there(home, real_data):
    from gymlib.skeleton import torso_length

    recovered.make(Dataset("recovered").folder, real_data / "recovered")
    table = Dataset("recovered").keypoints
    lengths = torso_length(keypoint_array(table).astype(float) * [960, 540])
    medians = pd.Series(lengths).groupby(table["clip"].to_numpy()).median()
    assert (round(medians.min()), round(medians.max())) == (33, 142)
    clips = Dataset("recovered").clips.set_index("clip")
    videos = medians.groupby(clips["video"].reindex(medians.index).to_numpy()).median()
    np.testing.assert_allclose(videos[["group_2", "group_4"]], 115, atol=5)
    np.testing.assert_allclose(videos[["group_3", "group_5"]], 48, atol=3)
