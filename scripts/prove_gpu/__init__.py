"""Proves the GPU path on an offline machine with a GPU, layer by layer; see docs/gpu.md."""
