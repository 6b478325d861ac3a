"""The kernel's side of explorer and review: what they answer to what the browser asks."""

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import make_dataset, make_results
from widget_messages import last, listen

from gymlib import viewer
from gymlib.annotation import annotator_file
from gymlib.annotation.review.doubt import MODEL, ReviewConfig
from gymlib.annotation.review.queue import rank_doubts
from gymlib.dataset import Dataset
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.evaluation import errors
from gymlib.files.atomic import MissingFileError, read_json
from gymlib.files.tables import read_table
from gymlib.kinematics.curves import curves
from gymlib.labels import CLASSES, encode
from gymlib.prediction import finetuning
from gymlib.viewer import Explorer, Reviewer
from gymlib.viewer.explorer import DIFFERENT

FIRST, SECOND = "LSTM, ensemble", "CNN, ensemble"


@pytest.fixture
def data(home):
    name = make_dataset(home, clips=4, frames=30, processed=True)
    make_results(home, name)
    return Dataset(name, home)


def rows_of(said) -> dict[str, np.ndarray]:
    content = next(c for c, _ in reversed(said) if c["say"] in ("clip", "rows"))
    return {
        row["name"]: np.concatenate(
            [[code] * (end - start + 1) for start, end, code in row["segments"]]
        )
        for row in content["rows"]
    }


class TestExplorer:
    @pytest.fixture
    def explorer(self, data):
        return Explorer(data)

    @pytest.fixture
    def said(self, explorer):
        said = listen(explorer)
        explorer._hear(None, {"do": "ready"}, [])
        return said

    @pytest.mark.slow
    def test_it_shows_the_worst_clip_and_all_models(self, explorer, said):
        panel = last(said, "panel")
        scores = list(explorer.scores)
        assert scores == sorted(scores) and explorer.clip == explorer.clips[0]
        assert list(rows_of(said))[:3] == ["label", FIRST, "wrong"]
        assert set(errors.of_models(self.predictions(explorer))) < set(rows_of(said))
        assert panel["choices"]["protocol"] == ("thesis", ["thesis"])
        assert panel["choices"]["other"][1][0] == "label"
        assert FIRST not in panel["choices"]["other"][1]
        assert last(said, "curves")["names"] == [FIRST, "height", "trunk", "shape"]

    def predictions(self, explorer):
        return read_table(explorer.data.results("thesis") / "predictions.parquet")

    @pytest.mark.slow
    def test_the_row_marks_where_the_model_is_wrong(self, explorer, said):
        rows = rows_of(said)
        own = explorer.predictions[FIRST].query("clip == @explorer.clip")
        wrong = own.loc[own["label"] != own["true"], "frame"]
        assert np.flatnonzero(rows["wrong"] == DIFFERENT).tolist() == sorted(wrong)

    @pytest.mark.slow
    def test_a_cell_lists_its_frames_and_shows_the_first(self, explorer, said):
        counts = np.array(last(said, "panel")["counts"])
        np.fill_diagonal(counts, 0)
        true, answer = np.unravel_index(counts.argmax(), counts.shape)
        explorer._hear(None, {"do": "cell", "cell": [int(true), int(answer)]}, [])
        panel = last(said, "panel")
        own = explorer.predictions[FIRST]
        inside = own[(own["true"] == CLASSES[true]) & (own["label"] == CLASSES[answer])]
        assert sum(run[3] for run in panel["places"]) == len(inside) == counts[true, answer]
        assert f"{CLASSES[true]} taken for {CLASSES[answer]}" in panel["title"]
        assert [explorer.clip, explorer.frame] == panel["places"][0][:2]
        assert last(said, "at")["number"] == 0
        explorer._hear(None, {"do": "visit", "number": len(panel["places"]) - 1}, [])
        assert [explorer.clip, explorer.frame] == panel["places"][-1][:2]

    @pytest.mark.slow
    def test_two_models_are_compared_frame_by_frame(self, explorer, said):
        explorer._hear(None, {"do": "choose", "what": "other", "value": SECOND}, [])
        rows, panel = rows_of(said), last(said, "panel")
        assert list(rows)[:4] == ["label", FIRST, SECOND, "differ"]
        apart = rows[FIRST] != rows[SECOND]
        np.testing.assert_array_equal(rows["differ"] == DIFFERENT, apart)
        assert last(said, "curves")["names"][:2] == [FIRST, SECOND]
        assert f"{FIRST} and {SECOND} differ in" in panel["compared"]

    @pytest.mark.slow
    def test_steps_lead_through_all_differences_and_back(self, explorer, said):
        places = [tuple(run[:2]) for run in last(said, "panel")["places"]]
        explorer.go(0, explorer.clips[0])
        visited = [(explorer.clip, 0)] if places[0] == (explorer.clip, 0) else []
        for _ in range(len(places) - len(visited)):
            explorer._hear(None, {"do": "differ", "by": 1, "frame": explorer.frame}, [])
            visited.append((explorer.clip, explorer.frame))
        assert visited == places
        explorer._hear(None, {"do": "differ", "by": 1, "frame": explorer.frame}, [])
        assert "no further place" in last(said, "problem")["text"]
        explorer._hear(None, {"do": "differ", "by": -1, "frame": explorer.frame}, [])
        assert (explorer.clip, explorer.frame) == places[-2]

    @pytest.mark.slow
    def test_the_movement_is_drawn_below_the_probabilities(self, explorer, said):
        content, buffers = next(own for own in reversed(said) if own[0]["say"] == "curves")
        own = curves(explorer.data.clip(explorer.clip))
        lines = [len(look["colours"]) for look in content["looks"]]
        assert lines == [4, 1, 1, 2]
        frames = len(explorer.view)
        values = [np.frombuffer(b, "<f4").reshape(frames, n) for b, n in zip(buffers, lines)]
        np.testing.assert_allclose(values[1][:, 0], own.height, rtol=1e-6)
        np.testing.assert_allclose(values[3], np.stack([own.hip, own.knee], axis=1), rtol=1e-6)
        about = [look["about"] for look in content["looks"]]
        assert about[0] == f"probabilities: {FIRST}"
        assert about[1].startswith("height of the centre of mass, torso lengths, 0 to ")
        assert about[3] == "shape: angles of hips and knees, degrees, 0 to 180"

    @pytest.mark.slow
    def test_another_data_set_and_protocol(self, home, explorer, said):
        make_results(home, make_dataset(home, clips=3, frames=24, name="b", processed=True), "mine")
        explorer._hear(None, {"do": "choose", "what": "dataset", "value": "b"}, [])
        panel = last(said, "panel")
        assert panel["choices"]["dataset"] == ("b", ["b", "tiny"])
        assert panel["choices"]["protocol"] == ("mine", ["mine"])
        assert last(said, "clip")["frames"] == 24

    @pytest.mark.slow
    def test_what_is_wrong_is_said_and_nothing_changes(self, home, explorer, said):
        make_dataset(home, name="empty")
        explorer._hear(None, {"do": "choose", "what": "dataset", "value": "empty"}, [])
        assert "has no results yet; run notebook 06" in last(said, "problem")["text"]
        explorer._hear(None, {"do": "choose", "what": "model", "value": "GRU"}, [])
        assert "no model 'GRU'" in last(said, "problem")["text"]
        assert (explorer.data.name, explorer.model) == ("tiny", FIRST)

    def test_unknown_protocols(self, data):
        with pytest.raises(ValueError, match="no results of protocol 'x'; there are thesis"):
            Explorer(data, "x")

    def test_headless_it_is_a_picture(self, data, monkeypatch):
        monkeypatch.setenv("GYMLIB_HEADLESS", "1")
        assert viewer.explore(Dataset("nothing")).data.startswith(b"\x89PNG")
        assert viewer.review(Dataset("nothing"), "me").data.startswith(b"\x89PNG")


