import torch

from gradeprop.gradients import Field


def expect_slopes(student, reference, temps, spacing):
    slopes = student.call("room_gradient", temps, spacing)
    reference.expect(slopes).to_match(Field(temps, spacing))


def test_room_of_the_text(student, reference):
    rows = [[20.0, 21.0, 24.0, 29.0], [18.0, 21.0, 26.0, 33.0], [12.0, 17.0, 24.0, 33.0]]
    room = torch.tensor(rows)
    expect_slopes(student, reference, room, 1.0)
    expect_slopes(student, reference, room[:2], 2.0)


def test_other_rooms(student, reference):
    for shape, dtype, spacing in (
        ((4, 6), "float64", 0.3),
        ((5, 3), "float32", 1.5),
        ((2, 4), "float64", 0.8),
    ):
        temps = reference.inputs(shape, dtype=dtype, low=15, high=25, positive=True)
        expect_slopes(student, reference, temps, spacing)
