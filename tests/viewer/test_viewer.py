"""The kernel's side of viewer and labeller: what it answers to what the browser asks."""

import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest
from footage import film
from tiny_dataset import make_dataset
from widget_messages import last, listen

from gymlib import video
from gymlib.annotation import annotator_file
from gymlib.annotation.annotator_file import AnnotatorFile
from gymlib.annotation.checks import AnnotationError
from gymlib.dataset import Dataset, schemas
from gymlib.files.atomic import write_text
from gymlib.labels import KIND_CODES
from gymlib.viewer import ClipViewer, Labeller, frame_cache
from gymlib.viewer.javascript import FOLDER, script, style

FRAMES = 20


@pytest.fixture
def data(home):
    return Dataset(make_dataset(home, clips=3, frames=FRAMES, processed=True), home)


class Hand:
    """Someone at the keyboard of a labeller."""

    def __init__(self, labeller):
        self.labeller, self.said, self.number = labeller, listen(labeller), 0
        self.do("ready")

    def do(self, what: str, **more) -> dict:
        self.number += 1
        request = {"do": what, "clip": self.labeller.clip, "number": self.number, "window": "w"}
        self.labeller._hear(None, request | more, [])
        changes = ("label", "kind", "adopt", "reach", "move", "comment", "undo", "redo")
        return last(self.said, "saved") if what in changes else {}

    @property
    def segments(self) -> list[list]:
        shown = next(content for content, _ in reversed(self.said) if "rows" in content)
        return shown["rows"][0]["segments"]


def starting(data, **options) -> Labeller:
    """A labeller that starts from a model, which says nothing of clip_01."""
    said = {"clip_00": ["idle"] * 8 + ["take-off"] * 5 + ["skill"] * 7, "clip_02": ["landing"] * 20}
    tables = [
        pd.DataFrame({"clip": clip, "frame": range(FRAMES), "label": labels})
        for clip, labels in said.items()
    ]
    options = {"draft": True, "blind": False, "start_from": "model"} | options
    return Labeller(data, "me", None, {"model": pd.concat(tables)}, **options)


def on_disk(data, draft: bool = False) -> list[tuple]:
    """Rows of the annotator "me": clip, first and last frame, label."""
    table = pd.read_csv(data.annotation("me", draft))
    return list(table[["clip", "start", "end", "label"]].itertuples(index=False, name=None))


class TestViewer:
    @pytest.mark.slow
    def test_a_clip_is_sent_whole(self, data):
        table = pd.DataFrame({"clip": "clip_00", "frame": [3], "label": ["skill"]})
        table[schemas.PROBABILITIES] = [[0, 0, 1.0, 0]]
        viewer = ClipViewer(data, predictions={"LSTM": table})
        said = listen(viewer)
        viewer._hear(None, {"do": "ready"}, [])
        [(clip, [keypoints]), (curves, [curve])] = said
        assert (clip["name"], clip["frames"], clip["frame"], clip["rate"]) == ("clip_00", 20, 0, 25)
        assert [row["name"] for row in clip["rows"]] == ["A", "B", "C", "label", "LSTM"]
        assert clip["rows"][-1]["segments"] == [[0, 2, -3], [3, 3, 2], [4, 19, -3]], "no answer"
        sent = np.frombuffer(keypoints, "<f4").reshape(FRAMES, 33, 2)
        assert np.array_equal(sent, viewer.view.keypoints)
        assert clip["detected"] == viewer.view.detected.tolist()
        assert curves["names"] == ["LSTM"]
        assert np.frombuffer(curve, "<f4").reshape(FRAMES, 4)[3].tolist() == [0, 0, 1, 0]

    @pytest.mark.slow
    def test_where_it_is_can_be_set_and_observed(self, data):
        viewer = ClipViewer(data)
        said, seen = listen(viewer), []
        viewer.observe(lambda change: seen.append(change["new"]), "frame")
        viewer._hear(None, {"do": "at", "clip": "clip_00", "frame": 7}, [])
        viewer._hear(None, {"do": "at", "clip": "clip_02", "frame": 9}, [])  # of a clip before
        viewer.go(5)
        viewer.go(6, "clip_01")
        assert seen == [7, 5, 6]
        assert last(said, "go")["frame"] == 5
        assert (viewer.clip, last(said, "clip")["name"]) == ("clip_01", "clip_01")
        assert last(said, "clip")["frame"] == 6

    @pytest.mark.slow
    def test_what_is_wrong_is_said_where_the_reader_looks(self, data):
        viewer = ClipViewer(data)
        said = listen(viewer)
        viewer._hear(None, {"do": "open", "clip": "../secret"}, [])
        assert "no clip '../secret' here" in last(said, "problem")["text"]
        with pytest.raises(ValueError, match="has no clips to show"):
            ClipViewer(data, [])

    @pytest.mark.slow
    def test_the_same_box_in_all_frames_without_pictures(self, data):
        view = ClipViewer(data).view
        left, top, right, bottom = view.box
        seen = view.keypoints[view.detected]
        inside = (seen > [left, top]) & (seen < [right, bottom])
        assert inside.mean() > 0.98

    @pytest.mark.slow
    def test_a_saved_notebook_holds_a_picture(self, data):
        data, _ = ClipViewer(data)._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in data
        assert data["image/png"].startswith("iVBOR")


