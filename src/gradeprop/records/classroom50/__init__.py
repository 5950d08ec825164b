"""The autograder for Classroom 50: packing it, and what it runs there."""