class TestReview:
    @pytest.fixture
    def queue(self, data):
        return rank_doubts(data.labels, data.annotators, config=LONG)

    @pytest.fixture
    def reviewer(self, data, queue):
        return Reviewer(data, "A", queue, config=LONG)

    @pytest.mark.slow
    def test_it_opens_the_first_case(self, reviewer, queue):
        said = listen(reviewer)
        reviewer._hear(None, {"do": "ready"}, [])
        assert (reviewer.clip, reviewer.frame) == tuple(queue.loc[0, ["clip", "start"]])
        assert last(said, "clip")["frame"] == queue.loc[0, "start"]
        assert len(last(said, "doubts")["doubts"]) == len(queue)
        assert last(said, "progress")["done"] == [False] * len(queue)

    @pytest.mark.slow
    def test_a_case_opens_at_its_frame(self, reviewer, queue):
        said = listen(reviewer)
        reviewer._hear(None, {"do": "visit", "number": len(queue) - 1}, [])
        assert (reviewer.clip, reviewer.frame) == tuple(queue.iloc[-1][["clip", "start"]])
        assert last(said, "progress")["at"] == len(queue) - 1

    @pytest.mark.slow
    def test_queue_and_agreement_follow_a_change_and_its_undo(self, reviewer, queue, data):
        said = listen(reviewer)
        reviewer._hear(None, {"do": "ready"}, [])
        case = queue.iloc[0]
        labels = data.labels
        vote = encode(labels.loc[labels["clip"] == case["clip"], "A"])[case["start"]]
        other = (int(vote) + 1) % 4
        request = {"clip": reviewer.clip, "window": "w", "number": 1}
        before = last(said, "progress")["measures"]
        for frame in range(case["start"], case["end"] + 1):
            reviewer._hear(None, request | {"do": "label", "frame": frame, "label": other}, [])
        after = last(said, "progress")
        assert after["done"][0]
        alpha = next(row for row in after["measures"] if row[0] == "Krippendorff's alpha")
        assert alpha != before[0] and alpha[2].startswith("(")
        kept = data.folder / "drafts" / "A.reviewed.json"
        place = list(case[["clip", "start", "end", "reason"]])
        assert read_json(kept)["checked"].count(place) == 1
        while reviewer.session.steps:
            reviewer._hear(None, request | {"do": "undo"}, [])
        assert last(said, "progress")["measures"] == before
        assert not last(said, "progress")["done"][0]

    @pytest.mark.slow
    def test_what_was_checked_stays_checked(self, reviewer, queue, data):
        said = listen(reviewer)
        reviewer._hear(None, {"do": "check", "number": 0}, [])
        assert last(said, "progress")["done"][0]
        again = Reviewer(data, "A", queue, config=LONG)
        assert again.progress.done(0) and again.at == 1
        said = listen(again)
        again._hear(None, {"do": "next"}, [])
        assert again.at == 2
        for number in range(len(queue)):
            again.progress.check(number)
        again._hear(None, {"do": "next"}, [])
        assert last(said, "problem")["text"] == "no case is left"

    @pytest.mark.slow
    def test_a_draft_counts_here_but_changes_no_vote(self, data, queue):
        reviewer = Reviewer(data, "me", queue, draft=True, config=LONG)
        said = listen(reviewer)
        reviewer._hear(None, {"do": "ready"}, [])
        request = {"clip": reviewer.clip, "window": "w", "number": 1}
        reviewer._hear(None, request | {"do": "label", "frame": reviewer.frame, "label": 2}, [])
        names = [name for name, *_ in last(said, "progress")["measures"]]
        assert "kappa A, me" in names and data.annotators == ["A", "B", "C"]
        again = Reviewer(data, "me", queue, draft=True, config=LONG)
        assert again.progress.agreement.annotators[-1] == "me"
        with pytest.raises(MissingFileError):
            annotator_file.hand_in(data, "nobody")

    @pytest.mark.slow
    def test_it_trains_again_and_sorts_anew(self, data, queue, monkeypatch):
        """Models are sure that all of clip_01 is a landing; the reviewer has finished clip_00."""
        reviewer = Reviewer(data, "me", queue, draft=True, config=LONG, profile="quick")
        said = listen(reviewer)
        reviewer.turn_to("clip_00")
        frames = len(reviewer.view)
        request = {"clip": "clip_00", "window": "w", "number": 1}
        for what in ({"do": "label", "frame": 0, "label": 0}, {"do": "reach", "frame": frames - 1}):
            reviewer._hear(None, request | what, [])

        def trained(data, profile):
            assert profile == "quick" and "me" in data.labels, "what was complete is a vote"
            table = pd.DataFrame({"clip": "clip_01", "frame": range(frames), "outer": 0})
            table = table.assign(architecture="gymtcn", model="ensemble", label="idle")
            return table.assign(**dict(zip(PROBABILITIES, (0.0, 0.0, 0.01, 0.99))))

        monkeypatch.setattr(finetuning, "run", trained)
        reviewer._hear(None, {"do": "train"}, [])
        first = last(said, "doubts")["doubts"][0]
        assert (first["clip"], first["reason"]) == ("clip_01", MODEL)
        assert (reviewer.clip, reviewer.frame) == ("clip_01", first["start"])
        assert "sorted anew" in last(said, "handed in")["text"]
        names = [row["name"] for row in reviewer.about_rows()["rows"]]
        assert names[-1] == "learnt" and not data.annotation("me", draft=True).exists()

    @pytest.mark.slow
    def test_why_it_cannot_train_is_said(self, data, queue, monkeypatch):
        def few(data, profile):
            raise ValueError("too few clips")

        monkeypatch.setattr(finetuning, "run", few)
        reviewer = Reviewer(data, "me", queue, draft=True, config=LONG)
        said = listen(reviewer)
        reviewer._hear(None, {"do": "train"}, [])
        assert last(said, "problem")["text"] == "too few clips"

    @pytest.mark.slow
    def test_without_a_queue_it_is_made(self, data):
        made = Reviewer(data, "A")
        assert len(made.progress.doubts) > 0


LONG = ReviewConfig(shortest=1)  # annotators of the tiny data set differ by a frame
