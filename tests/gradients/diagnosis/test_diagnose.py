"""Recall: buggy student code is named. Precision: what fits nothing, or two things, is not."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gradeprop.gradients import Descent, Field, Fixed, Gradient
from gradeprop.gradients.comparison.compare import as_value, compare
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.diagnosis.diagnose import Diagnosis, diagnose
from gradeprop.gradients.diagnosis.misconceptions import Misconceptions
from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.gradients.diagnosis.prune import prune
from gradeprop.gradients.inputs import draw
from gradeprop.gradients.values import TensorState

RULE = Rule(shapes="scalar")
SEEDS = range(4)


def observe(answer: Any, problem: Any, declared: Any, rule: Any = RULE, called: str = "f") -> Any:
    """One probe: what the student's code gave and what each declared misconception would have."""
    return Observation(
        answer if answer is None else as_value(answer),
        problem.answer(),
        Misconceptions(problem, dict.fromkeys(declared)),
        rule,
        problem.labels,
        called,
    )


# d(w²)/dw

SQUARE = [
    "value_not_gradient",
    "missing_factor_two",
    "sign_flipped",
    "grad_accumulated",
    "mean_instead_of_sum",
    "one_sided_difference",
    "not_divided_by_step",
    "wrong_function",
    "transposed",
]


def square_probes(
    student: Any, seed: Any, declared: Any = SQUARE, dtypes: Any = ("float64", "float32")
) -> Any:
    found = []
    for number, (shape, dtype) in enumerate(
        zip(((3,), (2, 5), ()), (*dtypes, dtypes[0]), strict=False)
    ):
        w = draw(10 * seed + number, shape, dtype=dtype, avoid=(0, 2))
        problem = Gradient(
            lambda w: w**2, at=w, wrong={"wrong_function": [lambda w: w**3, torch.exp]}
        )
        found.append(observe(student(w.clone()), problem, declared))
    return found


def accumulated_twice(w: Any) -> Any:
    leaf = w.clone().requires_grad_()
    (leaf**2).sum().backward()
    (leaf**2).sum().backward()
    return leaf.grad


def mean_loss(w: Any) -> Any:
    leaf = w.clone().requires_grad_()
    (leaf**2).mean().backward()
    return leaf.grad


def coordinate_wise_forward(w: Any, h: float = 1e-2) -> Any:
    flat = w.flatten()
    found = torch.zeros_like(flat)
    for i in range(len(flat)):
        moved = flat.clone()
        moved[i] += h
        found[i] = (moved[i] ** 2 - flat[i] ** 2) / h
    return found.reshape(w.shape)


SQUARE_BUGS = [
    ("value_not_gradient", lambda w: w**2),
    ("missing_factor_two", lambda w: w),
    ("sign_flipped", lambda w: -2 * w),
    ("grad_accumulated", accumulated_twice),
    ("mean_instead_of_sum", mean_loss),
    ("one_sided_difference", lambda w: ((w + 0.1) ** 2 - w**2) / 0.1),
    ("one_sided_difference", lambda w: ((w + 1e-3) ** 2 - w**2) / 1e-3),
    ("one_sided_difference", lambda w: ((w + 1e-4) * (w + 1e-4) - w * w) / 1e-4),
    ("one_sided_difference", lambda w: (w**2 - (w - 0.02) ** 2) / 0.02),
    ("one_sided_difference", coordinate_wise_forward),
    (
        "one_sided_difference",
        lambda w: (((w.double() + 1e-4) ** 2 - w.double() ** 2) / 1e-4).to(w.dtype),
    ),
    ("not_divided_by_step", lambda w: (w + 0.1) ** 2 - w**2),
    ("not_divided_by_step", lambda w: (w + 1e-3) ** 2 - (w - 1e-3) ** 2),
    ("not_divided_by_step", lambda w: w**2 - (w - 0.05) ** 2),
    ("wrong_function", lambda w: 3 * w**2),
    ("wrong_function", torch.exp),
]


@pytest.mark.parametrize(("name", "student"), SQUARE_BUGS)
def test_a_wrong_slope_is_named(name: Any, student: Any) -> None:
    for seed in SEEDS:
        assert diagnose(square_probes(student, seed)).named == name, f"seed {seed}"


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_wrong_slope_is_named_in_half_precision(dtype: str) -> None:
    for name, student in SQUARE_BUGS[:5]:
        assert diagnose(square_probes(student, 1, dtypes=(dtype, dtype))).named == name


