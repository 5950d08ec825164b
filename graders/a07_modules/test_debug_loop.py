import torch

from gradeprop.gradients import Fixed

ZEROS = torch.zeros(2, dtype=torch.float64)


def line_loss(w, x, y):
    return ((w[0] * x.double() + w[1] - y.double()) ** 2).mean()


def epochs_of(w, batches, epochs, lr, gamma):
    """In float64: the weights after each epoch, and the mean loss over its examples."""
    w = w.detach().double().clone().requires_grad_()
    optimizer = torch.optim.SGD([w], lr=lr)
    ends, losses = [], []
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = lr * gamma**epoch
        weighed = []
        for x, y in batches:
            optimizer.zero_grad()
            loss = line_loss(w, x, y)
            loss.backward()
            optimizer.step()
            weighed.append(loss.item() * len(y))
        ends.append(w.detach().clone())
        losses.append(sum(weighed) / sum(len(y) for _, y in batches))
    return ends, losses


def four_points(dtype=torch.float64):
    x = torch.tensor([0.5, 0.9, 1.4, 1.8], dtype=dtype)
    y = torch.tensor([2.0, 3.8, 5.0, 7.2], dtype=dtype)
    return [(x[:3], y[:3]), (x[3:], y[3:])]


def random_batches(reference, sizes, dtype):
    return [
        (reference.inputs((n,), dtype=dtype), 2 + reference.inputs((n,), dtype=dtype))
        for n in sizes
    ]


def expect_weights(student, reference, w, batches, epochs, lr, gamma):
    ends, _ = epochs_of(w, batches, epochs, lr, gamma)
    got = student.call("train", w, batches, epochs, lr, gamma)
    reference.expect(got).to_match(Fixed(ends[-1].to(w.dtype)))


def test_each_batch_alone(student, reference):
    expect_weights(student, reference, ZEROS, four_points(), 2, 0.05, 1.0)


def test_same_rate_in_an_epoch(student, reference):
    # From a = b = 0 the first two have no error, so that they leave no gradient behind either.
    x = torch.tensor([0.5, 1.5, 2.0], dtype=torch.float64)
    batches = [(x[:2], 0 * x[:2]), (x[1:], 0 * x[1:]), (x[2:], x[2:] + 1)]
    expect_weights(student, reference, ZEROS, batches, 1, 0.1, 0.7)


def test_three_epochs(student, reference):
    expect_weights(student, reference, ZEROS, four_points(), 3, 0.05, 0.5)
    # With 0.5 alone, a loss that is halved would look like a step size that shrinks too early.
    expect_weights(student, reference, ZEROS, four_points(), 3, 0.05, 0.8)


def test_any_training(student, reference):
    cases = (((3, 5, 2), "float64", 4, 0.04, 0.8), ((4, 1), "float32", 3, 0.06, 0.7))
    for sizes, dtype, epochs, lr, gamma in cases:
        batches = random_batches(reference, sizes, dtype)
        w = reference.inputs((2,), dtype=dtype, requires_grad=dtype == "float32")
        expect_weights(student, reference, w, batches, epochs, lr, gamma)


def losses_of(fit, w, batches, validation, epochs, lr):
    """Runs on the student's side: the losses that were reported, as numbers."""
    history, _ = fit(w, batches, validation, epochs, lr)
    return [float(loss) for loss in history]


def graphs_of(fit, w, batches, validation, epochs, lr):
    """Runs on the student's side: which of the reported losses still require grad."""
    history, _ = fit(w, batches, validation, epochs, lr)
    return [bool(getattr(loss, "requires_grad", False)) for loss in history]


def best_of(fit, w, batches, validation, epochs, lr):
    """Runs on the student's side: the weights that were kept."""
    _, best = fit(w, batches, validation, epochs, lr)
    return best


def kept(w, batches, epochs, lr, best_epoch):
    """(points on the line of that epoch, right losses, right weights)"""
    ends, losses = epochs_of(w, batches, epochs, lr, 0.5)
    best = ends[best_epoch].to(w.dtype)
    x = torch.linspace(0.5, 2.0, 4, dtype=w.dtype, device=w.device)
    return (x, best[0] * x + best[1]), tuple(losses), best


def test_losses_are_right(student, reference):
    batches = four_points()
    validation, losses, _ = kept(ZEROS, batches, 3, 0.05, 1)
    got = student.run(losses_of, student.name("fit"), ZEROS, batches, validation, 3, 0.05)
    reference.expect(got).to_match(Fixed(losses))


def test_no_graph_is_kept(student, reference):
    batches = four_points()
    validation, _, _ = kept(ZEROS, batches, 3, 0.05, 1)
    got = student.run(graphs_of, student.name("fit"), ZEROS, batches, validation, 3, 0.05)
    reference.expect(got).to_match(Fixed((False, False, False)))


def test_best_is_kept(student, reference):
    batches = four_points()
    validation, _, best = kept(ZEROS, batches, 4, 0.05, 1)
    got = student.run(best_of, student.name("fit"), ZEROS, batches, validation, 4, 0.05)
    reference.expect(got).to_match(Fixed(best))


def test_any_report(student, reference):
    for sizes, dtype, epochs, best_epoch in (
        ((2, 5), "float64", 4, 2),
        ((3, 1, 4), "float32", 3, 0),
    ):
        batches = random_batches(reference, sizes, dtype)
        w = reference.inputs((2,), dtype=dtype, requires_grad=dtype == "float32")
        validation, losses, best = kept(w, batches, epochs, 0.04, best_epoch)
        given = (student.name("fit"), w, batches, validation, epochs, 0.04)
        reference.expect(student.run(losses_of, *given)).to_match(Fixed(losses))
        reference.expect(student.run(graphs_of, *given)).to_match(Fixed((False,) * epochs))
        got = student.run(best_of, *given)
        reference.expect(got).to_match(Fixed(best))
        reference.expect(got.after(1)).to_match(Fixed(w))
