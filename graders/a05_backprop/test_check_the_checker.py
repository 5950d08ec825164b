import torch

from gradeprop.gradients import Fixed


def cube(x):
    return x**3


def cube_back(x, upstream):
    return 3 * x**2 * upstream


def cube_without_upstream(x, _upstream):
    return 3 * x**2


def cube_mean_upstream(x, upstream):
    return 3 * x**2 * upstream.mean()


def minute_square(x):
    return 1e-9 * x**2


def minute_back(x, upstream):
    return 2e-9 * x * upstream


def tiny_square(x):
    return 1e-4 * x**2


def tiny_back(x, upstream):
    return 2e-4 * x * upstream


def zeros(x, _upstream):
    return 0 * x


def constant(x):
    return 0 * x + 2


def a_little(_x, upstream):
    return 1e-9 * upstream


def exp_back(x, upstream):
    return torch.exp(x) * upstream


def exp_turned(x, upstream):
    return -torch.exp(x) * upstream


def exp_of(x):
    return torch.exp(x)


def falling(x):
    return torch.exp(-x)


def falling_back(x, upstream):
    return -torch.exp(-x) * upstream


def square(x):
    return x**2


def square_half(x, upstream):
    return x * upstream


def square_one_wrong(x, upstream):
    grad = 2 * x * upstream
    grad.view(-1)[2] *= 2
    return grad


def square_reversed(x, upstream):
    return (2 * x * upstream).flip(-1)


def square_nearly(x, upstream):
    return 2.002 * x * upstream


def huge_line(x):
    return 3e4 * x + 1


def huge_back(_x, upstream):
    return 3e4 * upstream


def mixed(x):
    return x * x.sum()


def mixed_back(x, upstream):
    return upstream * x.sum() + (upstream * x).sum()


def mixed_half(x, upstream):
    return upstream * x.sum()


def neighbours(x):
    return x[..., 1:] * x[..., :-1]


def neighbours_back(x, upstream):
    grad = torch.zeros_like(x)
    grad[..., 1:] += upstream * x[..., :-1]
    grad[..., :-1] += upstream * x[..., 1:]
    return grad


def neighbours_overwritten(x, upstream):
    grad = torch.zeros_like(x)
    grad[..., 1:] = upstream * x[..., :-1]
    grad[..., :-1] = upstream * x[..., 1:]
    return grad


def expect_verdicts(student, reference, x, cases):
    for f, backward, right in cases:
        reference.expect(student.call("gradient_ok", f, backward, x)).to_match(Fixed(right))


def test_three_right_and_five_wrong(student, reference):
    x = torch.tensor([1.3, -0.7, 2.1, 0.4], dtype=torch.float64)
    cases = (
        (cube, cube_back, True),
        (tiny_square, tiny_back, True),
        (exp_of, exp_back, True),
        (cube, cube_without_upstream, False),
        (square, square_half, False),
        (exp_of, exp_turned, False),
        (tiny_square, zeros, False),
        (square, square_one_wrong, False),
    )
    expect_verdicts(student, reference, x, cases)


def test_other_backwards(student, reference):
    for shape in ((4,), (2, 3)):
        x = reference.inputs(shape, dtype="float64", low=0.4)
        cases = (
            (huge_line, huge_back, True),
            (minute_square, minute_back, True),
            (mixed, mixed_half, False),
            (neighbours, neighbours_overwritten, False),
            (square, square_reversed, False),
            (cube, cube_without_upstream, False),
            (cube, cube_mean_upstream, False),
            (minute_square, zeros, False),
        )
        expect_verdicts(student, reference, x, cases)
        # Where x has both signs, a sum of these is near 0 for some upstream gradients, which are
        # the student's own: then chance decides about sums that are compared, and about signs.
        of_one_sign = (
            (mixed, mixed_back, True),
            (neighbours, neighbours_back, True),
            (falling, falling_back, True),
            (cube, cube_back, True),  # refused with a large step, too
            (square, square_nearly, False),
        )
        expect_verdicts(student, reference, x.abs(), of_one_sign)


def test_where_nothing_changes(student, reference):
    x = reference.inputs((3,), dtype="float64")
    expect_verdicts(student, reference, x, ((constant, zeros, True), (constant, a_little, False)))
