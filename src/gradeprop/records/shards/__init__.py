"""A class graded by several commands that know nothing of each other, and put together after."""