class TestPictures:
    @pytest.fixture
    def filmed(self, data):
        path = film(data.folder / "videos" / "video_0" / "clip_00.mp4", FRAMES)
        names = ["videos/video_0/clip_00.mp4", None, None]
        data.write(data.clips.assign(path=names), "clips.csv")
        return path

    @pytest.mark.slow
    def test_come_in_parts_until_there_are_no_more(self, data, filmed, monkeypatch):
        monkeypatch.setattr(frame_cache, "SLICE", 0)
        viewer = ClipViewer(data)
        said, first, parts = listen(viewer), 0, 0
        while True:
            viewer._hear(None, {"do": "pictures", "clip": "clip_00", "first": first}, [])
            content, pictures = said[-1]
            assert content["first"] == first
            first, parts = first + len(pictures), parts + 1
            if not content["more"]:
                break
        assert (first, parts) == (FRAMES, FRAMES + 1)
        viewer._hear(None, {"do": "pictures", "clip": "clip_00", "first": 0}, [])
        assert len(said[-1][1]) == FRAMES, "kept, and sent at once the second time"

    @pytest.mark.slow
    def test_of_a_clip_left_behind_are_not_sent(self, data, filmed):
        viewer = ClipViewer(data)
        said = listen(viewer)
        viewer._hear(None, {"do": "open", "clip": "clip_01"}, [])
        viewer._hear(None, {"do": "pictures", "clip": "clip_00", "first": 0}, [])
        assert [content["say"] for content, _ in said] == ["clip", "curves"]

    @pytest.mark.slow
    def test_of_a_damaged_video_end_with_a_sentence(self, data, filmed):
        filmed.write_bytes(filmed.read_bytes()[:-20])
        filmed.write_bytes(b"no video")
        viewer = ClipViewer(data)
        said = listen(viewer)
        viewer._hear(None, {"do": "pictures", "clip": "clip_00", "first": 0}, [])
        assert "clip_00.mp4: cannot be opened as a video" in last(said, "problem")["text"]

    def test_are_the_frames_made_smaller(self, tmp_path):
        shades = [np.full((1080, 640, 3), shade, np.uint8) for shade in (20, 120, 220)]
        video.write_video(tmp_path / "high.mp4", shades, 25)
        import cv2

        pictures = [
            cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
            for jpeg in video.read_jpegs(tmp_path / "high.mp4")
        ]
        assert [picture.shape for picture in pictures] == [(540, 320, 3)] * 3
        assert np.allclose([picture.mean() for picture in pictures], [20, 120, 220], atol=3)

    @pytest.mark.slow
    def test_of_few_clips_are_kept(self, filmed, tmp_path):
        cache = frame_cache.FrameCache()
        mine = cache.of(filmed)
        for number in range(frame_cache.KEPT):
            assert cache.of(filmed) is mine
            cache.of(film(tmp_path / f"{number}.mp4", 2))
        for number in range(frame_cache.KEPT):
            cache.of(tmp_path / f"{number}.mp4")
        assert cache.of(filmed) is not mine


