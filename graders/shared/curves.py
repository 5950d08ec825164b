"""Functions of one number to find the slope of, for numbers and tensors alike."""

import torch


def square(w):
    return w**2


def cube(w):
    return w**3


def wave(t):
    return t**4 - 3 * t**2 + 0.5 * t


def hyperbola(t):
    return 5 / (t + 7)


def ripple(t):
    return torch.sin(2 * t) + 0.3 * t
