import matplotlib.pyplot as plt
import numpy as np

w = np.linspace(2.0, 4.0, 200)
figure, axes = plt.subplots(figsize=(5.6, 3.4))
axes.plot(w, w**2, color="black", label="$L(w) = w^2$")
axes.plot(w, 9 + 6 * (w - 3), color="0.45", linestyle="--", label="tangent at $w = 3$")
axes.fill_between(w, 9 + 6 * (w - 3), w**2, color="0.85", label="what the tangent misses")
axes.plot([3], [9], "ko")
axes.set_xlabel("w")
axes.set_ylabel("loss")
axes.legend()
figure.tight_layout()
