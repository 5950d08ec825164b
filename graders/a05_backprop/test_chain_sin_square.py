import torch

from gradeprop.gradients import Gradient

# Where cos(w²) is 0, several wrong slopes are as near to the right one as float32 can tell.
FLAT = (1.2533, 2.1708)


def sin_square(w):
    return torch.sin(w**2)


def test_slopes_of_the_text(student, reference):
    w = torch.tensor([1.2, -0.7, 2.0], dtype=torch.float64)
    reference.expect(student.call("d_sin_square", w)).to_match(Gradient(sin_square, at=w))


def test_slopes_anywhere(student, reference):
    avoid = (1, -1, *FLAT, *(-w for w in FLAT))
    for shape, dtype in (((4,), "float64"), ((2, 3), "float32"), ((), "float64")):
        w = reference.inputs(shape, dtype=dtype, avoid=avoid)
        reference.expect(student.call("d_sin_square", w)).to_match(Gradient(sin_square, at=w))
