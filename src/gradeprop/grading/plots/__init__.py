"""Plots of what a public check expected and what came: numbers first, then a small picture."""
