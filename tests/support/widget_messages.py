"""What a widget says to its browser, heard without one."""


def listen(widget) -> list[tuple[dict, list]]:
    """The list that gets what the widget says: (content, buffers)."""
    said = []
    widget.send = lambda content, buffers=None: said.append((content, buffers or []))
    return said


def last(said: list, kind: str) -> dict:
    return next(content for content, _ in reversed(said) if content["say"] == kind)
