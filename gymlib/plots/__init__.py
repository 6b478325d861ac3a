"""Pictures: every function takes numbers and an optional axes, and returns the axes.

Nothing here computes a result or writes a file; :func:`gymlib.io.save_figure` writes.
"""
