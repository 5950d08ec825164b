from graders.shared.curves import cube, hyperbola, ripple, wave

from gradeprop.gradients import Fixed


def expect_slope(student, reference, f, x, h):
    right = (f(x + h) - f(x - h)) / (2 * h)
    reference.expect(student.call("central", f, x, h)).to_match(
        Fixed(right), kinds="either", rtol=1e-7
    )


def test_cube_at_two(student, reference):
    # Another function and another step: the cube and h = 0.1 of the text could be written in.
    expect_slope(student, reference, cube, 2.0, 0.1)
    expect_slope(student, reference, hyperbola, -1.5, 0.3)


def test_other_functions(student, reference):
    # Never a square, of which the central difference is the derivative.
    for f, shape, h in ((wave, (3,), 0.2), (hyperbola, (2, 3), 0.7), (ripple, (), 0.4)):
        x = reference.inputs(shape, dtype="float64", low=-2, high=2)
        expect_slope(student, reference, f, x, h)
