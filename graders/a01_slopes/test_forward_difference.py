from graders.shared.curves import cube, hyperbola, ripple, square, wave

from gradeprop.gradients import Fixed


def expect_slope(student, reference, f, x, h):
    right = (f(x + h) - f(x)) / h
    reference.expect(student.call("forward", f, x, h)).to_match(Fixed(right), kinds="either")


def test_square_and_cube(student, reference):
    # Another function and another step: the square and h = 0.1 of the text could be written in.
    expect_slope(student, reference, square, 3.0, 0.1)
    expect_slope(student, reference, cube, -1.0, 0.5)


def test_other_functions(student, reference):
    for f, shape, h in ((wave, (3,), 0.2), (hyperbola, (2, 3), 0.7), (wave, (), 1.3)):
        x = reference.inputs(shape, dtype="float64", low=-2, high=2)
        expect_slope(student, reference, f, x, h)
    x = reference.inputs((2,), dtype="float64", low=-2, high=2)
    expect_slope(student, reference, ripple, x, 0.4)