@pytest.mark.parametrize(("name", "student"), SQUARE_BUGS)
def test_pruned_alternatives_name_the_same(name: Any, student: Any) -> None:
    probes = square_probes(student, 3)
    fewer = prune([item.misconceptions for item in probes])
    assert sum(map(len, fewer[0].values())) < sum(map(len, probes[0].misconceptions.values()))
    again = [
        Observation(item.got, item.expected, less, item.rule, item.labels, item.called)
        for item, less in zip(probes, fewer, strict=True)
    ]
    assert diagnose(again).named == name


RIGHT_WAYS = [
    lambda w: 2 * w,
    lambda w: ((w.double() + 1e-4) ** 2 - (w.double() - 1e-4) ** 2).div(2e-4).to(w.dtype),
    lambda w: torch.func.grad(lambda v: (v**2).sum())(w),
]


@pytest.mark.parametrize("student", RIGHT_WAYS)
def test_a_right_slope_has_no_cause(student: Any) -> None:
    for seed in SEEDS:
        probes = square_probes(student, seed)
        assert all(compare(item.got, item.expected, item.rule) is None for item in probes)
        assert diagnose(probes) == Diagnosis()


def noise(w: Any) -> Any:
    return w + torch.randn(w.shape, generator=torch.Generator().manual_seed(7)).to(w.dtype)


UNKNOWN_BUGS = [
    lambda w: 2 * w + 0.3 * w**2,
    lambda w: 1.3 * 2 * w,
    lambda w: 2 * w + 0.0371,
    lambda w: 2 * w.abs(),
    lambda w: 2.001 * w,
    lambda w: 0.51 * 2 * w,
    lambda w: (w + 0.1) ** 2 - w**2 + 0.05,
    lambda w: ((w + 0.1) ** 2 - w**2) / 0.1 * w.sign(),
    lambda w: w**2 if w.dim() == 1 else -2 * w,
    lambda w: w if w.dim() == 1 else w**2,
    lambda w: ((w + 0.1) ** 2 - w**2) / 0.1 if w.dim() == 1 else ((w + 0.01) ** 2 - w**2) / 0.01,
    lambda w: torch.where(w > 0, w**2, 2 * w),
    noise,
]


@pytest.mark.parametrize("student", UNKNOWN_BUGS)
def test_what_fits_nothing_has_no_cause(student: Any) -> None:
    for seed in SEEDS:
        assert diagnose(square_probes(student, seed)) == Diagnosis(), f"seed {seed}"


@settings(max_examples=40, deadline=None)
@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-1, 1), st.integers(0, 100))
def test_a_random_parabola_has_no_cause_unless_it_is_one(a: Any, b: Any, c: Any, seed: Any) -> None:
    known = [(1, 0, 0), (0, 1, 0), (0, 2, 0), (0, -2, 0), (0, 4, 0), (3, 0, 0)]
    margin = min(math.dist((a, b, c), item) for item in known)
    is_difference = abs(a) < 0.05 and (abs(b - 2) < 0.05 or abs(c - b * b / 4) < 0.05)
    if margin < 0.05 or is_difference:
        return
    assert diagnose(square_probes(lambda w: a * w**2 + b * w + c, seed)) == Diagnosis()


def test_inputs_where_mistakes_coincide_are_ambiguous() -> None:
    # At w = 2 value and gradient of w² are both 4: no evidence.
    w = torch.tensor([2.0]).double()
    problem = Gradient(lambda w: w**2, at=w)
    assert diagnose([observe(w**2, problem, ["value_not_gradient"])]) == Diagnosis()
    # At w = 1 the value is half the gradient: two causes.
    w = torch.tensor([1.0]).double()
    found = diagnose(
        [observe(w, Gradient(lambda w: w**2, at=w), ["value_not_gradient", "missing_factor_two"])]
    )
    assert found == Diagnosis(None, ("value_not_gradient", "missing_factor_two"))


def test_another_probe_tells_two_candidates_apart() -> None:
    declared = ["value_not_gradient", "missing_factor_two"]
    probes = [
        observe(w, Gradient(lambda w: w**2, at=w), declared)
        for w in (torch.tensor([1.0]).double(), torch.tensor([3.0]).double())
    ]
    assert diagnose(probes).named == "missing_factor_two"


def test_two_ids_for_the_same_factor_are_both_candidates() -> None:
    probes = square_probes(lambda w: 4 * w, 1, ["missing_half", "grad_accumulated"])
    assert diagnose(probes) == Diagnosis(None, ("missing_half", "grad_accumulated"))


