"""The site's icon: an inverted, tucked body over the four labels' colours."""

from gymlib.labels import CLASSES, COLOURS

# Hand-drawn on a grid of 32: knees, hip, shoulder, and the head as a dot.
BODY = "M21 5 L12 7 L15 17 L20 12 M15 17 L22 20"
HEAD = (11, 20.5, 3)


def favicon() -> str:
    """SVG text, 32 by 32."""
    width = 32 / len(CLASSES)
    runs = "".join(
        f'<rect x="{width * i:g}" y="27" width="{width:g}" height="5" fill="{COLOURS[name]}"/>'
        for i, name in enumerate(CLASSES)
    )
    x, y, radius = HEAD
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        '<rect width="32" height="32" rx="4" fill="#FFFFFF"/>'
        f'<path d="{BODY}" fill="none" stroke="{COLOURS["skill"]}" stroke-width="3" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{COLOURS["skill"]}"/>{runs}</svg>\n'
    )
