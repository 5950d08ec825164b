import torch

from gradeprop.gradients import Fixed


def clipped(grads, max_norm):
    """What torch makes of the .grad of parameters, in float64."""
    parameters = []
    for grad in grads:
        parameter = torch.zeros_like(grad, dtype=torch.float64)
        parameter.grad = grad.detach().double().clone()
        parameters.append(parameter)
    torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return Fixed(tuple(p.grad.to(grads[0].dtype) for p in parameters))


def expect_clipped(student, reference, grads, max_norm):
    reference.expect(student.call("clip", grads, max_norm)).to_match(clipped(grads, max_norm))


def two_tensors():
    return [torch.tensor(g, dtype=torch.float64) for g in ([2.0, -4.0], [5.0, 6.0])]


def test_too_long(student, reference):
    expect_clipped(student, reference, two_tensors(), 2.7)


def test_short_enough(student, reference):
    expect_clipped(student, reference, two_tensors(), 20.0)


def test_any_gradients(student, reference):
    # times: of the norm; so the first and the last are short enough, and 0.97 is just too long
    cases = (
        (((2, 3), (2,)), "float64", 1.3),
        (((4,), (), (2, 2)), "float32", 0.4),
        (((3,),), "float64", 0.97),
        (((2, 1), (5,), (3,)), "float32", 0.05),
        (((3, 2), (3,)), "float32", 1.03),
    )
    for shapes, dtype, times in cases:
        grads = [reference.inputs(shape, dtype=dtype) for shape in shapes]
        norm = torch.cat([grad.flatten() for grad in grads]).norm().item()
        expect_clipped(student, reference, grads, times * norm)


def test_all_zeros(student, reference):
    grads = [torch.zeros(2, 2), torch.zeros(3)]
    expect_clipped(student, reference, grads, 1.5)
    expect_clipped(student, reference, [torch.zeros(4, dtype=torch.float64)], 0.5)
