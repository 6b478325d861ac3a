"""Which of BlazePose's points other skeletons have, by their order or by their names."""

import re
from collections.abc import Mapping

from gymlib.skeleton import INDEX

NECK, MID_HIP, NONE = "neck", "mid_hip", ""
"""Middles of shoulders and hips, which BlazePose has not; and what it has nothing like."""
_FACE = "nose left_eye right_eye left_ear right_ear".split()


def _sides(parts: str, sides: tuple[str, str] = ("left", "right")) -> list[str]:
    return [f"{side}_{part}" for part in parts.split() for side in sides]


def _limbs(parts: str) -> list[str]:
    return [f"{side}_{part}" for side in ("right", "left") for part in parts.split()]


_ARMS, _LEGS = _limbs("shoulder elbow wrist"), _limbs("hip knee ankle")
_EYES_EARS = _sides("eye ear", ("right", "left"))
COCO_17 = [*_FACE, *_sides("shoulder elbow wrist hip knee ankle")]
"""Lin et al. 2014, "Microsoft COCO"; AlphaPose's order."""
COCO_18 = ["nose", NECK, *_ARMS, *_LEGS, *_EYES_EARS]
"""OpenPose's COCO model: that of COCO in another order, with a neck."""
BODY_25 = [
    "nose", NECK, *_ARMS, MID_HIP, *_LEGS, *_EYES_EARS,
    "left_foot_index", NONE, "left_heel", "right_foot_index", NONE, "right_heel",
]  # fmt: skip
"""OpenPose's own (Cao et al. 2019): with big toe (here foot_index), small toe and heel."""
HALPE_26 = [*COCO_17, NONE, NECK, MID_HIP, *_sides("foot_index"), NONE, NONE, *_sides("heel")]
"""AlphaPose's Halpe (Fang et al. 2022): head, neck, hip, big toes, small toes, heels."""
HALPE_136 = [*HALPE_26, *110 * [NONE]]
"""Halpe's body, then face and hands, which BlazePose has otherwise: knuckles, no finger tips."""
COCO_133 = [
    *COCO_17, "left_foot_index", NONE, "left_heel", "right_foot_index", NONE, "right_heel",
    *110 * [NONE],
]  # fmt: skip
"""COCO WholeBody (Jin et al. 2020): body and feet, then face and hands."""

_SIDES = {"l": "left", "left": "left", "r": "right", "right": "right"}
_PARTS = {
    "footindex": "foot_index", "toe": "foot_index", "toes": "foot_index", "bigtoe": "foot_index",
    "toetip": "foot_index", "pinkie": "pinky",
}  # fmt: skip
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def blazepose_name(name: str, meanings: Mapping[str, str]) -> str | None:
    """The point of BlazePose that somebody's name for a body part means; None if it has none.

    Parameters
    ----------
    meanings : name -> point, for what no rule tells; "" leaves it out.

    >>> [blazepose_name(name, {}) for name in ("LeftKnee", "knee_L", "l-big toe", "Nose", "tail")]
    ['left_knee', 'left_knee', 'left_foot_index', 'nose', None]
    """
    if name in meanings:
        return meanings[name] or None
    words = [word.lower() for word in _WORDS.findall(name)]
    if len(words) == 1 and words[0][0] in "lr" and words[0][1:] in _ONE_WORD:  # rknee, lankle
        words = [words[0][0], words[0][1:]]
    elif len(words) == 1:
        words = [part for part in re.split("^(left|right)|(left|right)$", words[0]) if part]
    if "_".join(words) in INDEX:
        return "_".join(words)
    sides = [_SIDES[word] for word in words if word in _SIDES]
    part = "".join(word for word in words if word not in _SIDES)
    part = _PARTS.get(part, part)
    for tried in (part, *(f"{side}_{part}" for side in sides), *(f"{part}_{s}" for s in sides)):
        if len(sides) <= 1 and tried in INDEX:
            return tried
    return None


_ONE_WORD = {name.split("_")[-1] for name in INDEX} - {"ear"} | {"toe", "bigtoe", "toes"}
"""What may stand behind a lone l or r; a rear is no right ear."""
