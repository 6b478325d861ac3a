"""The simulated gymnast obeys physics and anatomy; checked on what the video shows."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from momentum import angular_momentum

from gymlib import labels
from gymlib.simulation.motion import flight
from gymlib.simulation.motion.attempt import Attempt, perform
from gymlib.simulation.motion.pose import (
    ANGLES,
    HIGHEST,
    LOWEST,
    SIDES,
    about,
    euler,
    forward,
    leg_angles,
    orientation,
    pose,
    unit,
)  # fmt: skip
from gymlib.simulation.motion.proportions import (
    GRAVITY,
    MASSES,
    POINTS,
    SOLE,
    Proportions,
    centre_of_mass,
)  # fmt: skip
from gymlib.simulation.motion.style import Style
from gymlib.simulation.motion.truth import landing_over
from gymlib.simulation.motion.waiting import WAITS
from gymlib.skeleton import INDEX, KEYPOINTS, MIRROR, middle

pytestmark = pytest.mark.slow

BODY = Proportions.of(1.7)
BACK, FRONT, SIDE = "back somersault", "front somersault", "side somersault"
ATTEMPTS = {
    "standing back tuck": Attempt(BACK, "tucked", "standing", "steps", 110, before=20, fakes=1),
    "standing back layout": Attempt(BACK, "stretched", "standing", "walk-off", 130, before=15),
    "running front tuck": Attempt(FRONT, "tucked", "run-up", "sit", 100, before=25),
    "running front pike": Attempt(FRONT, "piked", "run-up", "stumble", 90, before=15, seed=3),
    "side somersault": Attempt(SIDE, "tucked", "run-up", "stick", 90, before=15, seed=1),
    "round-off back": Attempt(BACK, "piked", "round-off", "stick", 110, before=15, seed=2),
    "cartwheel back": Attempt(BACK, "tucked", "cartwheel", "stick", 150, before=15),
    "trampoline": Attempt(f"{BACK}, {FRONT}", "tucked, tucked", "trampoline", "stick", 150,
                          before=30, surface=0.8),
    "slow motion": Attempt(FRONT, "tucked", "run-up", "lie", 250, before=60, slow=2.7),
    "ends in the air": Attempt(FRONT, "tucked", "run-up", "none", 60, before=20),
    "three in a row": Attempt(BACK, "tucked", "standing", "walk-off", 200, before=15, repeats=2),
    "off a wall": Attempt(BACK, "tucked", "standing", "stick", 110, before=15, drop=1.5),
    "onto mats": Attempt(FRONT, "tucked", "run-up", "run-out", 120, before=15, drop=-0.3),
    "celebrates": Attempt(BACK, "piked", "standing", "celebrate", 170, before=15, seed=4),
    "waits bent": Attempt(BACK, "tucked", "standing", "squat", 160, before=70, waiting="bent",
                          idle=0.5),
    "waits seated": Attempt(FRONT, "tucked", "run-up", "roll", 160, before=70, waiting="seated",
                            idle=0.4, seed=1),
    "swings": Attempt(BACK, "tucked", "standing", "rock", 160, before=70, waiting="swinging",
                      idle=1.2, seed=2),
    "restless": Attempt(BACK, "tucked", "standing", "all fours", 150, before=70, idle=0.4,
                        waiting="restless", seed=3),
    "short landings": Attempt(BACK, "tucked", "standing", "stick", 90, before=10, repeats=2,
                              link="squat", shown=0.3),
    "steps between": Attempt(BACK, "tucked", "standing", "stick", 90, before=10, repeats=1,
                             link="steps", shown=0.1, seed=1),
    "runs on": Attempt(FRONT, "tucked", "run-up", "steps", 90, before=10, repeats=1, link="run",
                       idle=0.3),
    "floor chain": Attempt(FRONT, "tucked", "run-up", "stick", 90, before=10, repeats=1,
                           link="chain", shown=0.4),
    "no skill": Attempt("none", "", "standing", "stick", 90, before=20, fakes=1),
    "heels first": Attempt(FRONT, "tucked", "run-up", "stick", 110, before=25, heels=True),
}  # fmt: skip


@pytest.fixture(scope="module", params=ATTEMPTS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def motion(name):
    rng = np.random.default_rng(len(name))
    return perform(ATTEMPTS[name], Proportions.sample(rng), Style.sample(rng))


def runs(mask):
    """(first, behind last) of each run of True."""
    edges = np.flatnonzero(np.diff(np.r_[0, mask.astype(int), 0]))
    return list(zip(edges[::2], edges[1::2]))


def angle(a, b):
    return np.degrees(np.arccos(np.clip(np.einsum("fk,fk->f", unit(a), unit(b)), -1, 1)))


# --- proportions and poses --------------------------------------------------------------------


def test_masses_and_weights_sum_to_one():
    assert MASSES.sum() == pytest.approx(1)
    np.testing.assert_allclose(POINTS.sum(axis=1), 1)


def test_centre_of_mass_of_an_upright_body_lies_inside_the_pelvis():
    joints = forward(pose()[None], np.eye(3)[None], BODY)
    x, y, z = centre_of_mass(joints)[0]
    sole = joints[0, INDEX["left_heel"], 2] - SOLE
    assert y == pytest.approx(0, abs=1e-12)
    assert 0.53 < (z - sole) / BODY.height < 0.58  # 55 to 57% of the height in the literature
    assert abs(x) < 0.03


def test_angular_momentum_of_a_rigid_turn_is_inertia_times_rate():
    joints = forward(pose()[None], np.eye(3)[None], BODY)[0]
    joints = joints - centre_of_mass(joints)
    rate, interval = 2.0, 1e-4
    turned = np.stack([joints @ about("y", np.array(rate * interval * i)).T for i in range(3)])
    points = POINTS @ joints
    inertia = MASSES @ (points[:, 0] ** 2 + points[:, 2] ** 2)
    np.testing.assert_allclose(
        angular_momentum(turned, interval)[0], [0, inertia * rate, 0], atol=1e-6
    )
    assert 0.13 < inertia < 0.22  # 9 to 15 kg m2 for 70 kg: a stretched body (Yeadon 1990)


def test_standing_body_is_symmetric_and_faces_forward():
    joints = forward(pose()[None], np.eye(3)[None], BODY)[0]
    np.testing.assert_allclose(joints[MIRROR], joints * [1, -1, 1], atol=1e-12)
    assert joints[INDEX["nose"], 0] > joints[INDEX["left_ear"], 0]
    assert joints[INDEX["left_foot_index"], 0] > joints[INDEX["left_heel"], 0]


def test_signs_of_the_angles():
    joints = forward(pose(shoulder=90, hip=90, knee=90)[None], np.eye(3)[None], BODY)[0]
    assert joints[INDEX["left_wrist"], 0] > 0.3  # arms forward
    assert joints[INDEX["left_knee"], 0] == pytest.approx(BODY.thigh)
    assert joints[INDEX["left_ankle"], 2] == pytest.approx(-BODY.shank)
    spread = forward(pose(shoulder_abduction=90)[None], np.eye(3)[None], BODY)[0]
    assert spread[INDEX["left_wrist"], 1] > 0.5 and spread[INDEX["right_wrist"], 1] < -0.5


def test_unknown_angle_is_named():
    with pytest.raises(ValueError, match="unknown angle 'kneee'; expected one of lumbar"):
        pose(kneee=3)


@given(st.lists(st.floats(0.02, 0.98), min_size=24, max_size=24), st.floats(-1.4, 1.4))
@settings(max_examples=50, deadline=None)
def test_leg_angles_are_the_inverse_of_forward(shares, pitch):
    low, high = LOWEST, HIGHEST
    angles = (low + np.array(shares) * (high - low))[None]
    pelvis = about("y", np.array([pitch]))
    joints = forward(angles, pelvis, BODY)
    rebuilt = angles.copy()
    for side, _ in SIDES:
        leg = [ANGLES.index(f"{side}_{n}") for n in
               ("hip", "hip_abduction", "hip_rotation", "knee", "ankle")]  # fmt: skip
        rebuilt[:, leg] = leg_angles(pelvis, joints, side)
    seen = [i for i, name in enumerate(KEYPOINTS) if "knee" in name or "ankle" in name]
    np.testing.assert_allclose(forward(rebuilt, pelvis, BODY)[0, seen], joints[0, seen], atol=0.02)


@given(st.floats(-3, 3), st.floats(-1.5, 1.5), st.floats(-3, 3))
@settings(max_examples=50, deadline=None)
def test_euler_is_the_inverse_of_orientation(yaw, pitch, roll):
    angles = np.array([yaw, pitch, roll])
    np.testing.assert_allclose(euler(orientation(angles)), angles, atol=1e-9)


# --- flight -----------------------------------------------------------------------------------


def test_a_stiff_body_turns_evenly():
    angles = np.repeat(pose(shoulder=170)[None], 61, axis=0)
    end = about("y", np.array(-2 * np.pi + 0.4))
    course = flight.turn(angles, 0.01, np.eye(3), end, np.array([0, -2 * np.pi + 0.4, 0]), BODY)
    half = about("y", np.array(-np.pi + 0.2))
    np.testing.assert_allclose(course[30], half, atol=2e-3)
    np.testing.assert_allclose(course[-1], end, atol=2e-4)


def test_a_tuck_turns_faster_by_the_ratio_of_the_inertias():
    tuck, layout = pose(hip=125, knee=130, lumbar=40, shoulder=40), pose(shoulder=170)
    share = np.clip((np.arange(121) - 50) / 20, 0, 1)[:, None]  # 20 steps to tuck
    angles = layout + share * (tuck - layout)
    course = flight.turn(angles, 0.005, np.eye(3), np.eye(3), np.array([0, 2 * np.pi, 0]), BODY)
    steps = [np.arccos((np.trace(b @ a.T) - 1) / 2) for a, b in pairwise(course)]
    inertia = []
    for angles in (tuck, layout):
        points = POINTS @ forward(angles[None], np.eye(3)[None], BODY)[0]
        points = points - MASSES @ points
        inertia.append(MASSES @ (points[:, 0] ** 2 + points[:, 2] ** 2))
    ratio = np.mean(steps[100:]) / np.mean(steps[:40])
    assert ratio == pytest.approx(inertia[1] / inertia[0], rel=0.02)
    assert ratio > 2.5


def test_impossible_flights_are_refused():
    angles = np.repeat(pose()[None], 5, axis=0)
    with pytest.raises(ValueError, match="another time of flight or shape"):
        flight.turn(
            angles, 0.05, np.eye(3), about("x", np.array(3.0)), np.array([0, 60.0, 0]), BODY
        )


# --- what the video shows ---------------------------------------------------------------------


def test_in_the_air_the_centre_of_mass_follows_a_parabola(motion):
    centre = centre_of_mass(motion.joints)
    flights = [(a, b) for a, b in runs(motion.airborne) if b - a > 3]
    assert flights or motion.skill == "none"
    for a, b in flights:
        bend = np.diff(centre[a:b], 2, axis=0) / motion.interval**2
        np.testing.assert_allclose(bend, np.tile([0, 0, -GRAVITY], (b - a - 2, 1)), atol=0.02)


def test_in_the_air_angular_momentum_is_kept(motion):
    """Central differences over a frame of 1/30 s cannot be exact, so 8% are allowed."""
    skill = motion.airborne & (motion.phases == labels.SKILL)
    for a, b in runs(skill):
        if b - a < 6:
            continue
        momentum = angular_momentum(motion.joints[a:b], motion.interval)
        mean = momentum.mean(axis=0)
        assert np.linalg.norm(mean) > 0.2  # a somersault turns
        assert np.linalg.norm(momentum - mean, axis=1).max() < 0.08 * np.linalg.norm(mean)


def test_angular_momentum_is_kept_exactly_at_a_high_frame_rate():
    fine = replace(ATTEMPTS["standing back tuck"], fps=480.0, frames=1600, before=100, fakes=0)
    motion = perform(fine, BODY, Style())
    a, b = runs(motion.airborne)[0]
    momentum = angular_momentum(motion.joints[a:b], motion.interval)
    mean = momentum.mean(axis=0)
    assert np.linalg.norm(momentum - mean, axis=1).max() < 0.01 * np.linalg.norm(mean)


def test_feet_neither_slide_nor_sink_while_they_stand(motion):
    for foot, side in enumerate(("left", "right")):
        toe, heel = (motion.joints[:, INDEX[f"{side}_{n}"]] for n in ("foot_index", "heel"))
        stands = motion.contacts[:, foot]
        both = stands[1:] & stands[:-1]
        moved = np.linalg.norm(np.diff(toe[:, :2], axis=0), axis=1)[both]
        assert moved.max(initial=0) < 0.004  # metres from frame to frame
        height = toe[stands, 2] - motion.surface[stands]
        assert np.abs(height - SOLE).max(initial=0) < 0.004
        assert (heel[stands, 2] - motion.surface[stands]).min(initial=1) > 0.01


def test_nothing_goes_through_the_floor(motion):
    above = motion.joints[..., 2] - motion.surface[:, None]
    assert above.min() > -0.03


def test_bones_keep_their_length(motion):
    for first, last in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"),
                        ("elbow", "wrist"), ("heel", "foot_index")):  # fmt: skip
        for side in ("left", "right"):
            ends = (motion.joints[:, INDEX[f"{side}_{n}"]] for n in (first, last))
            length = np.linalg.norm(next(ends) - next(ends), axis=-1)
            assert np.ptp(length) < 0.02 * length.mean(), (first, last)


def test_joints_stay_within_human_limits(motion):
    joints = motion.joints
    trunk = middle(joints, "shoulder") - middle(joints, "hip")
    across = joints[:, INDEX["left_hip"]] - joints[:, INDEX["right_hip"]]
    for side in ("left", "right"):
        names = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "foot_index")
        at = {n: joints[:, INDEX[f"{side}_{n}"]] for n in names}
        thigh, shank = at["knee"] - at["hip"], at["ankle"] - at["knee"]
        assert angle(thigh, shank).max() < 160
        assert angle(at["elbow"] - at["shoulder"], at["wrist"] - at["elbow"]).max() < 152
        assert angle(thigh, trunk).min() > 10  # 180 is a straight body, 0 folded flat
        point = 90 - angle(at["foot_index"] - at["heel"], shank)
        assert -45 < point.min() and point.max() < 78
        # A knee is a hinge: the shank turns backward about the axis from right to left hip.
        backward = np.einsum("fk,fk->f", np.cross(unit(thigh), unit(shank)), unit(across))
        assert backward.min() > -0.1


def test_phases_follow_the_rules_of_the_thesis(name, motion):
    """One take-off, then one skill with all that belongs to it; it ends in the air."""
    order = [run.label for run in labels.segments(motion.phases)]
    attempts = max(order.count(labels.LANDING), 1)
    if motion.skill == "none":
        assert set(order) == {labels.IDLE}
        return
    assert order.count(labels.TAKEOFF) == order.count(labels.SKILL) == attempts
    assert order[order.index(labels.SKILL) - 1] == labels.TAKEOFF
    skill = motion.airborne[motion.phases == labels.SKILL]
    assert skill[-1]
    chained = motion.entry in ("round-off", "cartwheel", "trampoline")
    chained |= ATTEMPTS[name].link == "chain"
    assert skill.all() != chained  # hands or feet on the floor, or feet on the bed, in between
    takeoff = motion.phases == labels.TAKEOFF
    assert motion.entry == "run-up" or not motion.airborne[takeoff].any()


def test_the_landing_ends_with_the_second_step(motion):
    """What follows a landing is idle, and begins right after a foot was set down."""
    feet = motion.contacts[:, :2]
    down = np.r_[False, (feet[1:] & ~feet[:-1]).any(axis=1)]
    for before, after in pairwise(labels.segments(motion.phases)):
        if before.label == labels.LANDING:
            if after.label == labels.TAKEOFF:  # the next attempt of a series
                continue
            assert after.label == labels.IDLE
            assert down[before.end]
            assert down[before.start + 1 : before.end + 1].sum() >= 2


def test_a_clip_ends_with_as_much_idle_as_planned(name, motion):
    attempt = ATTEMPTS[name]
    if attempt.idle is not None:
        last = labels.segments(motion.phases)[-1]
        assert last.label == labels.IDLE
        assert last.end - last.start + 1 == round(attempt.idle * attempt.fps * attempt.slow)


@pytest.mark.parametrize("how", WAITS)
def test_waiting_is_idle_and_as_low_as_its_posture(how):
    attempt = Attempt("none", "", "standing", "stick", 60, before=40, waiting=how)
    motion = perform(attempt, BODY, Style(), rate=30)
    assert (motion.phases == labels.IDLE).all()
    lowest = motion.joints[:, INDEX["nose"], 2].min() / BODY.height
    assert lowest < {"bent": 0.8, "crouched": 0.7, "seated": 0.7}.get(how, 1.0)
    if how in ("bouncing", "swinging", "swaying"):
        assert lowest > 0.6


def test_into_water_he_goes_under_and_comes_up_and_it_is_landing():
    attempt = Attempt(BACK, "tucked", "standing", "water", 150, drop=2.0, surface=2.0, shown=2.5)
    motion = perform(attempt, BODY, Style(), rate=30)
    wet = motion.joints[motion.phases == labels.LANDING]
    over = wet[:, INDEX["nose"], 2]
    assert over.min() < -0.1 and over[-1] > 0
    assert motion.phases[-1] == labels.LANDING and len(wet) == 75


def test_steps_are_counted_on_paper():
    phases = np.repeat([labels.SKILL, labels.LANDING], [2, 9])
    left = np.array([0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1], dtype=bool)  # lands at 2; steps at 5, 10
    right = np.array([0, 0, 0, 1, 1, 1, 1, 0, 1, 1, 1], dtype=bool)  # lands at 3; a step at 8
    contacts = np.stack([left, right, 0 * left, 0 * left], axis=1).astype(bool)
    expected = [labels.SKILL] * 2 + [labels.LANDING] * 7 + [labels.IDLE] * 2
    assert landing_over(phases, contacts).tolist() == expected
    hops = np.array([0, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1], dtype=bool)  # of both feet, at 4 and 6
    found = landing_over(phases, np.repeat(hops[:, None], 4, axis=1))
    assert found.tolist() == [labels.SKILL] * 2 + [labels.LANDING] * 5 + [labels.IDLE] * 4


def test_feet_set_down_to_get_up_are_no_steps():
    phases = np.repeat([labels.SKILL, labels.LANDING], [1, 10])
    left = np.array([0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 1], dtype=bool)  # lies at 2 and 3; steps at 7
    right = np.array([0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 1], dtype=bool)  # gets up at 5; a step at 9
    contacts = np.stack([left, right, 0 * left, 0 * left], axis=1).astype(bool)
    lying = np.isin(np.arange(11), [2, 3])
    expected = [labels.SKILL] + [labels.LANDING] * 9 + [labels.IDLE]
    assert landing_over(phases, contacts, lying).tolist() == expected
    expected = [labels.SKILL] + [labels.LANDING] * 5 + [labels.IDLE] * 5
    assert landing_over(phases, contacts).tolist() == expected


def test_every_landing_of_a_series_has_steps_of_its_own():
    one = np.repeat([labels.SKILL, labels.LANDING], [1, 4])
    feet = np.array([0, 1, 0, 1, 1], dtype=bool)  # lands, and hops once
    contacts = np.repeat(feet[:, None], 4, axis=1)
    twice = landing_over(np.r_[one, one], np.r_[contacts, contacts])
    assert twice.tolist() == [*one, *one]


def test_same_seed_same_motion():
    first, second = (perform(ATTEMPTS["side somersault"], BODY, Style()) for _ in range(2))
    np.testing.assert_array_equal(first.joints, second.joints)


def test_motion_moves_smoothly(motion):
    """Nothing jumps: no keypoint is faster than 21 m/s (a foot whipped over in a round-off)."""
    speed = np.linalg.norm(np.diff(motion.joints, axis=0), axis=-1) / motion.interval
    assert speed.max() < 21


def foot_angles(found):
    """Of the left foot to the floor, degrees."""
    foot = found.joints[:, INDEX["left_foot_index"]] - found.joints[:, INDEX["left_heel"]]
    return np.degrees(np.arctan2(-foot[:, 2], np.hypot(foot[:, 0], foot[:, 1])))


@pytest.mark.parametrize(("entry", "skill"), [("standing", BACK), ("run-up", FRONT)])
def test_heels_rise_before_the_feet_leave(entry, skill):
    """Like those of people who jump: 10 to 50 degrees a fifteenth of a second before (CMU)."""
    own = Attempt(skill, "tucked", entry, "stick", 400, before=80, fps=120)
    found = {heels: perform(replace(own, heels=heels), BODY, Style()) for heels in (False, True)}
    off = {heels: np.flatnonzero(f.airborne & (f.phases == 2))[0] for heels, f in found.items()}
    assert foot_angles(found[False])[off[False] - 8] < 3
    assert 10 < foot_angles(found[True])[off[True] - 8] < 50
    assert 35 < foot_angles(found[True])[off[True]] < 70
    for heels in (False, True):
        assert found[heels].phases[off[heels] - 1] == 1


def test_clips_can_begin_late_and_end_in_the_air():
    late = perform(replace(ATTEMPTS["running front tuck"], late=0.3, before=0), BODY, Style())
    assert late.phases[0] == labels.TAKEOFF
    air = perform(ATTEMPTS["ends in the air"], BODY, Style())
    assert air.airborne[-1] and air.phases[-1] == labels.SKILL
