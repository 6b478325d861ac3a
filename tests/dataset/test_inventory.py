"""A folder of videos becomes a data set, or every reason why not is listed."""

import numpy as np
import pytest

from gymlib import video
from gymlib.dataset import Dataset, inventory


def record(file, frames=5, size=(48, 64)):
    file.parent.mkdir(parents=True, exist_ok=True)
    picture = np.full((*size, 3), 90, np.uint8)
    video.write_video(file, [picture] * frames, fps=25)


def test_videos_become_clips(home):
    data = Dataset("mine")
    folder = data.folder
    record(folder / "videos" / "monday" / "salto_1.mp4", frames=7)
    record(folder / "videos" / "alone.mp4", frames=3, size=(64, 48))
    table = inventory.make(data).set_index("clip")
    assert table.loc["salto_1", ["video", "frames", "width", "height"]].tolist() == [
        "monday", 7, 64, 48,
    ]  # fmt: skip
    assert table.loc["alone", ["video", "frames", "fps"]].tolist() == ["alone", 3, 25]
    assert data.clips["path"].tolist() == ["videos/alone.mp4", "videos/monday/salto_1.mp4"]


def test_all_faults_are_listed_and_nothing_is_written(home):
    data = Dataset("mine")
    folder = data.folder
    record(folder / "videos" / "a" / "one.mp4")
    record(folder / "videos" / "b" / "one.mp4")
    (folder / "videos" / "b" / "empty.mp4").touch()
    for way in (inventory.make, inventory.take):
        with pytest.raises(ValueError, match="videos that cannot be used") as error:
            way(data)
        for part in ("two clips named 'one'", "is empty"):
            assert part in str(error.value)
        assert not (folder / "clips.csv").exists()


def test_names_as_phones_and_people_give_them(home):
    data = Dataset("mine")
    record(data.folder / "videos" / "Monday training" / "IMG 0042 (1).MOV")
    record(data.folder / "videos" / "<img src=x>" / "'=1+1.mp4")
    record(data.folder / "videos" / "v1.2" / "salto.mp4")
    assert inventory.take(data) == []
    assert data.clips[["video", "clip"]].to_numpy().tolist() == [
        ["img_src_x", "1_1"], ["Monday_training", "IMG_0042_1"], ["v1.2", "salto"],
    ]  # fmt: skip
    assert all(file.is_file() for file in data.videos.values())


def test_every_ending_of_a_film_is_taken_and_other_files_are_named(home):
    data = Dataset("mine")
    folder = data.folder / "videos"
    record(folder / "plain.mp4")
    for name in ("00105.MTS", "loop.gif"):  # what they hold decides, not what they are called
        (folder / name).write_bytes((folder / "plain.mp4").read_bytes())
    for name in ("GL01.THM", "notes", ".DS_Store", "Thumbs.db"):
        (folder / name).write_text("no film")
    notes = inventory.take(data)
    assert sorted(data.clips["clip"]) == ["00105", "loop", "plain"]
    assert notes == [
        "videos/GL01.THM is left out: .THM is no ending of a film",
        "videos/notes is left out: no ending is no ending of a film",
    ]


def test_a_folder_of_other_files_says_so(home):
    data = Dataset("mine")
    (data.folder / "videos").mkdir(parents=True)
    (data.folder / "videos" / "film.xyz").write_text("")
    with pytest.raises(ValueError, match=r"no videos in .*\n- videos/film.xyz is left out"):
        inventory.take(data)


def test_films_that_cannot_be_used_are_left_out_by_name(home):
    data = Dataset("mine")
    record(data.folder / "videos" / "one.mp4", frames=20)
    whole = (data.folder / "videos" / "one.mp4").read_bytes()
    cut = data.folder / "videos" / "cut.mp4"
    cut.write_bytes(whole[:-40])
    (note,) = inventory.take(data)
    assert note.startswith("left out: videos/cut.mp4: truncated or damaged video")
    assert "the container says 20 frames, " in note and "decoded; copy the file again" in note
    assert data.clips["clip"].tolist() == ["one"]
    cut.write_bytes(whole)
    assert inventory.take(data) == ["videos/cut.mp4 is new: added to clips.csv as cut"]
    assert data.clips["clip"].tolist() == ["one", "cut"]


@pytest.mark.slow
def test_films_that_came_later_are_added_and_removed_rows_stay_away(home):
    data = Dataset("mine", home)
    for name in ("one", "two"):
        record(data.folder / "videos" / f"{name}.mp4")
    assert inventory.take(data) == []
    file = data.folder / "clips.csv"
    one = file.read_text().splitlines()[1]
    file.write_text(f"\ufeffextra,{file.read_text().splitlines()[0]}\r\n007,{one}\r\n", "utf-8")
    record(data.folder / "videos" / "friday" / "my salto.mp4", frames=4)
    notes = inventory.take(data)
    assert notes == [
        "videos/friday/my salto.mp4 is new: added to clips.csv as my_salto",
        "videos/two.mp4 is not in clips.csv and left out; add it there, or delete clips.csv to "
        "have it written again",
    ]
    assert data.clips["clip"].tolist() == ["one", "my_salto"]
    assert file.read_text("utf-8").splitlines()[1] == f"007,{one}", "as it was, to the letter"
    assert data.clips["frames"].tolist() == [5, 4]


@pytest.mark.slow
def test_a_list_by_hand_stays_as_it_is(home):
    data = Dataset("mine", home)
    for name in ("one", "two"):
        record(data.folder / "videos" / f"{name}.mp4")
    inventory.make(data)
    (data.folder / ".done" / "videos.json").unlink()
    data.write(data.clips[:1], "clips.csv")
    (note,) = inventory.take(data)
    assert "two.mp4 is not in clips.csv and left out" in note


@pytest.mark.slow
@pytest.mark.parametrize(
    "column, value, message",
    [
        ("frames", 6, "clip one: 6 frames, but its video has 5"),
        ("width", 96, "clip one: pictures of 96x48, but its video has 64x48"),
        ("height", 64, "clip one: pictures of 64x64, but its video has 64x48"),
        ("fps", 30, "clip one: fps 30, but its video has 25"),
    ],
)
def test_what_clips_csv_says_is_compared_with_the_film(home, column, value, message):
    data = Dataset("mine", home)
    record(data.folder / "videos" / "one.mp4")
    inventory.take(data)
    data.write(data.clips.assign(fps=25.1), "clips.csv")
    assert inventory.take(data) == [], "people round"
    data.write(data.clips.assign(**{column: value}), "clips.csv")
    with pytest.raises(ValueError, match=r"clips.csv and the videos differ") as error:
        inventory.take(data)
    assert message in str(error.value)


def test_a_listed_film_that_broke_is_said(home):
    data = Dataset("mine", home)
    record(data.folder / "videos" / "one.mp4")
    inventory.take(data)
    (data.folder / "videos" / "one.mp4").write_text("no film")
    with pytest.raises(ValueError, match=r"clip one: .*one.mp4: cannot be opened as a video"):
        inventory.take(data)
    (data.folder / "videos" / "one.mp4").unlink()
    assert inventory.take(data) == [], "poses may be there without it"


def test_films_are_looked_at_once(home, monkeypatch):
    data = Dataset("mine", home)
    record(data.folder / "videos" / "one.mp4")
    inventory.take(data)
    monkeypatch.setattr(video, "probe", lambda file: pytest.fail("looked at again"))
    assert inventory.take(data) == []


def test_an_empty_folder_says_what_to_do(home):
    with pytest.raises(ValueError, match=r"no clips.csv and no videos .*'Your own videos'"):
        inventory.make(Dataset("mine"))
