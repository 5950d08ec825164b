import torch
from graders.shared.rooms import draught, stove, text

from gradeprop.gradients import Gradient


def expect_gradient(student, reference, field, place):
    reference.expect(student.call("gradient_at", field, place)).to_match(Gradient(field, at=place))


def test_two_rooms(student, reference):
    # The text's room does not bend along an axis: there a difference of neighbours would pass.
    expect_gradient(student, reference, text, torch.tensor([1.0, 2.0], dtype=torch.float64))
    expect_gradient(student, reference, stove, torch.tensor([0.5, 2.5], dtype=torch.float64))


def test_other_rooms(student, reference):
    for field, axes, dtype in (
        (draught, 2, "float64"),
        (draught, 3, "float32"),
        (stove, 2, "float64"),
        (draught, 3, "float64"),
    ):
        expect_gradient(student, reference, field, reference.inputs((axes,), dtype=dtype))
    place = reference.inputs((2,), dtype="float64", requires_grad=True)
    place.grad = reference.inputs((2,), dtype="float64")
    expect_gradient(student, reference, stove, place)
