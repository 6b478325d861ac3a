"""Pictures: every function takes numbers and an optional axes, and returns the axes.

Nothing here computes a result or writes a file; :func:`gymlib.files.figures.save_figure` writes.
"""
