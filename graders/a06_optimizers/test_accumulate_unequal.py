import torch

from gradeprop.gradients import Fixed, Gradient


def expect_gradient(student, reference, w, batches):
    x, y = (torch.cat(parts) for parts in zip(*batches, strict=True))
    got = student.call("accumulate", w, batches)
    right = Gradient(lambda w: ((x.to(w) @ w - y.to(w)) ** 2).mean(), at=w)
    reference.expect(got).to_match(right)


def test_three_and_one(student, reference):
    # Five columns: who counts columns is not taken for one who counts batches, or the examples of
    # one of them.
    w = torch.tensor([0.5, -1.0, 2.0, 1.0, -0.5], dtype=torch.float64)
    rows = [
        [1.0, 2.0, 0.5, -1.0, 1.0],
        [3.0, -1.0, 1.0, 0.5, 2.0],
        [0.5, 1.5, -2.0, 1.0, -1.5],
        [2.0, 0.5, 1.5, -0.5, 1.0],
    ]
    x = torch.tensor(rows, dtype=torch.float64)
    y = torch.tensor([1.0, 4.0, -2.0, -3.0], dtype=torch.float64)
    expect_gradient(student, reference, w, [(x[:3], y[:3]), (x[3:], y[3:])])


def test_any_batches(student, reference):
    cases = (
        (2, (5, 2, 4), "float64", True),
        (4, (1, 6), "float32", False),
        (2, (3, 3, 3, 1), "float32", True),
    )
    for d, sizes, dtype, marked in cases:
        w = reference.inputs((d,), dtype=dtype, requires_grad=marked)
        batches = [
            (reference.inputs((n, d), dtype=dtype), reference.inputs((n,), dtype=dtype))
            for n in sizes
        ]
        expect_gradient(student, reference, w, batches)


def combined(grads, counts):
    """Each mean as often as it has examples, then one mean over all of them."""
    rows = [grad.double() for grad, count in zip(grads, counts, strict=True) for _ in range(count)]
    return Fixed(torch.stack(rows).mean(0).to(grads[0].dtype))


def test_numbers_of_the_text(student, reference):
    grads = [torch.tensor([1.0, 2.0]), torch.tensor([10.0, 20.0])]
    reference.expect(student.call("combine", grads, [3, 1])).to_match(combined(grads, [3, 1]))


def test_any_workers(student, reference):
    cases = (
        ((3,), "float64", [2, 7, 4]),
        ((2, 3), "float32", [1, 5]),
        ((), "float64", [3, 1, 1, 6]),
        ((4,), "float32", [8]),
    )
    for shape, dtype, counts in cases:
        grads = [reference.inputs(shape, dtype=dtype) for _ in counts]
        reference.expect(student.call("combine", grads, counts)).to_match(combined(grads, counts))
