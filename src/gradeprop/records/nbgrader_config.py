"""The name under which courses' ``nbgrader_config.py`` files know
`gradeprop.records.nbgrader.config`."""

from gradeprop.records.nbgrader.config import configure

__all__ = ["configure"]
