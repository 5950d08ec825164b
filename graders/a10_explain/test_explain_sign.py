from gradeprop.gradients import Fixed


def test_direction_lowers_the_loss(student, reference):
    up = Fixed("increase", mistakes={"inverted_move": "decrease"})
    reference.expect(student.value("direction")).to_match(up)
