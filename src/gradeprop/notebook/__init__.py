"""Course to notebook, and a submitted notebook to the cells that are run."""
