"""What a gymnast looks like: skin, hair, clothes, build."""

from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]

SKINS = [(226, 190, 165), (212, 170, 140), (188, 140, 108), (148, 103, 76), (100, 70, 54)]
HAIRS = [(34, 27, 23), (60, 43, 30), (94, 68, 44), (156, 126, 84), (26, 24, 25), (122, 70, 46)]
CLOTHES = [
    (32, 32, 36), (64, 66, 72), (216, 216, 214), (150, 48, 50), (48, 74, 132), (44, 98, 82),
    (196, 138, 66), (104, 68, 120), (104, 142, 176), (180, 98, 122), (78, 88, 66), (32, 42, 76),
    (120, 122, 126), (186, 176, 150),
]  # fmt: skip


@dataclass(frozen=True)
class Appearance:
    """Looks of one gymnast; colours are RGB, 0 to 255, as under white light.

    Attributes
    ----------
    skin, hair, top, bottom, shoes : colours.
    stripes : colour of stripes around the trousers, or None.
    emblem : colour of a print on the chest, or None.
    sleeve : how far the top covers the arm (0: none, 1: to the elbow, 2: to the wrist).
    leg : how far the trousers cover the leg (0.3: short, 1: to the knee, 2: to the ankle).
    loose : metres that the clothes stand off the body (0: leotard).
    barefoot : whether the feet have the colour of the skin.
    hairstyle : "short", "bun" or "ponytail".
    girth : factor on all thicknesses; 1 is an athletic adult; the thicknesses grow with the
        torso's length anyway.
    """

    skin: Colour = SKINS[1]
    hair: Colour = HAIRS[0]
    top: Colour = CLOTHES[3]
    bottom: Colour = CLOTHES[0]
    shoes: Colour = CLOTHES[2]
    stripes: Colour | None = None
    emblem: Colour | None = None
    sleeve: float = 0.5
    leg: float = 0.8
    loose: float = 0.012
    barefoot: bool = True
    hairstyle: str = "short"
    girth: float = 1.0

    def __post_init__(self):
        if self.hairstyle not in ("short", "bun", "ponytail"):
            raise ValueError(
                f"hairstyle must be one of short, bun, ponytail; found {self.hairstyle!r}"
            )

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Appearance":
        """A random gymnast: skin, hair, clothes and build."""
        top, bottom, shoes, stripes, emblem = rng.choice(len(CLOTHES), 5, replace=False)
        style = str(rng.choice(["shirt", "tank", "leotard", "long"], p=[0.4, 0.25, 0.15, 0.2]))
        return cls(
            skin=SKINS[rng.integers(len(SKINS))],
            hair=HAIRS[rng.integers(len(HAIRS))],
            top=CLOTHES[top],
            bottom=CLOTHES[bottom],
            shoes=CLOTHES[shoes],
            stripes=CLOTHES[stripes] if rng.random() < 0.2 else None,
            emblem=CLOTHES[emblem] if rng.random() < 0.4 else None,
            sleeve={"shirt": 0.55, "tank": 0.0, "leotard": 0.0, "long": 1.9}[style],
            leg=float(rng.choice([0.35, 0.8, 2.0], p=[0.2, 0.4, 0.4])),
            loose=0.0 if style == "leotard" else float(rng.uniform(0.004, 0.016)),
            barefoot=bool(rng.random() < 0.7),
            hairstyle=str(rng.choice(["short", "bun", "ponytail"], p=[0.6, 0.2, 0.2])),
            girth=float(rng.uniform(0.92, 1.08)),
        )
