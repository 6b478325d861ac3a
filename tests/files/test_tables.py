"""Files: checked at the border, atomic, and clear about what is wrong."""

import errno

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from gymlib.dataset import Dataset, schemas
from gymlib.dataset.keypoints import keypoint_array, keypoint_columns
from gymlib.files.atomic import MissingFileError, read_json, write_json
from gymlib.files.figures import save_figure
from gymlib.files.tables import TableError, read_table, write_table


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    file = tmp_path / "a.json"
    write_json(file, {"kept": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(file, {"bad": float("nan")})
    assert read_json(file) == {"kept": 1}
    assert [f.name for f in tmp_path.iterdir()] == ["a.json"]


def test_a_full_disk_is_named_and_loses_nothing(tmp_path, monkeypatch):
    file = tmp_path / "table.csv"
    write_table(file, pd.DataFrame({"a": [1]}))

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    with pytest.raises(OSError, match=r"cannot write .*table.csv: No space left.*nothing was"):
        write_table(file, pd.DataFrame({"a": [2]}))
    assert read_table(file)["a"].tolist() == [1]
    assert [f.name for f in tmp_path.iterdir()] == ["table.csv"]


def test_syntax_errors_in_json_are_located(tmp_path):
    (tmp_path / "a.json").write_text('{"a": 1,\n "b": }')
    with pytest.raises(ValueError, match=r"a.json is not valid JSON: line 2"):
        read_json(tmp_path / "a.json")


def test_a_missing_step_says_which_notebook_makes_it(home):
    with pytest.raises(MissingFileError, match="Run notebook 03_preprocessing first"):
        Dataset("nothing").processed  # noqa: B018


def test_every_fault_of_a_table_is_listed_with_its_row(tmp_path):
    file = tmp_path / "A.csv"
    file.write_text("clip,start,label\na,0,idle\na,-1,flight\n")
    with pytest.raises(TableError) as error:
        read_table(file, schemas.ANNOTATIONS)
    for part in ("A.csv", "missing column 'end'", "'start' row 2", "'label' row 2", "'flight'"):
        assert part in str(error.value)


def test_a_file_that_is_no_table_is_named(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"not parquet")
    with pytest.raises(TableError, match=r"t.parquet cannot be read as a table: .* Delete it: "):
        read_table(tmp_path / "t.parquet")


def test_clip_names_cannot_leave_the_data_set(home):
    folder = home / "data" / "d"
    folder.mkdir(parents=True)
    (folder / "clips.csv").write_text(
        "clip,video,path,fps,frames,width,height\n../../x,v,,30,10,960,540\n"
    )
    with pytest.raises(TableError, match=r"column 'clip' row 1: expected a plain name"):
        Dataset("d").clips  # noqa: B018


def test_keypoints_to_columns_and_back():
    keypoints = np.random.default_rng(0).random((4, 33, 2)).astype(np.float32)
    table = pd.DataFrame(keypoint_columns(keypoints))
    assert list(table)[:3] == ["x_nose", "y_nose", "x_left_eye_inner"]
    np.testing.assert_array_equal(keypoint_array(table), keypoints)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_the_same_figure_gives_the_same_bytes(tmp_path, suffix):
    from gymlib.plots.style import use_style

    use_style()
    files = []
    for _ in range(2):
        figure, ax = plt.subplots()
        ax.plot([0, 1], [1, 0], label="a")
        file = save_figure(figure, tmp_path / "d" / f"01_line.{suffix}")
        files.append(file.read_bytes())
        plt.close(figure)
    assert files[0] == files[1]
    assert file == tmp_path / "d" / f"01_line.{suffix}"
