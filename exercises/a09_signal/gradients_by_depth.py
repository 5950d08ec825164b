import matplotlib.pyplot as plt
import torch


def slope(layer, depth):
    x = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    y = x
    for _ in range(depth):
        y = layer(y)
    return torch.autograd.grad(y, x)[0].item()


depths = range(1, 21)
figure, axes = plt.subplots(figsize=(5.6, 3.6))
for name, layer, style in (
    ("times 1.5", lambda y: 1.5 * y, {"color": "black", "linestyle": "-", "marker": "^"}),
    ("tanh", torch.tanh, {"color": "0.45", "linestyle": "--", "marker": "s"}),
    ("sigmoid", torch.sigmoid, {"color": "black", "linestyle": ":", "marker": "o"}),
):
    slopes = [slope(layer, depth) for depth in depths]
    axes.semilogy(depths, slopes, label=name, markersize=4, **style)
axes.set_xlabel("number of layers")
axes.set_ylabel("gradient for x = 0.5")
axes.set_xticks([1, 5, 10, 15, 20])
axes.legend()
figure.tight_layout()