def test_a_probe_that_the_mistake_leaves_alone_must_be_right() -> None:
    matrix, vector = draw(1, (2, 3)), draw(2, (3,))
    problems = [Fixed(matrix), Fixed(vector)]
    good = [
        observe(matrix.T, problems[0], ["transposed"]),
        observe(vector, problems[1], ["transposed"]),
    ]
    assert diagnose(good).named == "transposed"
    bad = [good[0], observe(vector + 1, problems[1], ["transposed"])]
    assert diagnose(bad) == Diagnosis()


def test_a_wrong_dtype_hides_no_cause_and_is_one_when_the_numbers_are_right() -> None:
    assert diagnose(square_probes(lambda w: w.float(), 1)).named == "missing_factor_two"
    assert diagnose(square_probes(lambda w: (2 * w).float(), 1)).named == "wrong_dtype"


def test_a_generous_atol_makes_no_tiny_mistake_fit() -> None:
    w = draw(1, (3,))
    rule = Rule(atol=0.05)
    found = diagnose(
        [observe(torch.zeros_like(w), Gradient(torch.sin, at=w), ["not_divided_by_step"], rule)]
    )
    assert found == Diagnosis()


@pytest.mark.parametrize("count", [3, 50])
def test_nothing_fits_where_few_or_many_numbers_overflowed(count: int) -> None:
    right, broken = torch.ones(count), torch.full((count,), math.inf)
    problem = Fixed(right, {"overflowed": broken, "half": right / 2})
    assert diagnose([observe(broken, problem, ["overflowed", "half"])]).named == "not_finite"
    assert diagnose([observe(right / 2, problem, ["overflowed", "half"])]).named == "half"


def test_what_overflowed_explains_nothing() -> None:
    right = torch.tensor([1.0]).double()
    problem = Fixed(right, mistakes={"ascent": torch.tensor([math.inf]).double()})
    assert (
        diagnose([observe(torch.tensor([math.inf]).double(), problem, ["ascent"])]).named
        == "not_finite"
    )


@pytest.mark.parametrize(
    ("student", "name"),
    [
        (lambda _: None, "wrong_type"),
        (lambda _: [1.0, 2.0], "wrong_type"),
        (lambda w: (2 * w).reshape(-1, 1), "wrong_shape"),
        (lambda w: 2 * w / 0, "not_finite"),
        (lambda w: torch.full_like(w, math.nan), "not_finite"),
        (lambda w: None if w.dim() == 1 else (2 * w).unsqueeze(0), None),
    ],
)
def test_the_engines_own_causes(student: Any, name: str | None) -> None:
    probes = []
    for number in range(3):
        w = draw(number, (2 + number,) if number < 2 else (2, 2))
        got = student(w)
        value = TensorState(got) if isinstance(got, torch.Tensor) else got
        probes.append(Observation(value, (2 * w), {}, Rule(), (), "f"))
    assert diagnose(probes).named == name


def test_only_a_grad_that_is_known_to_wait_for_backward_misses_it() -> None:
    def named(**known: Any) -> Any:
        return diagnose([Observation(None, torch.ones(1), {}, Rule(), **known)]).named

    assert named(of_grad=True, awaits_backward=True) == "no_backward"
    assert named(of_grad=True) is None
    assert named() == "wrong_type"


def test_the_same_answer_to_different_questions_is_hard_coded() -> None:
    def probes(answer: Any, called: str = "f") -> Any:
        return [
            observe(answer, Gradient(lambda w: w**2, at=draw(n, (2,))), [], called=called)
            for n in range(2)
        ]

    constant = torch.tensor([6.0, 1.0]).double()
    assert diagnose(probes(constant)).named == "hard_coded"
    assert diagnose(probes(constant)[:1]).named is None
    assert diagnose(probes(constant, called=None)).named is None
    assert diagnose(probes(torch.zeros(2).double())).named is None  # cleared, never found, …


def test_numbers_that_are_written_in_are_hard_coded_where_another_shape_is_asked_for() -> None:
    def named(answer: Any, shapes: Any = ((2,), (2, 3), (4,))) -> Any:
        probes = [
            observe(answer, Gradient(lambda w: w**2, at=draw(n, shape)), [], called="f")
            for n, shape in enumerate(shapes)
        ]
        return diagnose(probes).named

    constant = torch.tensor([6.0, 1.0], dtype=torch.float64)
    assert named(constant) == "hard_coded"
    assert named(constant.float()) == "hard_coded"
    assert named(constant, shapes=((3,), (4,))) == "hard_coded"
    # One number or none that is not 0 comes of much else; of one shape nobody can tell.
    assert named(constant.sum()) == "wrong_shape"
    assert named(0 * constant, shapes=((3,), (4,))) == "wrong_shape"
    assert named(constant, shapes=((3,),)) == "wrong_shape"


