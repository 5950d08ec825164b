"""Which code of a grader travels to the student's side: a function and all that it names.

Seen from the text alone; nothing runs. Torch and math are there on the other side, and what the
function's own file (or graders/shared/) defines travels along. Whatever else it names is refused:
it would be missing there, or mean something else."""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from gradeprop.course.constants import is_constant
from gradeprop.errors import CourseProblem

__all__ = ["PythonFile", "Travelling", "bindings", "shared_name", "travelling"]

SHARED: Final = "graders.shared"
_TRAVEL: Final = ("torch", "math")
_BUILTINS: Final = frozenset(dir(builtins))
# Annotations are for whoever reads the grader: what they name need not be there.
_HEAD: Final = "from __future__ import annotations"


@dataclass(frozen=True, eq=False)
class PythonFile:
    """A file of the author's.

    Attributes:
        path: what it is called in messages.
    """

    path: str
    text: str
    tree: ast.Module


@dataclass(frozen=True)
class Travelling:
    """What of a function travels, and why it cannot.

    Attributes:
        source: Python that defines it; of no use if anything is refused.
        refused: what it names that does not travel.
    """

    source: str
    refused: tuple[CourseProblem, ...]


Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def travelling(name: str, file: PythonFile, shared: Mapping[str, PythonFile]) -> Travelling:
    """The function ``name`` of ``file`` with all that it names.

    Args:
        shared: the files of graders/shared/ by their names without ``.py``.
    """
    packing = _Packing(name, shared)
    packing.take(name, file, file.tree)
    return Travelling(packing.source(), tuple(packing.refused))


def bindings(tree: ast.Module) -> dict[str, list[ast.stmt]]:
    """The statements at the top of a file that bind each name."""
    bound: dict[str, list[ast.stmt]] = {}
    for statement in tree.body:
        for name in _bound_by(statement):
            bound.setdefault(name, []).append(statement)
    return bound


def shared_name(statement: ast.stmt, name: str) -> tuple[str, str] | None:
    """The file of graders/shared/ that ``name`` is imported from, and its name there."""
    if not isinstance(statement, ast.ImportFrom) or statement.level:
        return None
    package, _, module = (statement.module or "").rpartition(".")
    if package != SHARED:
        return None
    return module, next(item.name for item in statement.names if _binds(item) == name)


