"""The loss of a line through four points over the steps of a descent, for three learning rates."""

import matplotlib.pyplot as plt
import torch

x = torch.tensor([0.5, 0.9, 1.4, 1.8], dtype=torch.float64)
y = torch.tensor([2.0, 3.8, 5.0, 7.2], dtype=torch.float64)
rows = torch.stack([x, torch.ones_like(x)], dim=1)
best = torch.linalg.lstsq(rows, y[:, None]).solution[:, 0]
STEPS = 5000


def loss_of(p):
    return ((rows @ p - y) ** 2).mean().item()


def losses(lr):
    p = torch.zeros(2, dtype=torch.float64)
    found = []
    for _ in range(STEPS):
        p = p - lr * 2 * rows.T @ (rows @ p - y) / len(x)
        found.append(loss_of(p))
    return found


styles = {0.001: (":", "0.0"), 0.01: ("-", "0.0"), 0.1: ("--", "0.45")}
curves = {lr: losses(lr) for lr in styles}
figure, axes = plt.subplots(figsize=(5.6, 3.8))
for lr, (line, grey) in styles.items():
    axes.loglog(range(1, STEPS + 1), curves[lr], line, color=grey, label=f"lr = {lr}")
axes.axhline(loss_of(best), color="0.7", linewidth=1, label="the best line")
axes.plot([100], [curves[0.01][99]], "ko", markersize=5)
axes.annotate("100 steps", (100, curves[0.01][99]), (115, 0.55))
axes.set_xlabel("steps taken")
axes.set_ylabel("loss")
axes.legend(loc="lower left", fontsize=8)
figure.tight_layout()
