"""nbgrader's gradebook: its database, and the notebooks that its pages show."""
