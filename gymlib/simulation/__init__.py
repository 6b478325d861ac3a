"""A simulated data set: gymnasts in three dimensions, filmed, and labelled by three annotators.

From below: :mod:`proportions` and :mod:`pose` (a body and its joints), :mod:`flight` and
:mod:`ground` (how it moves in the air and on its feet), :mod:`performer` (phase after phase),
:mod:`gait`, :mod:`entries`, :mod:`wheels`, :mod:`trampoline`, :mod:`shapes` and :mod:`landings`
(what gymnasts do), :mod:`attempt` (one clip), :mod:`plan` (all of them). :mod:`renderer` films a
motion, :mod:`annotators` label it, :mod:`generate` writes the data set.
"""
