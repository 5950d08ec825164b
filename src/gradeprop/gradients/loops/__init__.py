"""Training loops, right ones and wrong ones, run fast enough to try them all."""
