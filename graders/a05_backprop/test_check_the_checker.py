import torch

from gradeprop.gradients import Fixed

# An answer sees the names of what it is given, and their source but for comments above it. Nothing
# there says which backwards are right.


def cube(x):
    return x**3


def cube_back_2(x, upstream):
    return 3 * x**2 * upstream


# without upstream
def cube_back_1(x, _upstream):
    return 3 * x**2


# with upstream's mean
def cube_back_3(x, upstream):
    return 3 * x**2 * upstream.mean()


def minute_square(x):
    return 1e-9 * x**2


def minute_back(x, upstream):
    return 2e-9 * x * upstream


def tiny_square(x):
    return 1e-4 * x**2


def tiny_back(x, upstream):
    return 2e-4 * x * upstream


# right of a constant
def still_back(x, _upstream):
    return 0 * x


def constant(x):
    return 0 * x + 2


def constant_back(_x, upstream):
    return 1e-9 * upstream


def exp_back_1(x, upstream):
    return torch.exp(x) * upstream


# turned round
def exp_back_2(x, upstream):
    return -torch.exp(x) * upstream


def exp_of(x):
    return torch.exp(x)


def falling(x):
    return torch.exp(-x)


def falling_back(x, upstream):
    return -torch.exp(-x) * upstream


def square(x):
    return x**2


# half
def square_back_4(x, upstream):
    return x * upstream


# one entry is wrong
def square_back_2(x, upstream):
    grad = 2 * x * upstream
    grad.view(-1)[2] *= 2
    return grad


# reversed
def square_back_1(x, upstream):
    return (2 * x * upstream).flip(-1)


# nearly right
def square_back_3(x, upstream):
    return 2.002 * x * upstream


def huge_line(x):
    return 3e4 * x + 1


def huge_back(_x, upstream):
    return 3e4 * upstream


def mixed(x):
    return x * x.sum()


def mixed_back_2(x, upstream):
    return upstream * x.sum() + (upstream * x).sum()


# half of it
def mixed_back_1(x, upstream):
    return upstream * x.sum()


def neighbours(x):
    return x[..., 1:] * x[..., :-1]


def neighbours_back_1(x, upstream):
    grad = torch.zeros_like(x)
    grad[..., 1:] += upstream * x[..., :-1]
    grad[..., :-1] += upstream * x[..., 1:]
    return grad


# overwritten
def neighbours_back_2(x, upstream):
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
        (cube, cube_back_2, True),
        (tiny_square, tiny_back, True),
        (exp_of, exp_back_1, True),
        (cube, cube_back_1, False),
        (square, square_back_4, False),
        (exp_of, exp_back_2, False),
        (tiny_square, still_back, False),
        (square, square_back_2, False),
    )
    expect_verdicts(student, reference, x, cases)


def test_other_backwards(student, reference):
    for shape in ((4,), (2, 3)):
        x = reference.inputs(shape, dtype="float64", low=0.4)
        cases = (
            (huge_line, huge_back, True),
            (minute_square, minute_back, True),
            (mixed, mixed_back_1, False),
            (neighbours, neighbours_back_2, False),
            (square, square_back_1, False),
            (cube, cube_back_1, False),
            (cube, cube_back_3, False),
            (minute_square, still_back, False),
        )
        expect_verdicts(student, reference, x, cases)
        # Where x has both signs, a sum of these is near 0 for some upstream gradients, which are
        # the student's own: then chance decides about sums that are compared, and about signs.
        of_one_sign = (
            (mixed, mixed_back_2, True),
            (neighbours, neighbours_back_1, True),
            (falling, falling_back, True),
            (cube, cube_back_2, True),  # refused with a large step, too
            (square, square_back_3, False),
        )
        expect_verdicts(student, reference, x.abs(), of_one_sign)


def test_where_nothing_changes(student, reference):
    x = reference.inputs((3,), dtype="float64")
    expect_verdicts(
        student, reference, x, ((constant, still_back, True), (constant, constant_back, False))
    )
