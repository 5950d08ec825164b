import matplotlib.pyplot as plt
import numpy as np

h = np.logspace(-2, 0, 60)
forward = ((2 + h) ** 3 - 8) / h - 12
central = ((2 + h) ** 3 - (2 - h) ** 3) / (2 * h) - 12
figure, axes = plt.subplots(figsize=(5.6, 3.6))
axes.loglog(h, forward, color="0.45", linestyle="--", label="forward difference")
axes.loglog(h, central, color="black", label="central difference")
axes.set_xlabel("step h")
axes.set_ylabel("error of the slope of $w^3$ at 2")
axes.grid(color="0.9")
axes.legend()
figure.tight_layout()
