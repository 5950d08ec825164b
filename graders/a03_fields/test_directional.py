import torch
from graders.shared.rooms import draught, stove, text

from gradeprop.gradients import Fixed


def expect_slope(student, reference, field, place, direction):
    at, way = place.detach().double(), direction.detach().double()
    _, right = torch.func.jvp(field, (at,), (way / way.norm(),))
    got = student.call("slope_along", field, place, direction)
    rule = {"kinds": "either", "shapes": "single", "dtype": "floating"}
    reference.expect(got).to_match(Fixed(right.to(place.dtype)), **rule)


def test_two_rooms(student, reference):
    for field, place, direction in (
        (text, [1.0, 2.0], [3.0, 4.0]),
        (stove, [0.5, 2.5], [0.3, 0.1]),
    ):
        arrows = (torch.tensor(numbers, dtype=torch.float64) for numbers in (place, direction))
        expect_slope(student, reference, field, *arrows)


def test_other_ways(student, reference):
    # A length of 1 would hide who does not divide by it, or divides twice.
    for field, axes, dtype, length in (
        (draught, 2, "float64", 7.0),
        (draught, 3, "float32", 0.4),
        (stove, 2, "float64", 0.2),
        (draught, 3, "float64", 30.0),
    ):
        place = reference.inputs((axes,), dtype=dtype)
        way = reference.inputs((axes,), dtype=dtype)
        expect_slope(student, reference, field, place, length * way / way.norm())
    place = reference.inputs((2,), dtype="float64", requires_grad=True)
    place.grad = reference.inputs((2,), dtype="float64")
    way = reference.inputs((2,), dtype="float64", low=2, high=4)
    expect_slope(student, reference, stove, place, way)
