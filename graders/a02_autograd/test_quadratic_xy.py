import torch

from gradeprop.gradients import Fixed, Gradient

X = torch.tensor([1.0, 2.0, 3.0])
Y = torch.tensor([4.0, 5.0, 6.0])
STEP_SIZES = [base / 10**power for power in range(4) for base in (1, 0.5, 0.3, 0.2)]


def z(x, y):
    return 3 * x**2 + 2 * y + 5


# What was differentiated instead of z: the gradients of these (summed) are the wrong answers.
WRONG = {
    "value_not_gradient": [lambda x, y: z(x, y).detach() * (x + y)],
    "missing_factor_two": [lambda x, y: 3 * x**2 / 2 + 2 * y],
    "mean_instead_of_sum": [lambda x, y: z(x, y) / 3],
    "grad_accumulated": [lambda x, y: 2 * z(x, y)],
    "doubled": [lambda x, y: 2 * z(x, y)],
    "wrong_upstream": [lambda x, y, i=i: (x, y, z(x, y))[i].detach() * z(x, y) for i in range(3)],
    "wrong_function": [lambda x, y: 3 * x**2 + y**2],
    "sign_flipped": [lambda x, y: -z(x, y)],
}


def gradient(name):
    """The gradient with respect to x or y, with the other held fixed."""

    def along(f):
        return (lambda x: f(x, Y)) if name == "x" else (lambda y: f(X, y))

    wrong = {cause: [along(f) for f in functions] for cause, functions in WRONG.items()}
    return Gradient(along(z), at=X if name == "x" else Y, wrong=wrong)


def moved(start, slope, *, other):
    """Where a step leads, by step size: of both tensors, of this one alone, of the ``other``."""
    steps = [lr * slope for lr in STEP_SIZES]
    steps += [lr * slope.sign() for lr in STEP_SIZES]  # Adam's first
    ends = [start - step for step in steps]
    stays = [start for _ in steps]
    return [*ends, *(stays if other else ends), *(ends if other else stays)]


def test_z_is_right(student, reference):
    right = Fixed(z(X, Y), mistakes={cause: [] for cause in (*WRONG, "took_a_step")})
    reference.expect(student.value("z")).to_match(
        right, dtype="floating", requires_grad=True, is_leaf=False, computed_from=("x", "y")
    )


def test_x_and_y_stay(student, reference):
    for name, start, slope in (("x", X, 6 * X), ("y", Y, torch.full((3,), 2.0))):
        mistakes = {cause: [] for cause in WRONG}
        mistakes["took_a_step"] = moved(start, slope, other=name == "y")
        right = Fixed(start, mistakes=mistakes)
        reference.expect(student.value(name)).to_match(right, dtype="floating", requires_grad=True)


def test_gradients_are_right(student, reference):
    for name in ("x", "y"):
        reference.expect(student.value(name).grad).to_match(
            gradient(name), dtype="floating", by_backward=True
        )
