import torch

from gradeprop.gradients import Fixed, Gradient

X = torch.tensor([1.0, 2.0, 3.0])
Y = torch.tensor([4.0, 5.0, 6.0])
STEP_SIZES = [base / 10**power for power in range(4) for base in (1, 0.5, 0.3, 0.2)]


def z(x, y):
    return 3 * x**2 + 2 * y + 5


def gradient(f, at, **wrong):
    """Of ``f``; wrong ones by what the argument of backward was: x, y or z."""
    weighted = [lambda t, v=v: v * f(t) for v in (X, Y, z(X, Y))]
    return Gradient(f, at=at, wrong={"wrong_upstream": weighted, **wrong})


def moved(start, slope, *, other):
    """Where a step leads, by step size: of both tensors, of this one alone, of the ``other``."""
    steps = [lr * slope for lr in STEP_SIZES]
    steps += [lr * slope.sign() for lr in STEP_SIZES]  # Adam's first
    ends = [start - step for step in steps]
    stays = [start for _ in steps]
    return [*ends, *(stays if other else ends), *(ends if other else stays)]


def test_z_is_right(student, reference):
    reference.expect(student.value("z")).to_match(
        Fixed(z(X, Y)),
        dtype="floating",
        requires_grad=True,
        is_leaf=False,
        computed_from=("x", "y"),
    )


def test_x_and_y_stay(student, reference):
    for name, start, slope in (("x", X, 6 * X), ("y", Y, torch.full((3,), 2.0))):
        right = Fixed(start, {"took_a_step": moved(start, slope, other=name == "y")})
        reference.expect(student.value(name)).to_match(right, dtype="floating", requires_grad=True)


def test_gradients_are_right(student, reference):
    x = gradient(lambda x: z(x, Y), at=X)
    y = gradient(lambda y: z(X, y), at=Y, missing_factor_two=[])  # only x is squared
    for name, right in (("x", x), ("y", y)):
        reference.expect(student.value(name).grad).to_match(
            right, dtype="floating", by_backward=True
        )
