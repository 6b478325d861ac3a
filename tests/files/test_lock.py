"""Two runs in one folder: the second is refused, a killed one leaves nothing behind."""

import multiprocessing

import pytest

from gymlib.files import lock


def _hold(folder, held):
    with lock.hold(folder, "notebooks"):
        held.set()
        multiprocessing.Event().wait(60)


@pytest.mark.slow
def test_a_second_run_is_refused_until_the_first_is_gone(tmp_path):
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    process = context.Process(target=_hold, args=(tmp_path, held))
    process.start()
    assert held.wait(30)
    with pytest.raises(lock.BusyError, match=r"another run \(notebooks\) is working in .*stop it"):
        with lock.hold(tmp_path, "notebooks"):
            pass
    with lock.hold(tmp_path, "poses"):
        pass  # other work in the same folder is free
    process.kill()
    process.join()
    with lock.hold(tmp_path, "notebooks"):
        pass
