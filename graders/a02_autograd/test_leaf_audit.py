import torch

from gradeprop.gradients import Fixed


def expect_gradients(student, reference, a):
    values = a.detach()
    right = (18 * values, 6 * values, 6 * values)
    reference.expect(student.call("watch", a)).to_match(
        Fixed(right, labels=("grad_of_a", "grad_of_m", "seen"))
    )


def test_one_and_two(student, reference):
    expect_gradients(student, reference, torch.tensor([1.0, 2.0]))


def test_any_numbers(student, reference):
    for shape, dtype in (((3,), "float64"), ((2, 2), "float32"), ((), "float64")):
        expect_gradients(student, reference, reference.inputs(shape, dtype=dtype))
    marked = reference.inputs((4,), dtype="float32", requires_grad=True)
    expect_gradients(student, reference, marked)
