"""The version, where everything can ask for it: pyproject.toml reads it here."""

__version__ = "0.1.0"
