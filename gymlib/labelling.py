"""From a data set's annotation files to its labels, checked as a whole first."""

import pandas as pd

from gymlib import annotation_check, annotations, io, paths, results, review, schemas, video
from gymlib.pose_quality import tracks


def read(dataset: str, *, every_clip: bool = True) -> dict[str, pd.DataFrame]:
    """All annotators' runs (clip, start, end, label, comment), whole numbers, by annotator.

    Clip lengths are checked against clips.csv and, where there are videos, against what they
    hold. A clip that nobody labelled is a fault, unless ``every_clip`` is False. Raises
    AnnotationError listing every fault with file and row, ValueError if there is no annotation
    file.
    """
    folder = paths.dataset(dataset)
    names = io.annotators(dataset)
    if not names:
        raise ValueError(
            f"{folder / 'annotations'} holds no annotation file; one <annotator>.csv per person "
            "with columns clip, start, end, label is needed to train and to score; the labeller in "
            "notebook 01 makes one"
        )
    files = {name: io.read_annotation(folder / "annotations" / f"{name}.csv") for name in names}
    clips = io.read_clips(dataset)
    filmed = clips[clips["path"].fillna("") != ""]
    counted = {clip.clip: video.probe(folder / clip.path).frames for clip in filmed.itertuples()}
    return annotation_check.check(files, clips, video_frames=counted, every_clip=every_clip)


def make(dataset: str, *, every_clip: bool = True) -> pd.DataFrame:
    """Write labels.parquet: votes, majority and cleaned label of every frame; returns it.

    Parameters
    ----------
    every_clip : as for :func:`read`; frames of clips that nobody labelled are Unlabeled.
    """
    runs = read(dataset, every_clip=every_clip)
    table = annotations.label_table(runs, io.read_clips(dataset))
    io.write_table(paths.dataset(dataset) / "labels.parquet", table, schemas.LABELS)
    return table


def queue(
    dataset: str,
    *,
    protocol: str | None = None,
    approach: str = "LSTM_E",
    config: review.ReviewConfig | None = None,
) -> pd.DataFrame:
    """The review queue (:func:`gymlib.review.queue`) of a data set, from all that exists of it.

    Labels come from the annotation files as they are now. Poses take part once they are
    extracted, and a model's answers where ``protocol`` names one that has been run; they are
    those about its test clips, which it was not trained on.

    Parameters
    ----------
    approach : one of :data:`gymlib.results.APPROACHES`.
    """
    clips = io.read_clips(dataset)
    runs = read(dataset, every_clip=False)
    labels = annotations.label_table(runs, clips)
    poses, answers = (), None
    if (paths.dataset(dataset) / "keypoints.parquet").is_file():
        poses = tracks.from_tables(io.read_keypoints(dataset), clips)
    if protocol is not None:
        table = io.read_table(paths.results(dataset, protocol) / "predictions.parquet")
        architecture, model = results.APPROACHES[approach]
        chosen = (table["architecture"] == architecture) & (table["model"] == model)
        answers = table[chosen]
    return review.queue(labels, runs, predictions=answers, tracks=poses, config=config)
