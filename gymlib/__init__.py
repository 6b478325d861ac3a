"""Frame-by-frame sub-action classification in gymnastics videos."""

__version__ = "0.1.0"
