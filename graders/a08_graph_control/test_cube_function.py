import torch

from gradeprop.gradients import Fixed


class Reference(torch.autograd.Function):
    """k times the cube of x, as a student would write it. gradcheck and gradgradcheck prove it
    before it is used."""

    @staticmethod
    def forward(ctx, x, k):
        ctx.save_for_backward(x)
        ctx.k = k
        return k * x**3

    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        return 3 * ctx.k * x**2 * upstream, None


def through(cube, x, k, upstream):
    """Runs on the student's side: what comes out, and what the way back makes of ``upstream``."""
    x = x.detach().clone().requires_grad_()
    y = cube.apply(x, k)
    (grad,) = torch.autograd.grad(y, x, upstream)
    return {
        "is a Function": issubclass(cube, torch.autograd.Function),
        "value": y.detach(),
        "gradient": grad,
    }


def two_at_once(cube, inputs, factors, upstream):
    """Runs on the student's side: two graphs are made, and only then is each walked back."""
    first, second = (x.detach().clone().requires_grad_() for x in inputs)
    one = cube.apply(first, factors[0])
    two = cube.apply(second, factors[1])
    (grad_of_one,) = torch.autograd.grad(one, first, upstream)
    (grad_of_two,) = torch.autograd.grad(two, second, upstream)
    return grad_of_one, grad_of_two


def gradient(x, k, upstream):
    exact = x.detach().double().requires_grad_()
    assert torch.autograd.gradcheck(Reference.apply, (exact, k))
    assert torch.autograd.gradgradcheck(Reference.apply, (exact, k))
    (grad,) = torch.autograd.grad(Reference.apply(exact, k), exact, upstream.double())
    return grad.to(x.dtype)


def expect_way_back(student, reference, x, k, upstream):
    right = {"is a Function": True, "value": k * x**3, "gradient": gradient(x, k, upstream)}
    got = student.run(through, student.name("Cube"), x, k, upstream)
    reference.expect(got).to_match(Fixed(right))


def test_numbers_of_the_text(student, reference):
    x = torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64)
    upstream = torch.tensor([5.0, 1.5, -4.0], dtype=torch.float64)
    expect_way_back(student, reference, x, 4.0, upstream)


def test_two_cubes_at_once(student, reference):
    x = torch.tensor([2.0, -1.5], dtype=torch.float64)
    z = torch.tensor([0.5, 3.0], dtype=torch.float64)
    upstream = torch.tensor([1.0, -2.0], dtype=torch.float64)
    got = student.run(two_at_once, student.name("Cube"), (x, z), (4.0, 1.5), upstream)
    right = (gradient(x, 4.0, upstream), gradient(z, 1.5, upstream))
    labels = ("gradient of the first", "gradient of the second")
    reference.expect(got).to_match(Fixed(right, labels=labels))


def test_any_cube(student, reference):
    # 0.6, -1.7 and 7.0: no factor that another one could hide behind, and one that is negative.
    cases = (((4,), "float64", 0.6), ((2, 3), "float32", -1.7), ((), "float64", 7.0))
    for shape, dtype, k in cases:
        x = reference.inputs(shape, dtype=dtype, avoid=(1, -1, 2, -2))
        upstream = reference.inputs(shape, dtype=dtype, avoid=(1, -1))
        expect_way_back(student, reference, x, k, upstream)
