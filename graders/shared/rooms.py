"""Temperatures, in degrees, at a place in metres: a tensor with one number for each axis."""

import torch


def text(place):
    """The room of the text, 20 + 2x - y + xy/2."""
    x, y = place[0], place[1]
    return 20 + 2 * x - y + 0.5 * x * y


def stove(place):
    """Warm near a stove at (1, 2)."""
    x, y = place[0] - 1, place[1] - 2
    return 18 + 12 * torch.exp(-(x**2 + 2 * y**2) / 3)


def draught(place):
    """A room of any number of axes: waves along the first, warmer towards the end of the last."""
    return 15 + 2 * torch.sin(1.3 * place[0]) + 0.4 * (place**2).sum() + place[0] * place[-1]
