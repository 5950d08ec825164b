import torch

from gradeprop.gradients import Gradient


def expect_slopes(student, reference, numbers, weights):
    x = torch.tensor(numbers, dtype=weights.dtype, device=weights.device)
    slopes = student.call("weighted_slopes", numbers, weights)
    reference.expect(slopes).to_match(Gradient(lambda x: (weights * x**2).sum(), at=x))


def test_float64_weights(student, reference, device):
    # Three numbers: of two, the mean without weights has the slope x, and x may be returned, too.
    weights = torch.tensor([0.5, 2.0, 1.5], dtype=torch.float64, device=device)
    expect_slopes(student, reference, [1.0, 3.0, -2.0], weights)


def test_whole_numbers(student, reference, device):
    weights = torch.tensor([0.5, 2.0, 1.5], dtype=torch.float32, device=device)
    expect_slopes(student, reference, [4, -2, 3], weights)


def test_any_numbers(student, reference):
    for n, dtype in ((3, "float64"), (5, "float32"), (1, "float64")):
        numbers = reference.inputs((n,), dtype="float64").tolist()
        weights = reference.inputs((n,), dtype=dtype)
        expect_slopes(student, reference, numbers, weights)
    whole = [round(10 * number) for number in reference.inputs((4,), dtype="float64").tolist()]
    weights = reference.inputs((4,), dtype="float64")
    expect_slopes(student, reference, whole, weights)
