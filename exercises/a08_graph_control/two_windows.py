import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(6.4, 2.6))
places = {"$h_0$": 0, "$h_1$": 1, "$h_2$": 2, "$h_3$": 3.4, "$h_4$": 4.4}
box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": "black"}


def arrow(start, end, **style):
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": "black", **style})


for name, place in places.items():
    axes.text(place, 0, name, ha="center", va="center", bbox=box)
for left, right in ((0, 1), (1, 2), (2, 3.4), (3.4, 4.4)):
    arrow((left + 0.2, 0.04), (right - 0.2, 0.04))
for name, end, begin in (("loss $h_2^2$", 2, 0), ("loss $h_4^2$", 4.4, 2.75)):
    arrow((end, 0.2), (end, 0.5))
    axes.text(end, 0.62, name, ha="center", va="center")
    arrow((end, -0.35), (begin, -0.35), linestyle="--", color="0.4")
axes.text(
    1, -0.52, "gradient of the first window", ha="center", va="center", color="0.3", fontsize=8
)
axes.text(3.6, -0.52, "gradient of the second", ha="center", va="center", color="0.3", fontsize=8)
axes.plot([2.7, 2.7], [-0.6, 0.45], color="black", linestyle=":")
axes.text(2.7, 0.55, "the cut", ha="center", va="center")
axes.set_xlim(-0.4, 4.9)
axes.set_ylim(-0.7, 0.8)
axes.set_axis_off()
figure.tight_layout()