class TestLabeller:
    @pytest.mark.slow
    def test_every_change_is_on_disk_when_it_is_said_to_be(self, data):
        hand = Hand(Labeller(data, "anna"))
        assert hand.do("label", frame=0, label=0)["text"] == "saved in annotations/anna.csv"
        hand.do("reach", frame=9)
        answer = hand.do("label", frame=5, label=1)
        assert (answer["number"], answer["fault"]) == (4, False)
        assert hand.segments == [[0, 4, 0], [5, 9, 1], [10, 19, -2]]
        codes = AnnotatorFile(data, "anna").read("clip_00", FRAMES)
        assert codes.tolist() == [0] * 5 + [1] * 5 + [-2] * 10
        hand.do("move", border=5, to=3)
        assert hand.segments[0] == [0, 2, 0]
        hand.do("undo")
        assert hand.segments == [[0, 4, 0], [5, 9, 1], [10, 19, -2]]
        assert last(hand.said, "go")["frame"] == 5
        assert hand.labeller.changes == 5

    @pytest.mark.slow
    def test_it_goes_on_where_the_annotator_left(self, data):
        hand = Hand(Labeller(data, "anna"))
        hand.do("label", frame=0, label=0)
        hand.do("reach", frame=19)
        again = Labeller(data, "anna")
        assert again.clip == "clip_01"
        assert again.about_rows()["progress"]["states"] == {
            "clip_00": "done", "clip_01": "none", "clip_02": "none",
        }  # fmt: skip
        hand.do("next")
        hand.do("label", frame=0, label=2)
        again = Labeller(data, "anna")
        progress = again.about_rows()["progress"]
        assert (again.clip, progress["done"], progress["states"]["clip_01"]) == (
            "clip_01", 1, "part",
        )  # fmt: skip
        hand.do("next")
        assert hand.labeller.clip == "clip_02"
        hand.do("next")
        assert hand.labeller.clip == "clip_01", "round to the one left half done"
        assert hand.labeller.frame == 1, "at the first frame without a label"
        assert not hand.do("reach", frame=19)["fault"]
        assert len(hand.segments) == 2, "nothing follows before the next key"
        hand.do("label", frame=1, label=2)
        hand.do("reach", frame=19)
        hand.labeller.turn_to("clip_02")
        hand.do("label", frame=0, label=0)
        hand.do("reach", frame=19)
        hand.do("next")
        assert last(hand.said, "problem")["text"] == "no other clip is open"

    @pytest.mark.slow
    def test_redo_is_saved_as_every_change_is(self, data):
        hand = Hand(Labeller(data, "anna"))
        hand.do("label", frame=0, label=0)
        hand.do("reach", frame=9)
        hand.do("label", frame=5, label=1)
        hand.do("undo")
        assert hand.labeller.about_rows()["undone"] == 1
        hand.do("redo")
        assert hand.segments == [[0, 4, 0], [5, 9, 1], [10, 19, -2]]
        assert last(hand.said, "go")["frame"] == 5
        codes = AnnotatorFile(data, "anna").read("clip_00", FRAMES)
        assert codes.tolist() == hand.labeller.session.codes.tolist()
        hand.do("redo")
        assert hand.labeller.changes == 5, "there is nothing more to do again"

    @pytest.mark.slow
    def test_a_comment_is_a_change_like_any_other(self, data):
        hand = Hand(Labeller(data, "anna"))
        hand.do("label", frame=0, label=0)
        hand.do("reach", frame=9)
        assert not hand.do("comment", frame=3, text=' slow,\n"off" ')["fault"]
        path = data.annotation("anna")
        assert path.read_text().splitlines()[1] == 'clip_00,0,9,idle,"slow, ""off"""'
        assert last(hand.said, "rows")["comments"] == [[0, 9, 'slow, "off"']]
        hand.labeller.turn_to("clip_01")
        hand.labeller.turn_to("clip_00")
        assert hand.labeller.session.steps == 2, "a look at another clip is no change"
        hand.do("undo")
        assert path.read_text().splitlines()[1] == "clip_00,0,9,idle,"
        hand.do("redo")
        hand.do("label", frame=5, label=1)
        assert last(hand.said, "rows")["comments"] == [[0, 4, 'slow, "off"']]
        answer = hand.do("comment", frame=15, text="lands")
        assert answer["fault"] and "frame 15 has no label yet" in answer["text"]

    @pytest.mark.slow
    def test_a_kind_is_a_change_like_any_other_and_no_other_vote(self, data):
        write_text(data.annotation("D"), "clip,start,end,label,kind\nclip_00,0,19,idle,walking\n")
        hand = Hand(Labeller(data, "anna", blind=False))
        hand.do("label", frame=0, label=0)
        hand.do("reach", frame=9)
        standing, walking = KIND_CODES["standing"], KIND_CODES["walking"]
        assert not hand.do("kind", frame=3, code=standing)["fault"]
        hand.do("label", frame=5, label=0)
        hand.do("kind", frame=5, code=walking)
        assert hand.segments == [[0, 4, standing], [5, 9, walking], [10, 19, -2]]
        path = data.annotation("anna")
        assert path.read_text().splitlines()[1:] == [
            "clip_00,0,4,idle,standing,", "clip_00,5,9,idle,walking,"
        ]  # fmt: skip
        rows = {row["name"]: row["segments"] for row in hand.labeller.about_rows()["rows"]}
        assert rows["D"] == [[0, 19, walking]] and rows["majority"][0][2] == 0
        hand.do("undo")
        assert path.read_text().splitlines()[2] == "clip_00,5,9,idle,,"
        answer = hand.do("kind", frame=15, code=walking)
        assert answer["fault"] and "frame 15 has no label of that kind" in answer["text"]

    @pytest.mark.slow
    def test_a_comment_made_in_another_window_is_kept(self, data):
        hand, other = Hand(Labeller(data, "anna")), Hand(Labeller(data, "anna"))
        hand.do("label", frame=0, label=0)
        other.do("ready")
        other.do("comment", frame=0, text="waits")
        answer = hand.do("comment", frame=0, text="slow")
        assert answer["fault"] and "was changed in another window" in answer["text"]
        assert last(hand.said, "rows")["comments"] == [[0, 0, "waits"]]
        hand.do("undo")
        assert AnnotatorFile(data, "anna").read("clip_00", FRAMES)[0] == 0
        assert "slow" in data.annotation("anna").read_text()

    @pytest.mark.slow
    def test_undo_outlives_a_look_at_another_clip(self, data):
        hand = Hand(Labeller(data, "anna"))
        hand.do("label", frame=0, label=0)
        hand.labeller.turn_to("clip_02")
        hand.labeller.turn_to("clip_00")
        assert hand.labeller.frame == 1
        hand.do("undo")
        assert hand.segments == [[0, 19, -2]]
        assert not data.annotation("anna").exists()

    @pytest.mark.slow
    def test_blind_means_that_nothing_else_is_sent(self, data):
        table = pd.DataFrame({"clip": "clip_00", "frame": [3], "label": ["skill"]})
        table[schemas.PROBABILITIES] = [[0, 0, 1.0, 0]]
        hand = Hand(Labeller(data, "anna", predictions={"LSTM": table}))
        hand.do("ready")
        about = last(hand.said, "clip")
        assert [row["name"] for row in about["rows"]] == ["anna"]
        assert about["blind"] and last(hand.said, "curves")["names"] == []
        hand.do("blind")
        about = last(hand.said, "rows")
        assert [row["name"] for row in about["rows"]] == ["anna", "A", "B", "C", "majority", "LSTM"]
        assert last(hand.said, "curves")["names"] == ["LSTM"]

    @pytest.mark.slow
    @pytest.mark.parametrize(("draft", "expected"), [(True, -1), (False, 0)])
    def test_the_majority_counts_labels_as_they_are_made_but_no_draft(self, data, draft, expected):
        """Frame 0 of clip_00 has the votes idle, take-off and skill; two more decide."""
        write_text(data.annotation("D"), "clip,start,end,label\nclip_00,0,19,idle\n")
        hand = Hand(Labeller(data, "anna", draft=draft, blind=False))
        hand.do("label", frame=0, label=0)
        rows = {row["name"]: row["segments"] for row in hand.labeller.about_rows()["rows"]}
        assert list(rows) == ["anna", "A", "B", "C", "D", "majority"]
        assert rows["majority"][0][2] == expected

    @pytest.mark.slow
    def test_a_change_in_another_window_is_shown_and_not_overwritten(self, data):
        hand = Hand(Labeller(data, "anna"))
        hand.do("label", frame=0, label=0)
        other = AnnotatorFile(data, "anna")
        theirs = other.read("clip_00", FRAMES)
        theirs[:] = 3
        other.write("clip_00", theirs)
        answer = hand.do("label", frame=4, label=1)
        assert answer["fault"] and "was changed in another window" in answer["text"]
        assert hand.segments == [[0, 19, 3]]
        assert (AnnotatorFile(data, "anna").read("clip_00", FRAMES) == 3).all()
        hand.do("undo")
        assert hand.segments == [[0, 0, 0], [1, 3, -2], [4, 4, 1], [5, 19, -2]]

    @pytest.mark.slow
    def test_a_save_that_fails_is_said_to_have_failed(self, data, monkeypatch):
        def full(*_):
            raise OSError(28, "cannot write anna.csv: No space left on device")

        hand = Hand(Labeller(data, "anna"))
        with monkeypatch.context() as patch:
            patch.setattr(annotator_file, "_write", full)
            answer = hand.do("label", frame=0, label=0)
        assert answer["fault"] and "NOT SAVED" in answer["text"]
        assert "No space left" in answer["text"]
        assert not hand.do("label", frame=3, label=1)["fault"], "and saved with the next change"
        assert AnnotatorFile(data, "anna").coverage() == {"clip_00": 2}

    @pytest.mark.slow
    def test_a_faulty_clip_cannot_be_changed_and_says_why(self, data):
        path = data.annotation("anna")
        path.write_text("clip,start,end,label\nclip_00,0,25,idle\n")
        with pytest.raises(AnnotationError):
            AnnotatorFile(data, "anna").read("clip_00", FRAMES)
        hand = Hand(Labeller(data, "anna"))
        hand.labeller.turn_to("clip_00")
        about = last(hand.said, "clip")
        assert not about["editable"] and "anna.csv, row 2" in about["text"]
        answer = hand.do("label", frame=0, label=1)
        assert answer["fault"] and "anna.csv, row 2" in answer["text"]
        assert path.read_text().endswith("clip_00,0,25,idle\n")

    @pytest.mark.slow
    def test_it_starts_from_what_a_model_says(self, data):
        """Shown, to be undone like a change, and nobody's label before the annotator acts."""
        hand = Hand(starting(data))
        assert hand.segments == [[0, 7, 0], [8, 12, 1], [13, 19, 2]]
        assert last(hand.said, "clip")["text"].startswith("as model says: correct it")
        assert last(hand.said, "clip")["progress"]["states"]["clip_00"] == "none"
        hand.labeller.turn_to("clip_01")
        hand.labeller.turn_to("clip_00")
        assert hand.segments == [[0, 7, 0], [8, 12, 1], [13, 19, 2]]
        assert not data.annotation("me", draft=True).exists()
        answer = hand.do("label", frame=8, label=0)
        assert (answer["text"], answer["fault"]) == ("saved in drafts/me.csv", False)
        assert hand.segments == [[0, 12, 0], [13, 19, 2]]
        assert on_disk(data, True) == [("clip_00", 0, 12, "idle"), ("clip_00", 13, 19, "skill")]
        assert last(hand.said, "rows")["text"] == ""
        hand.do("undo")
        hand.do("undo")
        assert hand.segments == [[0, 19, -2]], "blank again, if that is wanted"

    @pytest.mark.slow
    def test_going_on_and_handing_in_take_what_it_started_from(self, data):
        hand = Hand(starting(data))
        hand.do("next")
        assert hand.segments == [[0, 19, -2]], "the model says nothing of clip_01"
        hand.do("next")
        assert hand.labeller.clip == "clip_02"
        assert {clip for clip, *_ in on_disk(data, True)} == {"clip_00"}
        hand.do("hand in")
        assert last(hand.said, "handed in")["text"] == ("2 clips handed in to annotations/me.csv")
        assert on_disk(data) == [
            ("clip_00", 0, 7, "idle"), ("clip_00", 8, 12, "take-off"), ("clip_00", 13, 19, "skill"),
            ("clip_02", 0, 19, "landing"),
        ]  # fmt: skip
        assert not data.annotation("me", draft=True).exists()
        assert last(hand.said, "rows")["progress"]["done"] == 2
        answer = hand.do("label", frame=0, label=0)
        assert not answer["fault"], "it can be changed after that, as a draft"
        assert on_disk(data, True) == [("clip_02", 0, 19, "idle")]

    @pytest.mark.slow
    def test_labels_that_are_there_are_no_start(self, data):
        first = Hand(Labeller(data, "me", draft=True))
        first.do("label", frame=0, label=3)
        hand = Hand(starting(data))
        assert hand.segments == [[0, 0, 3], [1, 19, -2]]
        hand.do("hand in")
        assert "1 half labelled stay a draft: clip_00" in last(hand.said, "handed in")["text"]

    @pytest.mark.slow
    def test_a_start_gives_way_to_labels_made_meanwhile(self, data):
        hand, other = Hand(starting(data)), Hand(starting(data))
        other.do("label", frame=0, label=3)
        answer = hand.do("label", frame=8, label=0)
        assert answer["fault"] and "was changed in another window" in answer["text"]
        assert hand.segments == [[0, 7, 3], [8, 12, 1], [13, 19, 2]]

    @pytest.mark.slow
    def test_it_starts_from_the_majority_where_there_is_one(self, data):
        for name, until in {"A": 9, "B": 9, "C": 14}.items():
            rows = f"clip_00,0,{until},idle\nclip_00,{until + 1},19,skill\n"
            write_text(data.annotation(name), f"clip,start,end,label\n{rows}")
        write_text(data.annotation("D"), "clip,start,end,label\nclip_00,0,9,idle\n"
                                         "clip_00,10,19,landing\n")  # fmt: skip
        hand = Hand(starting(data, start_from="majority"))
        assert hand.segments == [[0, 9, 0], [10, 14, -2], [15, 19, 2]], (
            "two of four are no majority"
        )
        assert last(hand.said, "clip")["text"].startswith("as majority says: correct it")
        hand.labeller.turn_to("clip_01")
        assert hand.segments == [[0, 19, -2]], "nobody else has labelled it"

    @pytest.mark.slow
    def test_a_segment_of_the_model_is_adopted_with_its_borders(self, data):
        hand = Hand(starting(data, start_from=None))
        assert not hand.do("adopt", frame=10)["fault"]
        assert hand.segments == [[0, 7, -2], [8, 12, 1], [13, 19, -2]]
        hand.do("label", frame=0, label=0)
        hand.do("reach", frame=7)
        hand.do("adopt", frame=2)
        assert hand.segments == [[0, 7, 0], [8, 12, 1], [13, 19, -2]]
        hand.do("undo")
        hand.do("undo")
        assert hand.segments == [[0, 19, -2]], "what was already so is no change"
        hand.labeller.turn_to("clip_01")
        answer = hand.do("adopt", frame=2)
        assert answer["fault"] and "nothing is said of frame 2" in answer["text"]

    @pytest.mark.slow
    def test_without_a_model_the_majority_is_adopted_if_it_is_shown(self, data):
        hand = Hand(Labeller(data, "me", draft=True))
        answer = hand.do("adopt", frame=19)
        assert answer["fault"] and "hidden: press b" in answer["text"]
        hand.do("blind")
        rows = {row["name"]: row["segments"] for row in last(hand.said, "rows")["rows"]}
        hand.do("adopt", frame=19)
        assert hand.segments[-1] == rows["majority"][-1]

    @pytest.mark.slow
    def test_nothing_to_hand_in(self, data):
        hand = Hand(Labeller(data, "me", draft=True))
        assert last(hand.said, "clip")["draft"]
        hand.do("hand in")
        assert "nothing to hand in" in last(hand.said, "problem")["text"]

    def test_the_clip_that_is_open_is_handed_in_alone(self, data):
        """And of the clip that is shown by then nothing is agreed to unseen."""
        hand = Hand(starting(data))
        hand.do("next")
        hand.do("label", frame=0, label=0)
        hand.do("reach", frame=19)
        hand.labeller.turn_to("clip_02")
        hand.labeller.answer({"do": "hand in", "only": "clip_01"})
        assert last(hand.said, "handed in")["text"] == "1 clip handed in to annotations/me.csv"
        assert on_disk(data) == [("clip_01", 0, 19, "idle")]
        assert {clip for clip, *_ in on_disk(data, True)} == {"clip_00"}
        hand.do("hand in", only="clip_02")
        assert {clip for clip, *_ in on_disk(data)} == {"clip_01", "clip_02"}

    def test_votes_do_not_start_from_a_model(self, data):
        with pytest.raises(ValueError, match=r"starts from .* model or majority; found 'x'"):
            starting(data, start_from="x")
        with pytest.raises(ValueError, match=r"found 'model' and draft=False"):
            starting(data, draft=False)

    def test_names_that_cannot_be_annotators(self, data):
        with pytest.raises(ValueError, match="'label' cannot be an annotator's name"):
            Labeller(data, "label")
        with pytest.raises(ValueError, match=r"annotator '\.\./A' cannot be a file name"):
            Labeller(data, "../A")


class TestScript:
    def test_is_one_module_of_all_files(self):
        text = script()
        assert not re.search(r"^import ", text, re.MULTILINE)
        assert len(re.findall(r"^export ", text, re.MULTILINE)) == 1
        for file in FOLDER.glob("*.js"):
            for name in re.findall(r"^export class (\w+)", file.read_text(), re.MULTILINE):
                assert text.count(f"class {name} ") == 1
                uses = [text.index(f"extends {name}")] if f"extends {name}" in text else []
                assert all(text.index(f"class {name} ") < use for use in uses)

    def test_needs_no_network(self):
        text = script() + style()
        assert set(re.findall(r"https?://[^\s\"')]+", text)) <= {"http://www.w3.org/2000/svg"}

    def test_is_valid(self, tmp_path):
        if not shutil.which("node"):
            pytest.skip("no node: the browser test runs the script")
        (tmp_path / "viewer.mjs").write_text(script())
        subprocess.run(["node", "--check", tmp_path / "viewer.mjs"], check=True)
