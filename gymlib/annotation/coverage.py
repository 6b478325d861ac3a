"""Whether one annotator's segments of a clip cover each of its frames once."""


def coverage_faults(
    clip: str, segments: list[dict], frames: int, gaps: bool = True
) -> list[tuple[int, str]]:
    """(row, message) for every segment that is reversed, overlaps, or leaves a gap.

    Parameters
    ----------
    segments : start, end (inclusive) and row of every segment of one annotator in one clip.
    gaps : whether frames without a label are a fault.
    """
    found, covered, last = [], -1, None
    for segment in sorted(segments, key=lambda segment: (segment["start"], segment["end"])):
        start, end, row = segment["start"], segment["end"], segment["row"]
        if start > end:
            found.append((row, f"clip {clip}: start {start} is after end {end}"))
            continue
        if gaps and start > covered + 1:
            found.append((row, f"clip {clip}: {_span(covered + 1, start - 1)} no label (gap)"))
        elif start <= covered:
            overlap = _span(start, min(end, covered))
            found.append((row, f"clip {clip}: {overlap} two labels (overlap with row {last})"))
        if end >= covered:
            covered, last = end, row
    if covered + 1 > frames or (gaps and covered + 1 < frames):
        fault = f"clip {clip}: labels end at frame {covered}, but the clip has {frames} frames"
        found.append((last or segments[0]["row"], f"{fault} (0 to {frames - 1})"))
    return found


def _span(start: int, end: int) -> str:
    return f"frame {start} has" if start == end else f"frames {start} to {end} have"
