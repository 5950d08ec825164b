"""The version, where everything can ask for it: pyproject.toml reads it here."""

__version__ = "0.2.0"
