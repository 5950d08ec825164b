import torch

from gradeprop.gradients import Fixed


def walk_back(number, formula, values):
    """Runs on the student's side: the value of ``formula``, and the gradients of its inputs."""
    inputs = [number(value) for value in values]
    result = formula(*inputs)
    result.backward()
    return {"value": float(result.value), "gradients": tuple(float(n.grad) for n in inputs)}


def two_graphs(number, formula, values):
    """Runs on the student's side: a second graph of the same inputs, which is not walked back."""
    inputs = [number(value) for value in values]
    beside = inputs[0] * inputs[1]
    result = formula(*inputs)
    later = result * beside
    result.backward()
    return {
        "values": (float(result.value), float(later.value)),
        "gradients": tuple(float(n.grad) for n in inputs),
        "of what is not in it": (float(beside.grad), float(later.grad)),
    }


def product_and_sum(a, b, c):
    return a * b + c


def example(a, b):
    m = a * b
    return m * (m + a)


def twice_itself(x, y):
    return (x + x) * y + y * y


def chain(x, y):
    z = x
    for _ in range(6):
        z = z * y + z
    return z


def diamonds(x, y):
    p = x * y
    q = p + x
    r = q * p
    s = r + q
    return s * (r + y)


def by_autograd(formula, values):
    inputs = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in values]
    result = formula(*inputs)
    gradients = torch.autograd.grad(result, inputs)
    return result.item(), tuple(gradient.item() for gradient in gradients)


def expect_walk(student, reference, formula, values):
    value, gradients = by_autograd(formula, values)
    got = student.run(walk_back, student.name("Number"), formula, values)
    reference.expect(got).to_match(Fixed({"value": value, "gradients": gradients}))


def test_each_used_once(student, reference):
    expect_walk(student, reference, product_and_sum, [3.0, -2.0, 5.0])


def test_example_of_the_text(student, reference):
    expect_walk(student, reference, example, [3.0, -2.0])


def test_any_graph(student, reference):
    for formula in (twice_itself, chain, diamonds):
        x, y = reference.inputs((2,), dtype="float64", avoid=(1, -1, 2)).tolist()
        expect_walk(student, reference, formula, [x, y])
    values = reference.inputs((2,), dtype="float64", avoid=(1, -1, 2)).tolist()
    value, gradients = by_autograd(example, values)
    right = {
        "values": (value, value * values[0] * values[1]),
        "gradients": gradients,
        "of what is not in it": (0.0, 0.0),
    }
    got = student.run(two_graphs, student.name("Number"), example, values)
    reference.expect(got).to_match(Fixed(right))
