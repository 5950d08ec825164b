"""The autograder for Gradescope: packing it, and what it runs there."""
