"""Labels while filming: each picture named a moment after it was taken, each attempt measured.

:mod:`naming` looks AHEAD seconds ahead and no further; :mod:`look_ahead` measures what that costs;
:mod:`screen` shows it in a window, :class:`gymlib.viewer.LiveView` in a notebook.
"""

from gymlib.prediction.live.naming import AHEAD, Attempted, Live, Named
from gymlib.prediction.live.screen import run

__all__ = ["AHEAD", "Attempted", "Live", "Named", "run"]
