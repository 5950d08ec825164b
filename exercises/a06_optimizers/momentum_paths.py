import matplotlib.pyplot as plt
import torch

SCALE = torch.tensor([1.0, 12.0], dtype=torch.float64)
START = torch.tensor([-4.0, 1.2], dtype=torch.float64)
LR = 0.04
STEPS = 25


def path(mu):
    w, v = START.clone(), torch.zeros(2, dtype=torch.float64)
    points = [w]
    for _ in range(STEPS):
        v = mu * v + SCALE * w
        w = w - LR * v
        points.append(w)
    return torch.stack(points)


x, y = torch.meshgrid(torch.linspace(-4.6, 1.6, 200), torch.linspace(-1.7, 1.7, 120), indexing="xy")
height = (SCALE[0] * x**2 + SCALE[1] * y**2) / 2

figure, axes = plt.subplots(figsize=(7.5, 3.6))
axes.contour(x, y, height, levels=[0.2, 1, 3, 6, 10, 15], colors="0.75", linewidths=0.8)
for mu, style, name in ((0.0, "k--o", "plain descent"), (0.8, "k-^", "momentum, mu = 0.8")):
    points = path(mu)
    axes.plot(points[:, 0], points[:, 1], style, markersize=3.5, linewidth=1.0, label=name)
axes.plot(0, 0, "k*", markersize=13, label="lowest point")
axes.set_xlabel("first weight: a gentle slope")
axes.set_ylabel("second weight: a steep one")
axes.legend(loc="lower left", fontsize=8)
figure.tight_layout()
