"""Rules of sports that use a measurement, to be shown beside it: never a score or a judgement.

Numbers are quoted from older cycles, newsletters or pages about the codes, and change from cycle to
cycle; whoever judges takes the code that is in force. TeamGym's deductions could not be verified.
"""

from typing import NamedTuple


class Rule(NamedTuple):
    """What a code says about a measurement, and where it says so."""

    measurement: str
    """One of :data:`gymlib.dataset.schemas.MEASURED`, or "shape"."""
    text: str
    source: str


WAG = "women's artistic gymnastics, code of points, an older FIG cycle"
XCEL = "USAG Xcel code"
TRAMPOLINE = "FIG trampoline code of points, section 14.6, as a club's page quotes it"

RULES = (
    Rule("shape", "straight: hips over 135 degrees; piked: hips at most 135, knees over 135; "
         "tucked: both at most 135", TRAMPOLINE),
    Rule("hip", "tuck or pike without twist: hips at 90 degrees .10, over 90 .30", WAG),
    Rule("knee", "bent arms or knees: slight .10, up to 135 degrees .30, 90 degrees or less .50",
         WAG),
    Rule("squat", "squat on landing: up to .30 if the hips are below the knees", XCEL),
    Rule("steps", "steps on landing: small or medium .10 to .15 each, at most .40; large (3 ft) "
         ".20 each, at most .40; a slight hop up to .10", XCEL),
    Rule("hands", "hands on the ground: brush up to .30, support .50; fall .50", XCEL),
)  # fmt: skip
NOT_SEEN = (
    Rule("feet apart", "feet apart on landing: over 10 cm .1 or .3; needs a front view",
         "FIG MTC newsletter 2022"),
)  # fmt: skip
"""Rules about what one camera at the side cannot measure."""


def beside(measurement: str) -> tuple[Rule, ...]:
    """The rules that use a measurement; none for most.

    >>> [rule.source for rule in beside("squat")]
    ['USAG Xcel code']
    """
    return tuple(rule for rule in RULES if rule.measurement == measurement)
