"""The process that imports everything once and forks a child per submission. Holds no secret."""
