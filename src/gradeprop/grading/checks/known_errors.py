"""The errors that PyTorch beginners meet: causes of the engine, known by type and text.

The texts are torch's own and differ between its versions, so that as little of each is asked for as
tells it from all others; where type or text does not agree, there is no cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["WELL_KNOWN_ERRORS", "cause_of_error"]

WELL_KNOWN_ERRORS: Final = frozenset(
    {
        "AssertionError", "AttributeError", "ImportError", "IndexError", "KeyError",
        "ModuleNotFoundError", "NameError", "NotImplementedError", "RecursionError",
        "RuntimeError", "SyntaxError", "TypeError", "UnboundLocalError", "ValueError",
        "ZeroDivisionError",
    }
)  # fmt: skip
"""What an error may be called where the question is hidden: with every name that Python has, the
choice could carry as much as a number does."""


@dataclass(frozen=True)
class _Known:
    """An error: its types, and the texts of which one must be in it, each all of its pieces."""

    cause: str
    types: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]

    def is_seen_in(self, type_name: str, message: str) -> bool:
        found = (all(piece in message for piece in pieces) for pieces in self.texts)
        return type_name in self.types and any(found)


_RUNTIME: Final = ("RuntimeError",)
_KNOWN: Final = (
    _Known("view_of_leaf_changed", _RUNTIME, (("a view of a leaf", "in-place operation"),)),
    _Known("leaf_changed", _RUNTIME, (("a leaf variable that requires grad", "in-place"),)),
    _Known("backward_twice", _RUNTIME, (("backward through the graph a second time",),)),
    _Known(
        "backward_of_many",
        _RUNTIME,
        (("grad can be", "created only for scalar outputs"),),
    ),
    _Known("changed_before_backward", _RUNTIME, (("modified by an inplace operation",),)),
    _Known("detached", _RUNTIME, (("does not require grad",),)),
    _Known("unused_input", _RUNTIME, (("not have been used in the graph",),)),
    _Known("integer_leaf", _RUNTIME, (("tensors of floating point", "can require grad"),)),
    _Known(
        "shapes_do_not_multiply",
        _RUNTIME,
        (
            ("shapes cannot be multiplied",),
            ("size mismatch, got input",),
            ("inconsistent tensor size", "same number of elements"),
            ("expected size for first two dimensions of batch2",),
        ),
    ),
    _Known(
        "shapes_do_not_fit",
        _RUNTIME,
        (
            ("the size of tensor a", "must match the size of tensor b"),
            ("output with shape", "doesn't match the broadcast shape"),
        ),
    ),
    _Known("upstream_shape", _RUNTIME, (("mismatch in shape: grad_output",),)),
    _Known("number_of_gradients", _RUNTIME, (("returned an incorrect number of gradients",),)),
    _Known(
        "dtypes_differ",
        _RUNTIME,
        (
            ("expected", "to have the same dtype"),
            ("must have the same dtype",),
            ("expected both vectors to have same dtype",),
            ("expected scalar type", "but found"),
            ("found dtype", "but expected"),
        ),
    ),
    _Known("no_gpu", ("AssertionError",), (("not compiled with cuda enabled",),)),
    _Known("no_gpu", _RUNTIME, (("found no nvidia driver",), ("no cuda gpus are available",))),
    _Known(
        "devices_differ",
        _RUNTIME,
        (("expected all tensors to be on the same device",), ("is not on the expected device",)),
    ),
    _Known("devices_differ", ("TypeError",), (("device type tensor to numpy",),)),
    _Known("numpy_of_grad", _RUNTIME, (("can't call numpy() on tensor that requires grad",),)),
    _Known(
        "more_than_one_number",
        ("ValueError", "RuntimeError", "TypeError"),
        (
            ("only one element tensors can be converted to python scalars",),
            ("elements cannot be converted to scalar",),
        ),
    ),
    _Known(
        "truth_of_many",
        _RUNTIME,
        (("boolean value of tensor with more than one value",),),
    ),
    _Known(
        "module_not_started",
        ("AttributeError",),
        (
            ("cannot assign", "before module.__init__() call"),
            ("object has no attribute '_parameters'",),
            ("object has no attribute '_modules'",),
            ("object has no attribute '_backward_hooks'",),
        ),
    ),
    _Known(
        "module_not_started",
        ("TypeError",),
        (("descriptor '__init__' of 'super' object needs an argument",),),
    ),
    _Known("no_forward", ("NotImplementedError",), (('missing the required "forward"',),)),
    _Known("parameter_replaced", ("TypeError",), (("cannot assign", "as parameter"),)),
    _Known("nothing_to_optimize", ("ValueError",), (("optimizer got an empty parameter list",),)),
    _Known(
        "not_parameters",
        ("TypeError",),
        (
            ("params argument given to the optimizer should be an iterable",),
            ("optimizer can only optimize tensors",),
        ),
    ),
    _Known("optimizer_of_computed", ("ValueError",), (("can't optimize a non-leaf tensor",),)),
    _Known(
        "flag_of_computed",
        _RUNTIME,
        (("you can only change requires_grad flags of leaf variables",),),
    ),
    _Known(
        "wrong_arguments",
        ("TypeError",),
        (
            ("missing", "required positional argument"),
            ("missing", "required keyword-only argument"),
            ("takes", "positional argument", "given"),
            ("got an unexpected keyword argument",),
            ("got multiple values for argument",),
        ),
    ),
    _Known("none_used", ("AttributeError",), (("'nonetype' object has no attribute",),)),
    _Known(
        "none_used",
        ("TypeError",),
        (
            ("unsupported operand type(s) for", "'nonetype'"),
            ("'nonetype' object is not subscriptable",),
            ("must be tensor, not nonetype",),
        ),
    ),
    _Known(
        "number_has_no_graph",
        ("AttributeError",),
        (("'float' object has no attribute 'backward'",),),
    ),
    _Known("local_before_value", ("UnboundLocalError",), (("local variable",),)),
    _Known("unknown_name", ("NameError",), (("name '", "is not defined"),)),
    _Known(
        "grad_of_computed",
        ("UserWarning",),
        ((".grad attribute of a tensor that is not a leaf",),),
    ),
)


def cause_of_error(type_name: str, message: str) -> str | None:
    """The cause that an exception's type and text tell, if any."""
    lowered = message.casefold()
    found = (known.cause for known in _KNOWN if known.is_seen_in(type_name, lowered))
    return next(found, None)
