import torch

from gradeprop.gradients import Field


class Room(Field):
    """The gradient of the temperatures, and what becomes of it with other edges."""

    def __init__(self, temps, spacing):
        super().__init__(temps, spacing)
        self.temps, self.spacing = temps, spacing

    def mistake(self, name):
        if name == "edges_left_zero":
            return [self.with_edges(lambda slope, _: torch.zeros_like(slope))]
        if name == "edges_halved":
            return [self.with_edges(lambda slope, _: slope / 2)]
        if name == "edges_wrapped":
            return [self.with_edges(lambda _, wrapped: wrapped)]
        return super().mistake(name)

    def with_edges(self, change):
        """The right slopes, with those of the first and last squares of each axis changed."""
        slopes = []
        for axis, right in enumerate(self.answer()):
            ahead, behind = torch.roll(self.temps, -1, axis), torch.roll(self.temps, 1, axis)
            changed = change(right, (ahead - behind) / (2 * self.spacing))
            slope = right.clone()
            for edge in (0, -1):
                slope.select(axis, edge).copy_(changed.select(axis, edge))
            slopes.append(slope)
        return tuple(slopes)


def test_room_of_the_text(student, reference):
    rows = [[20.0, 21.0, 24.0, 29.0], [18.0, 21.0, 26.0, 33.0], [12.0, 17.0, 24.0, 33.0]]
    room = torch.tensor(rows)
    for temps, spacing in ((room, 1.0), (room[:2], 2.0)):
        reference.expect(student.call("room_gradient", temps, spacing)).to_match(
            Room(temps, spacing)
        )


def test_other_rooms(student, reference):
    for shape, dtype, spacing in (
        ((4, 6), "float64", 0.3),
        ((5, 3), "float32", 1.5),
        ((2, 4), "float64", 0.8),
    ):
        temps = reference.inputs(shape, dtype=dtype, low=15, high=25, positive=True)
        reference.expect(student.call("room_gradient", temps, spacing)).to_match(
            Room(temps, spacing)
        )