def test_an_all_zero_gradient_gets_no_points_and_no_invented_cause() -> None:
    probes = square_probes(torch.zeros_like, 1)
    assert all(compare(item.got, item.expected, item.rule) is not None for item in probes)
    assert diagnose(probes) == Diagnosis()


# Fitting a line

FIT = [
    "ascent",
    "grad_accumulated",
    "zeroed_before_step",
    "stale_gradient",
    "sum_instead_of_mean",
    "missing_factor_two",
    "off_by_one_step",
    "sequential_update",
    "parameter_frozen",
    "broadcast",
    "closed_form",
    "input_omitted",
    "axes_swapped",
]


def fit_probes(student: Any, seed: Any, dtype: str = "float32") -> Any:
    found = []
    for number, (count, steps, lr) in enumerate(((4, 10, 0.03), (6, 30, 0.01), (5, 50, 0.005))):
        x = draw(10 * seed + number, (count,), dtype=dtype)
        y = draw(10 * seed + number + 5, (count,), dtype=dtype)
        zero = torch.zeros((), dtype=x.dtype)
        problem = Descent(
            lambda p, x: p[0] * x + p[1], x, y, (zero, zero), lr=lr, steps=steps, labels=("a", "b")
        )
        found.append(observe(student(x, y, lr, steps), problem, FIT))
    return found


def loop(
    *,
    sign: int = -1,
    zero: bool = True,
    zero_first: bool = False,
    reduce: Any = torch.mean,
    column: bool = False,
    extra: int = 0,
    frozen: Any = None,
    half: bool = False,
) -> Any:
    """An independent training loop with switches for the usual mistakes."""

    def fit(x: Any, y: Any, lr: Any, steps: Any) -> Any:
        a = torch.zeros(1, dtype=x.dtype, requires_grad=True)
        b = torch.zeros(1, dtype=x.dtype, requires_grad=True)
        for _ in range(steps + extra):
            guess = a * x + b
            loss = reduce(((guess[:, None] if column else guess) - y) ** 2) * (0.5 if half else 1)
            loss.backward()
            if zero_first:
                a.grad.zero_()
                b.grad.zero_()
            with torch.no_grad():
                if frozen != "a":
                    a += sign * lr * a.grad
                if frozen != "b":
                    b += sign * lr * b.grad
            if zero:
                a.grad.zero_()
                b.grad.zero_()
        return a.detach(), b.detach()

    return fit


def one_after_the_other(x: Any, y: Any, lr: Any, steps: Any) -> Any:
    a = b = torch.zeros((), dtype=x.dtype)
    for _ in range(steps):
        a = a - lr * (2 * (a * x + b - y) * x).mean()
        b = b - lr * (2 * (a * x + b - y)).mean()
    return a, b


def always_from_the_start(x: Any, y: Any, lr: Any, steps: Any) -> Any:
    slope_a, slope_b = -2 * (x * y).mean(), -2 * y.mean()
    return -lr * steps * slope_a, -lr * steps * slope_b


def without_x(x: Any, y: Any, lr: Any, steps: Any) -> Any:
    a = b = torch.zeros((), dtype=x.dtype)
    for _ in range(steps):
        slope = (2 * (a * x + b - y)).mean()
        a, b = a - lr * slope, b - lr * slope
    return a, b


def exact(x: Any, y: Any, _lr: Any, _steps: Any) -> Any:
    a = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return a, y.mean() - a * x.mean()


FIT_BUGS = [
    ("ascent", loop(sign=1)),
    ("grad_accumulated", loop(zero=False)),
    ("zeroed_before_step", loop(zero_first=True)),
    ("sum_instead_of_mean", loop(reduce=torch.sum)),
    ("missing_factor_two", loop(half=True)),
    ("off_by_one_step", loop(extra=1)),
    ("off_by_one_step", loop(extra=-1)),
    ("parameter_frozen", loop(frozen="a")),
    ("parameter_frozen", loop(frozen="b")),
    ("broadcast", loop(column=True)),
    ("stale_gradient", always_from_the_start),
    ("sequential_update", one_after_the_other),
    ("input_omitted", without_x),
    ("closed_form", exact),
    ("axes_swapped", lambda *given: loop()(*given)[::-1]),
]