@dataclass
class _Packing:
    """Collects what a function needs.

    Attributes:
        harness: the function's name.
        shared: by name, the files of graders/shared/.
        refused: what cannot be packed.
    """

    harness: str
    shared: Mapping[str, PythonFile]
    refused: list[CourseProblem] = field(default_factory=list)
    _imports: dict[str, None] = field(default_factory=dict)
    _files: list[PythonFile] = field(default_factory=list)
    _taken: dict[tuple[str, str], ast.stmt] = field(default_factory=dict)
    _owners: dict[str, str] = field(default_factory=dict)

    def source(self) -> str:
        """All pieces, each file's in its own order, those that others build on first."""
        lines = [_HEAD, *self._imports]
        for file in self._files:
            own = [item for (path, _), item in self._taken.items() if path == file.path]
            own.sort(key=lambda item: (item.lineno, item.col_offset))
            lines += [_text_of(item, file) for item in own]
        return "\n".join(lines) + "\n"

    def take(self, name: str, file: PythonFile, at: ast.AST) -> None:
        """Pack what ``name`` means in ``file``; ``at`` is where it is named."""
        if (file.path, name) in self._taken:
            return
        if file not in self._files:
            self._files.append(file)
        found = bindings(file.tree).get(name, [])
        if not found:
            if name not in _BUILTINS:
                self._refuse(
                    file, at, f"names {name!r}, which this file does not define",
                    f"pass it as an argument: an object of the student's is student.name({name!r})",
                )  # fmt: skip
            return
        if len(found) > 1 and not all(isinstance(item, ast.Import) for item in found):
            remedy = "bind it once, or pass it as an argument"
            self._refuse(file, at, f"names {name!r}, which is bound more than once", remedy)
            return
        for statement in found:
            self._take(name, statement, file, at)

    def _take(self, name: str, statement: ast.stmt, file: PythonFile, at: ast.AST) -> None:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            self._take_import(name, statement, file, at)
            return
        if not isinstance(statement, Definition) and not is_constant(statement):
            self._refuse(
                file, at, f"names {name!r}, which is not a constant",
                "write it as numbers, words or torch.tensor([...]), or pass it as an argument",
            )  # fmt: skip
            return
        if self._is_taken_elsewhere(name, f"{file.path}:{statement.lineno}", file, at):
            return
        self._taken[file.path, name] = statement
        self._refuse_inner_imports(statement, file)
        for needed in sorted(_globals_of(_text_of(statement, file))):
            self.take(needed, file, _first(needed, statement))

    def _take_import(
        self, name: str, statement: ast.Import | ast.ImportFrom, file: PythonFile, at: ast.AST
    ) -> None:
        origin = shared_name(statement, name)
        if origin is not None:
            self._take_shared(name, *origin, file, at)
            return
        alias = next(item for item in statement.names if _binds(item) == name)
        text = _import_text(statement, alias)
        if not _may_travel(statement, alias):
            self._refuse(
                file, at, f"names {name!r} of {text!r}, which does not travel",
                "only torch and math do: work it out in the check and pass it as an argument",
            )  # fmt: skip
        elif not self._is_taken_elsewhere(name, text.partition(".")[0], file, at):
            self._imports[text] = None

    def _take_shared(
        self, name: str, module: str, original: str, file: PythonFile, at: ast.AST
    ) -> None:
        home = self.shared.get(module)
        if home is None:
            path = f"graders/shared/{module}.py"
            self._refuse(file, at, f"names {name!r} of {path}, which is not there", f"write {path}")
        elif name != original:
            remedy = f"write from {SHARED}.{module} import {original}"
            self._refuse(file, at, f"names {original!r} by another name", remedy)
        else:
            self._put_before(home, file)
            self.take(original, home, home.tree)

    def _put_before(self, home: PythonFile, file: PythonFile) -> None:
        """What a file builds on is defined before it."""
        before = self._files[: self._files.index(file)]
        if home in before:
            return
        rest = [item for item in self._files[len(before) :] if item is not home]
        self._files = [*before, home, *rest]

    def _is_taken_elsewhere(self, name: str, what: str, file: PythonFile, at: ast.AST) -> bool:
        """Whether the name already means something else: all that travels stands in one module."""
        if self._owners.setdefault(name, what) == what:
            return False
        remedy = "rename one of them"
        self._refuse(file, at, f"names {name!r}, which means two things in two files", remedy)
        return True

    def _refuse_inner_imports(self, statement: ast.stmt, file: PythonFile) -> None:
        for node in ast.walk(statement):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            for alias in node.names:
                if not _may_travel(node, alias):
                    self._refuse(
                        file, node, f"says {_import_text(node, alias)!r}",
                        "only torch and math may be imported there",
                    )  # fmt: skip

    def _refuse(self, file: PythonFile, at: ast.AST, what: str, remedy: str) -> None:
        line, column = getattr(at, "lineno", 1), getattr(at, "col_offset", 0) + 1
        told = f"{self.harness!r} runs on the student's side and {what}"
        self.refused.append(CourseProblem(file.path, line, column, told, remedy))


def _bound_by(statement: ast.stmt) -> Iterator[str]:
    """The global names that a statement at the top of a file binds, each once."""
    if isinstance(statement, Definition):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from map(_binds, statement.names)
    else:
        stored = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
        yield from {node.id for node in stored if not isinstance(node.ctx, ast.Load)}


def _binds(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _import_text(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    named = f" as {alias.asname}" if alias.asname else ""
    if isinstance(statement, ast.Import):
        return f"import {alias.name}{named}"
    return f"from {'.' * statement.level}{statement.module or ''} import {alias.name}{named}"


def _may_travel(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> bool:
    if isinstance(statement, ast.Import):
        return alias.name.partition(".")[0] in _TRAVEL
    return statement.level == 0 and (statement.module or "").partition(".")[0] in _TRAVEL


def _text_of(statement: ast.stmt, file: PythonFile) -> str:
    """The statement as it stands in the file, its decorators included."""
    if not isinstance(statement, Definition):
        return ast.get_source_segment(file.text, statement) or ""
    first = min([statement.lineno, *(item.lineno for item in statement.decorator_list)])
    # As Python counts lines: a form feed, say, ends none.
    lines = re.split(r"\r\n?|\n", file.text)
    return "\n".join(lines[first - 1 : statement.end_lineno])


def _globals_of(text: str) -> set[str]:
    """The global names that a piece of code looks up, but for those that it binds itself."""
    top = symtable.symtable(f"{_HEAD}\n{text}", "harness", "exec")
    own = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}
    return set(_looked_up(top)) - own - {"annotations"}


def _looked_up(scope: symtable.SymbolTable) -> Iterator[str]:
    at_top = scope.get_type() == "module"
    for symbol in scope.get_symbols():
        if symbol.is_referenced() and (at_top or symbol.is_global()):
            yield symbol.get_name()
    for inner in scope.get_children():
        yield from _looked_up(inner)


def _first(name: str, tree: ast.AST) -> ast.AST:
    """Where a name stands first."""
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name)
    return min(found, key=lambda node: (node.lineno, node.col_offset), default=tree)
