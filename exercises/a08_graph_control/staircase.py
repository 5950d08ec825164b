import matplotlib.pyplot as plt
import torch

figure, axes = plt.subplots(figsize=(5.6, 3.6))
for step in range(-2, 4):
    label = "forward: round(x)" if step == 0 else None
    axes.plot([step - 0.5, step + 0.5], [step, step], color="black", linewidth=2.5, label=label)
x = torch.linspace(-2.5, 3.5, 2)
axes.plot(x, x, color="0.45", linestyle="--", label="on the way back: as if it were x")
axes.plot([2.7, 2.7], [2.7, 3.0], color="black", linestyle=":")
axes.plot([2.7], [3.0], "ko")
axes.annotate("x = 2.7, value 3", (2.7, 3.0), (0.8, 2.95))
axes.set_xlabel("x")
axes.set_ylabel("value")
axes.legend(loc="lower right", fontsize=8)
figure.tight_layout()
