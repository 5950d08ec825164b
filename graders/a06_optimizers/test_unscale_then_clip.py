import math

import torch

from gradeprop.gradients import Fixed


def prepared(scaled, scale, max_norm):
    """Unscaled in float64, then clipped by torch."""
    parameters = []
    for grad in scaled:
        parameter = torch.zeros_like(grad, dtype=torch.float64)
        parameter.grad = grad.double() / scale
        parameters.append(parameter)
    torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return Fixed(tuple(p.grad.to(scaled[0].dtype) for p in parameters))


def expect_ready(student, reference, grads, scale, max_norm):
    scaled = [scale * grad for grad in grads]
    got = student.call("ready", scaled, scale, max_norm)
    reference.expect(got).to_match(prepared(scaled, scale, max_norm))


def test_numbers_of_the_text(student, reference):
    for grads, scale in (([3.0, 4.0], 1024.0), ([0.3, 0.4], 1024.0), ([0.3, 0.4], 1.0)):
        gradient = torch.tensor(grads, dtype=torch.float64)
        expect_ready(student, reference, [gradient], scale, 1.0)
    # Those that are clipped to 1 hide whether they were scaled once more, and what the limit is.
    expect_ready(student, reference, [torch.tensor([0.3, 0.4], dtype=torch.float64)], 0.5, 0.4)


def test_overflow(student, reference):
    for first, second in ((1.0, math.inf), (-math.inf, 2.0), (math.nan, 1.0), (3.0, math.nan)):
        scaled = [torch.tensor([first, 512.0]), torch.tensor([[256.0], [second]])]
        reference.expect(student.call("ready", scaled, 1024.0, 1.0)).to_match(Fixed(None))


def test_any_gradients(student, reference):
    # times: of the norm, so that some are too long and some are not
    cases = (
        (((2, 3), (2,)), "float64", 256.0, 0.3),
        (((4,), (2, 2), ()), "float32", 4096.0, 1.4),
        (((3,), (2, 1)), "float32", 0.5, 0.8),
        (((2,), (3,)), "float64", 65536.0, 2.5),
    )
    for shapes, dtype, scale, times in cases:
        grads = [reference.inputs(shape, dtype=dtype) for shape in shapes]
        norm = torch.cat([grad.flatten() for grad in grads]).norm().item()
        expect_ready(student, reference, grads, scale, times * norm)
