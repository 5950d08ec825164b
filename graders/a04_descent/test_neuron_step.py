import torch

from gradeprop.gradients import Descent, Rule

# the text's "loss" and "prediction" after the step; the loss is 3.0625
PRINTED = (5.523, 5.5225, 2.65)


class Step(Descent):
    """One step of one neuron, and the loss after it."""

    def __init__(self, weight, bias, x, y_true, lr):
        super().__init__(
            lambda params, x: x @ params[0].T + params[1],
            x,
            y_true,
            (weight, bias),
            lr=lr,
            steps=1,
            returns=lambda params, loss: (*params, loss(params)),
            labels=("new_weight", "new_bias", "new_loss"),
        )

    def mistake(self, name):
        if name == "copied_from_text":
            new_weight, new_bias, new_loss = self.answer()
            return [(new_weight, new_bias, torch.full_like(new_loss, number)) for number in PRINTED]
        return super().mistake(name)


def expect_step(student, reference, weight, bias, x, y_true, lr):
    handle = student.call("neuron_step", weight, bias, x, y_true, lr)
    loss = Rule(kinds="either", shapes="single", dtype="floating")
    reference.expect(handle).to_match(
        Step(weight, bias, x, y_true, lr), items=(Rule(), Rule(), loss)
    )


def neuron(reference, n, dtype):
    """A neuron that is off by 2 to 4, so that the loss is never near 0."""
    weight, bias = reference.inputs((1, n), dtype=dtype), reference.inputs((1,), dtype=dtype)
    x = reference.inputs((1, n), dtype=dtype, avoid=(1,))
    y_true = x @ weight.T + bias + reference.inputs((1, 1), dtype=dtype, low=2, high=4)
    return weight, bias, x, y_true


def test_numbers_of_the_text(student, reference):
    weight, bias = torch.tensor([[0.5, 0.4, 0.3]]), torch.tensor([0.3])
    x = torch.tensor([[1.0, 2.0, 3.0]])
    # With the text's y alone, the error is minus the prediction, and two mistakes look alike.
    for y_true in (5.0, 1.0):
        expect_step(student, reference, weight, bias, x, torch.tensor([[y_true]]), 0.01)


def test_other_neurons(student, reference):
    for n, dtype, lr in ((2, "float64", 0.02), (4, "float64", 0.005), (5, "float32", 0.01)):
        expect_step(student, reference, *neuron(reference, n, dtype), lr)


def test_leaves_arguments_alone(student, reference):
    for n, dtype in ((3, "float32"), (4, "float64")):
        weight, bias, x, y_true = neuron(reference, n, dtype)
        for parameter in (weight, bias):
            parameter.requires_grad_()
            parameter.grad = reference.inputs(parameter.shape, dtype=dtype)
        expect_step(student, reference, weight, bias, x, y_true, 0.01)
