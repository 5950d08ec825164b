import torch

from gradeprop.gradients import Fixed

SIZES = {"inp": (2, 3), "hidden 0": (3, 3), "hidden 1": (3, 3), "out": (3, 1)}
HEAD = ("a fresh last layer", "out.weight", "out.bias")


def count_in_layers(net_class):
    """Runs on the student's side: how many parameters the network knows besides the scale."""
    named = net_class().named_parameters()
    return sum(p.numel() for name, p in named if name != "scale")


def known_scale(net_class):
    """Runs on the student's side: how many numbers the scale has, and their sum."""
    found = dict(net_class().named_parameters()).get("scale", torch.zeros(0))
    return {"parameters": found.numel(), "value": found.detach().sum()}


def named_layers(net):
    inner = [layer for layer in net.hidden if isinstance(layer, torch.nn.Linear)]
    return {
        "inp": net.inp,
        **{f"hidden {n}": layer for n, layer in enumerate(inner)},
        "out": net.out,
    }


def after_one_step(net_class, new_head, start, scale, x, y, lr):
    """Runs on the student's side: a network with a new head and these weights takes one step,
    where the network lies."""
    net = net_class()
    torch.nn.init.constant_(net.out.weight, 7.0)
    optimizer = new_head(net, lr)
    fresh = net.out.weight.abs().max() < 7
    with torch.no_grad():
        net.scale.fill_(scale.item())  # of shape (1,) or ()
        for name, layer in named_layers(net).items():
            layer.weight.copy_(start[name][0])
            layer.bias.copy_(start[name][1])
    device = net.scale.device
    optimizer.zero_grad()
    ((net(x.to(device)) - y.to(device)) ** 2).mean().backward()
    optimizer.step()
    ends = {"scale": net.scale.detach().reshape(-1)}
    for name, layer in named_layers(net).items():
        ends[f"{name}.weight"] = layer.weight.detach()
        ends[f"{name}.bias"] = layer.bias.detach()
    moved = {name: end.to(x.device) for name, end in ends.items()}
    return {"a fresh last layer": bool(fresh), **moved}


def head_after_one_step(net_class, new_head, start, scale, x, y, lr):
    """Runs on the student's side: the same, of the last layer alone."""
    ends = after_one_step(net_class, new_head, start, scale, x, y, lr)
    return {name: ends[name] for name in HEAD}


def right_ends(start, scale, x, y, lr):
    """Where one step of torch.optim.SGD leads, in float64."""
    own = {
        name: [w.detach().double().requires_grad_() for w in pair] for name, pair in start.items()
    }
    factor = scale.detach().double().requires_grad_()
    optimizer = torch.optim.SGD([*(w for pair in own.values() for w in pair), factor], lr=lr)
    h = x.double()
    for name in ("inp", "hidden 0", "hidden 1"):
        h = torch.tanh(torch.nn.functional.linear(h, *own[name]))
    guess = factor * torch.nn.functional.linear(h, *own["out"])
    ((guess - y.double()) ** 2).mean().backward()
    optimizer.step()
    ends = {"a fresh last layer": True, "scale": factor.detach().float()}
    for name, (weight, bias) in own.items():
        ends[f"{name}.weight"] = weight.detach().float()
        ends[f"{name}.bias"] = bias.detach().float()
    return ends


def test_layers_are_known(student, reference):
    right = sum(n * m + m for n, m in SIZES.values())
    reference.expect(student.run(count_in_layers, student.name("Net"))).to_match(Fixed(right))


def test_scale_is_known(student, reference):
    right = {"parameters": 1, "value": torch.tensor(1.0)}
    reference.expect(student.run(known_scale, student.name("Net"))).to_match(Fixed(right))


def test_new_head_learns(student, reference):
    start = {
        name: (torch.linspace(-0.9, 0.8, n * m).reshape(m, n), torch.linspace(0.3, -0.2, m))
        for name, (n, m) in SIZES.items()
    }
    scale = torch.tensor([1.5])
    x, y = torch.tensor([[1.0, -0.5], [0.5, 2.0]]), torch.tensor([[1.0], [-2.0]])
    ends = right_ends(start, scale, x, y, 0.1)
    right = {name: ends[name] for name in HEAD}
    names = (student.name("Net"), student.name("new_head"))
    got = student.run(head_after_one_step, *names, start, scale, x, y, 0.1)
    reference.expect(got).to_match(Fixed(right))


def test_all_of_them_move(student, reference):
    for examples, lr in ((5, 0.3), (7, 0.05)):
        start = {}
        for name, (n, m) in SIZES.items():
            weight = reference.inputs((m, n), dtype="float32") / 2
            start[name] = (weight, reference.inputs((m,), dtype="float32") / 4)
        scale = reference.inputs((1,), dtype="float32")
        x = reference.inputs((examples, 2), dtype="float32")
        y = reference.inputs((examples, 1), dtype="float32")
        names = (student.name("Net"), student.name("new_head"))
        got = student.run(after_one_step, *names, start, scale, x, y, lr)
        right = Fixed(right_ends(start, scale, x, y, lr))
        # A step may lead to a number near 0, of which float32 then has few digits.
        reference.expect(got).to_match(right, rtol=1e-4, atol=1e-5)
