import torch

from gradeprop.gradients import Fixed


def text(a, b, _c):
    """The third is not used."""
    return (a**2).sum() * b


def all_three(a, b, c):
    return (a**2).sum() * b**2 + (c**3).sum()


def first_unused(_a, b):
    return (torch.sin(b) * b).sum()


def middle_unused(a, _b, c, d):
    return (a.sum() * c).sum() + (torch.exp(d / 4) * d).sum()


def mixed(a, b):
    """A result of float64, from parameters of both dtypes."""
    return (a**2).sum() * (b**3).sum()


def gradients(f, params):
    own = [p.detach().clone().requires_grad_() for p in params]
    found = torch.autograd.grad(f(*own), own, allow_unused=True, materialize_grads=True)
    return tuple(found)


def expect_gradients(student, reference, f, params):
    got = student.call("grads", f, params)
    reference.expect(got).to_match(Fixed(gradients(f, params)))


def test_example_of_the_text(student, reference):
    params = [torch.tensor([1.0, 2.0]), torch.tensor(3.0), torch.tensor([4.0, 5.0])]
    for f in (text, all_three):
        expect_gradients(student, reference, f, params)


def test_other_functions(student, reference):
    for f, shapes, dtypes in (
        (first_unused, ((2, 3), (4,)), ("float64", "float64")),
        (middle_unused, ((3,), (2, 2), (4,), ()), ("float32",) * 4),
        (mixed, ((2,), (3, 2)), ("float32", "float64")),
        (all_three, ((5,), (), (1, 2)), ("float64",) * 3),
    ):
        params = [
            reference.inputs(shape, dtype=dtype, avoid=(1, -1))
            for shape, dtype in zip(shapes, dtypes, strict=True)
        ]
        expect_gradients(student, reference, f, params)


def test_leaves_params_alone(student, reference):
    params = [reference.inputs((3,), dtype="float64", requires_grad=True) for _ in range(2)]
    params.append(reference.inputs((3,), dtype="float64"))
    for param in params[:2]:
        param.grad = reference.inputs((3,), dtype="float64")
    expect_gradients(student, reference, first_unused, params[:2])
    expect_gradients(student, reference, all_three, [params[0], params[2].sum(), params[1]])
