import matplotlib.pyplot as plt
import numpy as np

w = np.linspace(1.6, 4.4, 200)
figure, axes = plt.subplots(figsize=(5.6, 3.6))
axes.plot(w, w**2, color="black", label="$L(w) = w^2$")
axes.plot(w, 9 + 6 * (w - 3), color="0.45", linestyle="--", label="tangent at 3, slope 6")
axes.plot(w, 9 + 7 * (w - 3), color="0.6", linestyle="-.", label="through both points, slope 7")
axes.plot([3, 4], [9, 16], "ko")
axes.annotate("$L(3)$", (3, 9), (2.93, 9.6), ha="right")
axes.annotate("$L(3 + h)$, $h = 1$", (4, 16), (3.93, 16.6), ha="right")
axes.set_xlabel("w")
axes.set_ylabel("L(w)")
axes.legend(loc="lower right", fontsize=8)
figure.tight_layout()
