import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from gradeprop.gradients import Gradient


def expect_logits(student, reference, logits, targets):
    right = Gradient(lambda z: cross_entropy(z, targets), at=logits)
    reference.expect(student.call("grad_logits", logits, targets)).to_match(right)


def test_four_examples(student, reference):
    # Four, so that the sum over the examples is not twice the mean.
    rows = [[2.0, -1.0, 0.5], [0.0, 1.0, -1.0], [1.5, 3.0, -2.0], [-0.5, 0.5, 0.25]]
    logits = torch.tensor(rows, dtype=torch.float64)
    expect_logits(student, reference, logits, torch.tensor([0, 2, 1, 2]))


def test_any_batch(student, reference, device):
    cases = (
        (5, 4, "float64", [3, 0, 0, 1, 2]),
        (4, 2, "float32", [1, 0, 1, 1]),
        (1, 5, "float64", [2]),
        (3, 3, "float64", [2, 0, 0]),
    )
    for examples, classes, dtype, targets in cases:
        logits = reference.inputs((examples, classes), dtype=dtype)
        expect_logits(student, reference, logits, torch.tensor(targets, device=device))


def expect_binary(student, reference, z, y):
    def loss(logit):
        return binary_cross_entropy_with_logits(logit, y.to(logit.dtype), reduction="sum")

    reference.expect(student.call("grad_binary", z, y)).to_match(Gradient(loss, at=z))


def test_three_answers(student, reference):
    z = torch.tensor([2.0, -1.0, -200.0], dtype=torch.float32)
    y = torch.tensor([1.0, 0.0, 1.0], dtype=torch.float32)
    expect_binary(student, reference, z, y)


def test_any_answers(student, reference, device):
    # Where the sigmoid of float32 is exactly 1, and exactly 0.
    far = torch.tensor([300.0, -150.0], dtype=torch.float32)
    expect_binary(student, reference, far, torch.tensor([0.0, 1.0], dtype=torch.float32))
    answers = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]], device=device)
    for shape, dtype in (((2, 3), "float64"), ((3,), "float32")):
        z = reference.inputs(shape, dtype=dtype)
        y = answers.to(z.dtype) if len(shape) == 2 else answers[1].to(z.dtype)
        expect_binary(student, reference, z, y)
