import torch

from gradeprop.gradients import Fixed


def squares_behind(round_through, x, weights):
    """Runs on the student's side: the values, and the gradient of their weighted squares."""
    own = x.detach().clone().requires_grad_()
    y = round_through(own)
    (grad,) = torch.autograd.grad((weights * y**2).sum(), own)
    return {"value": y.detach(), "gradient": grad, "x afterwards": own.detach()}


def expect_way_through(student, reference, x, weights):
    rounded = torch.round(x)
    right = {"value": rounded, "gradient": 2 * weights * rounded, "x afterwards": x}
    got = student.run(squares_behind, student.name("round_through"), x, weights)
    reference.expect(got).to_match(Fixed(right))


def test_numbers_of_the_text(student, reference):
    x, weights = torch.tensor([2.7, -0.62, 1.74]), torch.tensor([1.0, -2.0, 0.5])
    expect_way_through(student, reference, x, weights)


def test_any_numbers(student, reference):
    halves = (0.5, 1.5, 2.5, -0.5, -1.5, -2.5)  # which way these go is no question here
    whole = (1, 2, -1, -2)
    for shape, dtype in (((4,), "float64"), ((2, 3), "float32"), ((3, 1), "float64")):
        x = reference.inputs(shape, dtype=dtype, avoid=(*halves, *whole), gap=0.05)
        weights = reference.inputs(shape, dtype=dtype, avoid=(1, -1))
        expect_way_through(student, reference, x, weights)
