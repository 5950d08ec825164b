"""Contour lines of a line's loss, and three descents with learning rates around the limit."""

import matplotlib.pyplot as plt
import torch

x = torch.tensor([0.5, 0.9, 1.4, 1.8], dtype=torch.float64)
y = torch.tensor([2.0, 3.8, 5.0, 7.2], dtype=torch.float64)
rows = torch.stack([x, torch.ones_like(x)], dim=1)
hessian = 2 * rows.T @ rows / len(x)
limit = 2 / torch.linalg.eigvalsh(hessian).max()


def descent(lr):
    p = torch.tensor([1.2, 1.4], dtype=torch.float64)
    path = [p]
    for _ in range(15):
        p = p - lr * 2 * rows.T @ (rows @ p - y) / len(x)
        path.append(p)
    return torch.stack(path)


a, b = torch.meshgrid(
    torch.linspace(0.0, 7.0, 120, dtype=torch.float64),
    torch.linspace(-2.0, 5.0, 120, dtype=torch.float64),
    indexing="ij",
)
loss = ((a[..., None] * x + b[..., None] - y) ** 2).mean(-1)
figure, axes = plt.subplots(figsize=(6, 4.5))
axes.contour(a, b, loss, levels=[0.1, 0.5, 1.5, 4, 8, 14, 22], colors="0.75", linewidths=0.8)
styles = ((0.5, "-", "o", "0.0"), (0.95, "--", "s", "0.35"), (1.05, ":", "^", "0.55"))
for share, line, marker, grey in styles:
    path = descent(share * limit)
    label = f"{share} of the limit"
    axes.plot(path[:, 0], path[:, 1], line, marker=marker, markersize=3, color=grey, label=label)
axes.set_xlim(0, 7)
axes.set_ylim(-2, 5)
axes.set_xlabel("a")
axes.set_ylabel("b")
axes.set_title("Fifteen steps from the same start")
axes.legend(loc="lower right")
