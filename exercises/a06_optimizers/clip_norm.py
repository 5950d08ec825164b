import math

import matplotlib.pyplot as plt

LIMIT = 1.0
ARROWS = ((0.45, -0.5), (1.6, 0.7), (-0.7, 1.4))

figure, axes = plt.subplots(figsize=(5.6, 4.4))
axes.add_patch(plt.Circle((0, 0), LIMIT, fill=False, linestyle="--", color="0.5"))
for x, y in ARROWS:
    factor = min(1.0, LIMIT / math.hypot(x, y))
    head = {"head_width": 0.07, "length_includes_head": True}
    axes.arrow(0, 0, x, y, color="0.75", width=0.006, **head)
    axes.arrow(0, 0, factor * x, factor * y, color="black", width=0.014, **head)
x, y = ARROWS[1]
axes.plot([0, min(x, LIMIT)], [0, min(y, LIMIT)], "k:", linewidth=1.5)
axes.plot(min(x, LIMIT), min(y, LIMIT), "ks", markersize=5)
axes.annotate("each element\nlimited by itself", (1.0, 0.7), (0.75, 1.15), fontsize=8)
axes.annotate("too long", (x, y), (1.45, 0.75), fontsize=8, color="0.35")
axes.annotate("clipped", (0.9, 0.4), (0.62, 0.08), fontsize=8)
axes.annotate("short enough", (0.45, -0.5), (0.5, -0.55), fontsize=8)
axes.annotate("max_norm", (-0.75, -0.75), (-1.2, -0.95), fontsize=8, color="0.35")
axes.set_xlim(-1.4, 1.9)
axes.set_ylim(-1.25, 1.6)
axes.set_aspect("equal")
axes.set_xlabel("gradient of the first parameter")
axes.set_ylabel("gradient of the second parameter")
figure.tight_layout()
