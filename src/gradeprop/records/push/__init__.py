"""Marks into the gradebook of another system, over its network interface."""
