"""Rules stand beside what is measured, with their source."""

from gymlib.dataset.schemas import MEASURED
from gymlib.kinematics.rules import NOT_SEEN, RULES, beside


def test_every_rule_has_a_measurement_and_a_source():
    for rule in RULES:
        assert rule.measurement in MEASURED or rule.measurement == "shape"
        assert rule.text and rule.source
    assert all(rule.measurement not in MEASURED for rule in NOT_SEEN)


def test_the_shape_limit_is_the_rule_s():
    (rule,) = beside("shape")
    assert "135 degrees" in rule.text and "14.6" in rule.source
    assert beside("takeoff") == ()
