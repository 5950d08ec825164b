"""Print the files that a student's notebook needs of gradeprop: all that ``gp.check`` imports, and
what that imports, also within functions. They are the ones that must run on Python 3.10."""

from __future__ import annotations

from pathlib import Path

import grimp

ROOTS = ("gradeprop", "gradeprop.grading.public.in_notebook", "gradeprop.notebook.carried")


def needed() -> tuple[set[str], set[str]]:
    """Our own modules that are reached from `ROOTS`, and the other packages that they import."""
    graph = grimp.build_graph(
        "gradeprop", include_external_packages=True, exclude_type_checking_imports=True
    )
    ours: set[str] = set()
    others: set[str] = set()
    waiting = list(ROOTS)
    while waiting:
        module = waiting.pop()
        if not module.startswith("gradeprop"):
            others.add(module)
        elif module not in ours:
            ours.add(module)
            waiting += graph.find_modules_directly_imported_by(module)
    return ours, others


def main() -> None:
    source = Path(__file__).resolve().parents[1] / "src"
    modules, _ = needed()
    for module in sorted(modules):
        path = source.joinpath(*module.split("."))
        print(path / "__init__.py" if path.is_dir() else path.with_suffix(".py"))


if __name__ == "__main__":
    main()
