"""How BlazePose errs, learnt from pairs of truth and pose, so that skeletons need no pictures.

:mod:`model` says what the errors are and draws them, :mod:`fit` learns it from pairs, and
fitted.json holds what the simulated videos gave. Other estimators' errors may come beside it.
"""
