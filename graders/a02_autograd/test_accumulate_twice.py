import torch

from gradeprop.gradients import Fixed, Rule

W = torch.tensor([3.0], requires_grad=True)
(SLOPE,) = torch.autograd.grad(W**2, W)


def expect(student, reference, names, right):
    """What these names hold, and w beside them, of which is known whether gradients piled up."""
    rules = tuple(Rule(dtype="floating") for _ in range(1 + len(names)))
    got = student.values("w", *names)
    together = Fixed((W.detach(), *right), labels=("w", *names))
    reference.expect(got).to_match(together, items=rules)


def test_after_one_and_two(student, reference):
    # Asked together: 12 for once is an alias or a factor 2, and only twice can tell.
    expect(student, reference, ("once", "twice"), (SLOPE, 2 * SLOPE))


def test_after_clearing(student, reference):
    expect(student, reference, ("cleared",), (SLOPE,))
    w = student.value("w")
    reference.expect(w).to_match(Fixed(W.detach()), dtype="floating", requires_grad=True)
    reference.expect(w.grad).to_match(Fixed(SLOPE), dtype="floating", by_backward=True)