@pytest.mark.parametrize(("name", "student"), FIT_BUGS)
def test_a_wrong_training_loop_is_named(name: Any, student: Any) -> None:
    for seed in range(2):
        for dtype in ("float32", "float64"):
            assert diagnose(fit_probes(student, seed, dtype)).named == name, f"seed {seed}, {dtype}"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_right_training_loop_passes(dtype: str) -> None:
    for seed in range(2):
        probes = fit_probes(loop(), seed, dtype)
        assert all(compare(item.got, item.expected, item.rule) is None for item in probes), (
            f"seed {seed}"
        )


UNKNOWN_FIT_BUGS = [
    loop(sign=-1.3),
    loop(extra=2),
    loop(extra=1, half=True),
    loop(reduce=torch.median),
    lambda *given: tuple(item + 0.01 for item in loop()(*given)),
]


@pytest.mark.parametrize("student", UNKNOWN_FIT_BUGS)
def test_a_training_loop_wrong_in_another_way_has_no_cause(student: Any) -> None:
    for seed in range(2):
        assert diagnose(fit_probes(student, seed)) == Diagnosis(), f"seed {seed}"


# Sampled fields

ROOM = [
    "axes_swapped",
    "one_sided_difference",
    "not_divided_by_step",
    "missing_half",
    "sign_flipped",
    "transposed",
]


def room_probes(student: Any, seed: Any) -> Any:
    found = []
    for number, (shape, spacing) in enumerate((((3, 4), 0.5), ((5, 3), 2.0), ((4, 4), 0.25))):
        temps = draw(10 * seed + number, shape)
        found.append(observe(tuple(student(temps, spacing)), Field(temps, spacing), ROOM))
    return found


def padded(temps: Any, spacing: Any, forward: Any) -> Any:
    found = []
    for axis in (0, 1):
        steps = torch.diff(temps, dim=axis) / spacing
        ends = steps.narrow(axis, -1 if forward else 0, 1)
        found.append(torch.cat((steps, ends) if forward else (ends, steps), dim=axis))
    return found


def rolled(temps: Any, spacing: Any) -> Any:
    return [(torch.roll(temps, -1, axis) - temps) / spacing for axis in (0, 1)]


def central(temps: Any, inside: Any, edge: Any) -> Any:
    """By explicit loops over cells."""
    found = [torch.zeros_like(temps), torch.zeros_like(temps)]
    for i in range(temps.shape[0]):
        for j in range(temps.shape[1]):
            for axis, at, size in ((0, i, temps.shape[0]), (1, j, temps.shape[1])):
                line = temps[:, j] if axis == 0 else temps[i, :]
                low, high = max(at - 1, 0), min(at + 1, size - 1)
                found[axis][i, j] = (line[high] - line[low]) / (inside if high - low == 2 else edge)
    return found


ROOM_BUGS = [
    ("axes_swapped", lambda t, s: torch.gradient(t, spacing=s)[::-1]),
    ("sign_flipped", lambda t, s: [-item for item in torch.gradient(t, spacing=s)]),
    ("transposed", lambda t, s: [item.T for item in torch.gradient(t, spacing=s)]),
    ("one_sided_difference", lambda t, s: padded(t, s, True)),
    ("one_sided_difference", lambda t, s: padded(t, s, False)),
    ("one_sided_difference", rolled),
    ("one_sided_difference", lambda t, s: [torch.diff(t, dim=axis) / s for axis in (0, 1)]),
    ("not_divided_by_step", lambda t, _: torch.gradient(t)),
    ("not_divided_by_step", lambda t, _: central(t, 1, 1)),
    ("missing_half", lambda t, s: central(t, s, s)),
]


@pytest.mark.parametrize(("name", "student"), ROOM_BUGS)
def test_a_wrong_field_is_named(name: Any, student: Any) -> None:
    for seed in SEEDS:
        assert diagnose(room_probes(student, seed)).named == name, f"seed {seed}"


def test_a_field_by_explicit_loops_is_right() -> None:
    for seed in SEEDS:
        probes = room_probes(lambda t, s: central(t, 2 * s, s), seed)
        assert all(compare(item.got, item.expected, item.rule) is None for item in probes)


def test_a_field_wrong_in_another_way_has_no_cause() -> None:
    def wraps(t: Any, s: Any) -> Any:
        return [(torch.roll(t, -1, axis) - torch.roll(t, 1, axis)) / (2 * s) for axis in (0, 1)]

    for seed in SEEDS:
        assert diagnose(room_probes(wraps, seed)) == Diagnosis()
