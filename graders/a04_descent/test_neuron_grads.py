import torch

from gradeprop.gradients import Fixed


def gradients(weight, bias, x, y_true):
    """Of torch.nn's neuron and loss."""
    neuron = torch.nn.Linear(weight.shape[1], 1, device=weight.device, dtype=torch.float64)
    with torch.no_grad():
        neuron.weight.copy_(weight)
        neuron.bias.copy_(bias)
    torch.nn.functional.mse_loss(neuron(x.double()), y_true.double()).backward()
    return neuron.weight.grad.to(weight.dtype), neuron.bias.grad.to(weight.dtype)


def expect_gradients(student, reference, *neuron):
    right = Fixed(gradients(*neuron), labels=("grad_weight", "grad_bias"))
    reference.expect(student.call("neuron_grads", *neuron)).to_match(right)


def test_numbers_of_the_text(student, reference):
    weight, bias = torch.tensor([[0.5, 0.4, 0.3]]), torch.tensor([0.3])
    x = torch.tensor([[1.0, 2.0, 3.0]])
    # With the text's y alone, the error is minus the prediction, and two mistakes look alike.
    for y_true in (5.0, 1.0):
        expect_gradients(student, reference, weight, bias, x, torch.tensor([[y_true]]))


def test_other_neurons(student, reference):
    for n, dtype in ((2, "float64"), (4, "float64"), (5, "float32")):
        weight, bias = reference.inputs((1, n), dtype=dtype), reference.inputs((1,), dtype=dtype)
        x = reference.inputs((1, n), dtype=dtype, avoid=(1,))
        error = reference.inputs((1, 1), dtype=dtype, low=2, high=4)
        expect_gradients(student, reference, weight, bias, x, x @ weight.T + bias - error)
