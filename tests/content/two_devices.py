"""A second device for machines that have none: it tells tensors that were put on the graded device from those
that were made where Python is, and refuses to compute with both at once, as CUDA does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakIdKeyDictionary

_COPY = torch.Tensor.copy_  # what is copied into stays where it is
# These may be given tensors of both, without computing with them at once.
_MAY_MIX = {
    _COPY,
    torch.Tensor.to,
    torch.Tensor.backward,
    torch.autograd.backward,
    torch.autograd.grad,
}


class TwoDevices(TorchFunctionMode):
    """What is moved or made with a device's name lies there; what is made without lies here; what comes of
    a computation lies where its tensors lie. Tensors of one number are computed with anywhere. A module's
    parameters are not followed."""

    def __init__(self) -> None:
        self._there: Any = WeakIdKeyDictionary()
        self._here: Any = WeakIdKeyDictionary()

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        named = kwargs or {}
        given = list(_tensors((args, named)))
        there = [item for item in given if item in self._there]
        here = [item for item in given if item in self._here and item.dim() > 0]
        if there and here and func not in _MAY_MIX:
            raise RuntimeError(f"{func}: expected all tensors to be on the same device")
        result = func(*args, **named)
        if func is _COPY:
            return result
        device = named.get("device")
        put = func is torch.Tensor.to and any(isinstance(item, str) for item in args[1:])
        for item in _tensors(result):
            if put or there or isinstance(device, str):
                self._here.pop(item, None)
                self._there[item] = True
            elif item not in self._there and device is None and (here or not given):
                self._here[item] = True
        return result


def _tensors(tree: Any) -> Iterator[torch.Tensor]:
    return (item for item in tree_leaves(tree) if isinstance(item, torch.Tensor))
