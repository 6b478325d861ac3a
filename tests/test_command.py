"""The command line: its help, and the commands that make data sets."""

import pandas as pd
import pytest
from authors_folder import FRAMES, fill_clip, poses
from footage import NAMES, annotate, film

from gymlib import formats, pose
from gymlib.__main__ import main
from gymlib.dataset import Dataset
from gymlib.files.tables import write_table
from gymlib.formats import keypoints
from gymlib.report.commands import COMMANDS as KNOWN
from gymlib.report.commands import exchange, films

COMMANDS = {
    "bench": "Measure speed and memory",
    "calibrate": "For maintainers: fit the tracker's confidence",
    "guide": "Draw the pictures of the annotation guide",
    "import": "Turn the thesis authors' files into a data set, or add annotations to one",
    "export": "Write a data set's annotations for BORIS, ELAN or a spreadsheet",
    "compare": "Set two attempts, of films or data sets, beside each other on a page",
    "data": "Make or download the data set",
    "predict": "Label films, or the videos of a data set; write a report, tables and overlay",
    "pretrained": "For maintainers: train the weights of the package",
    "reproduce": "Run all notebooks and render the report",
    "report": "Bring the report up to date",
    "publish": "For maintainers: copy what the last full runs gave",
    "noise": "For maintainers: learn from the simulated videos how BlazePose errs",
    "models": "Train and test every architecture with whole videos left out",
    "live": "Label and measure while filming, in a window",
}


def help_of(capsys, *arguments) -> str:
    with pytest.raises(SystemExit) as done:
        main([*arguments, "--help"])
    assert done.value.code == 0
    return capsys.readouterr().out


def test_the_help_names_every_command(capsys):
    text = help_of(capsys)
    assert KNOWN.keys() == COMMANDS.keys()
    for command, about in COMMANDS.items():
        assert command in text and about.split()[0] in text
    for word in ("GYMLIB_HOME", "--home", "GYMLIB_DEBUG=1", "130 stopped by Ctrl-C or SIGTERM"):
        assert word in " ".join(text.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(capsys, command):
    text = " ".join(help_of(capsys, command).split())
    assert COMMANDS[command] in text
    assert "--home" in text
    if command in ("data", "reproduce", "report", "models", "predict"):
        for part in ("--dataset", "(default: simulated)", "{full,quick}", "as the thesis"):
            assert part in text
    if command == "predict":
        assert "pretrained (the weights of the package), models trained on a data set" in text
        assert "{blazepose,tracker}" in text and "X,Y[,SECONDS]" in text


@pytest.mark.parametrize("arguments", [[], ["data", "--profile", "fast"], ["import"], ["dance"]])
def test_wrong_use_is_explained(capsys, arguments):
    with pytest.raises(SystemExit) as done:
        main(arguments)
    assert done.value.code == 2
    assert "usage: python -m gymlib" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("left", "--person expects X,Y or X,Y,SECONDS"),
        ("0.5", "found '0.5'"),
        ("0.5,0.5", "'blazepose' cannot be told whom to follow"),
    ],
)
def test_a_person_that_cannot_be_followed(home, capsys, text, message):
    film(home / "data" / "mine" / "videos" / "salto.mp4")
    options = ["--dataset", "mine", "--person", text, "--extractor", "blazepose"]
    assert main(["predict", *options]) == 2
    assert message in capsys.readouterr().err


def test_choices_are_those_of_the_rooms():
    assert exchange.FORMS == formats.FORMATS and exchange.PROGRAMS == keypoints.PROGRAMS
    assert set(films.EXTRACTORS) == set(pose.EXTRACTORS)


def test_where_a_message_comes_from_is_shown_on_request(home, monkeypatch):
    assert main(["data", "--dataset", "nowhere"]) == 2
    monkeypatch.setenv("GYMLIB_DEBUG", "1")
    with pytest.raises(ValueError, match=r"no clips.csv and no videos"):
        main(["data", "--dataset", "nowhere"])


@pytest.mark.slow
def test_own_videos_become_a_data_set(home):
    """The lines of the README."""
    folder = home / "data" / "mine"
    film(folder / "videos" / "monday" / "salto_1.mp4")
    film(folder / "videos" / "monday" / "salto_2.mp4", frames=5)
    annotate("mine", "anna", {"salto_1": NAMES, "salto_2": NAMES[:5]})
    rows = "clip,start,end,label,comment\nsalto_1,0,3,Unlabeled,too dark\nsalto_1,4,7,idle,\n"
    (folder / "annotations" / "ben.csv").write_text(rows)
    assert main(["data", "--dataset", "mine"]) == 0
    assert Dataset("mine").clips["frames"].tolist() == [8, 5]
    assert main(["data", "--dataset", "mine"]) == 0


def test_the_home_may_be_named(tmp_path, capsys):
    film(tmp_path / "data" / "mine" / "videos" / "salto.mp4")
    assert main(["data", "--dataset", "mine", "--home", str(tmp_path)]) == 0
    assert len(Dataset("mine", tmp_path).clips) == 1
    assert main(["publish", "--home", str(tmp_path)]) == 2
    assert "not published: recovered: not run here; simulated: not run" in capsys.readouterr().err


@pytest.mark.slow
def test_clips_may_say_who_must_have_labelled_them(home, capsys):
    film(home / "data" / "mine" / "videos" / "salto_1.mp4")
    annotate("mine", "anna", {"salto_1": NAMES})
    assert main(["data", "--dataset", "mine"]) == 0
    clips = Dataset("mine").folder / "clips.csv"
    write_table(clips, pd.read_csv(clips).assign(annotators="anna ben"))
    assert main(["data", "--dataset", "mine"]) == 2
    assert "ben.csv: missing; clips.csv expects it for 1 of 1 clips" in capsys.readouterr().err


@pytest.mark.slow
def test_import(home, tmp_path, capsys):
    fill_clip(tmp_path / "theirs" / "clean_video" / "Video2" / "video1", "1", poses(seed=1))
    command = ["import", "--source", str(tmp_path / "theirs"), "--dataset", "theirs"]
    assert main(command) == 0
    assert f"Data set theirs: 1 clips, {FRAMES} frames" in capsys.readouterr().out
    assert main(["data", "--dataset", "theirs"]) == 0
    assert main(command) == 2
    assert "data set 'theirs' exists; choose another name or replace it" in capsys.readouterr().err
    assert main([*command, "--replace"]) == 0
    assert main(["import", "--source", str(tmp_path / "none"), "--dataset", "other"]) == 2
    assert "none" in capsys.readouterr().err
