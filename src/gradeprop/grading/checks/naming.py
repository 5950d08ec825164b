"""The names of the arguments that a check passes by position, for showing: ``f(lr=0.1, steps=2)``
can be read, ``f(0.1, 2)`` cannot."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from gradeprop.course.model import CheckedPart, ExplanationPart, LoadedExercise
from gradeprop.session.interface import Ask, Call

__all__ = ["named", "parameters_in"]


def named(asks: Iterable[Ask], exercise: LoadedExercise, part: CheckedPart) -> tuple[Ask, ...]:
    """The asks with the parameters that the solution gives its functions: those of the part's own
    where several parts define the same name."""
    spec, solution = exercise.spec, exercise.solution
    parts = [it for it in spec.parts if not isinstance(it, ExplanationPart)]
    sources = [spec.given, *(it.given for it in parts), *(solution.get(it.part) for it in parts)]
    known: dict[str, tuple[str, ...]] = {}
    for source in (*sources, solution.get(part.part)):
        known.update(parameters_in(source or ""))
    return tuple(_named(ask, known) for ask in asks)


def _named(ask: Ask, known: Mapping[str, tuple[str, ...]]) -> Ask:
    if not isinstance(ask, Call):
        return ask
    names = known.get(ask.name, ())[: len(ask.arguments)]
    # Where some have no name, none is told: what stands behind a name must have one.
    return replace(ask, parameters=names) if len(names) == len(ask.arguments) else ask


@lru_cache(maxsize=1024)
def parameters_in(source: str) -> Mapping[str, tuple[str, ...]]:
    """By function and class at the top level, the names by which its first arguments can be passed.
    Empty for what is no Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for node in body:
        match node:
            case ast.FunctionDef(name=name, args=arguments):
                found[name] = _names(arguments)
            case ast.Assign(targets=[ast.Name(name)], value=ast.Lambda(args=arguments)):
                found[name] = _names(arguments)
            case ast.ClassDef(name=name, body=members):
                for member in members:
                    if isinstance(member, ast.FunctionDef) and member.name == "__init__":
                        found[name] = _names(member.args)[1:]
    return found


def _names(arguments: ast.arguments) -> tuple[str, ...]:
    # What may be passed by position only has no name that a call could use.
    return () if arguments.posonlyargs else tuple(item.arg for item in arguments.args)
