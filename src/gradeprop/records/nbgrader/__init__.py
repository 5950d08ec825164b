"""nbgrader's own commands on our courses."""
