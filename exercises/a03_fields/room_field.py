import matplotlib.pyplot as plt
import numpy as np

x, y = np.meshgrid(np.linspace(0, 4, 60), np.linspace(0, 3, 60))
figure, axes = plt.subplots(figsize=(5.6, 4.2))
lines = axes.contour(x, y, 20 + 2 * x - y + 0.5 * x * y, levels=range(16, 34, 2), colors="0.55")
axes.clabel(lines, fmt="%d°")
x, y = np.meshgrid(np.arange(0.5, 4, 1), np.arange(0.5, 3, 0.75))
arrows = {"angles": "xy", "scale_units": "xy", "scale": 7, "width": 0.005}
axes.quiver(x, y, 2 + 0.5 * y, -1 + 0.5 * x, color="0.35", **arrows)
axes.quiver([1], [2], [3], [-0.5], color="black", **{**arrows, "width": 0.009})
axes.plot([1], [2], "ko")
axes.annotate("(1, 2)", (1, 2), (0.75, 2.12))
axes.set_xlabel("x in metres")
axes.set_ylabel("y in metres")
axes.set_aspect("equal")
figure.tight_layout()
