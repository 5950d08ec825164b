"""First and second derivatives of one tensor's function, in float64, by torch.autograd."""

from __future__ import annotations

import torch

from gradeprop.gradients.problems.quotients import Function

__all__ = ["floating_point", "gradient", "hessian", "jacobian", "scalar_of"]


def floating_point(problem: str, at: torch.Tensor) -> torch.Tensor:
    """A float64 copy of ``at`` of the same shape, on its device.

    Raises:
        ValueError: it is no floating tensor.
    """
    if not isinstance(at, torch.Tensor) or not at.dtype.is_floating_point:
        raise ValueError(f"{problem}: at must be a floating tensor")
    with torch.inference_mode(False):
        return at.detach().to(torch.float64, copy=True)


def jacobian(f: Function, at: torch.Tensor) -> torch.Tensor:
    """J[i, j] = ∂f_i/∂x_j, of the shape of f(x) followed by that of x
    (`torch.autograd.functional.jacobian`)."""
    with torch.inference_mode(False), torch.enable_grad():
        found: torch.Tensor = torch.autograd.functional.jacobian(  # type: ignore[no-untyped-call]
            f, at.clone()
        )
    return found.detach()


def hessian(f: Function, at: torch.Tensor) -> torch.Tensor:
    """H[i, j] = ∂²f/∂x_i∂x_j of a scalar f, of the shape of x twice over
    (`torch.autograd.functional.hessian`)."""
    with torch.inference_mode(False), torch.enable_grad():
        found: torch.Tensor = torch.autograd.functional.hessian(  # type: ignore[no-untyped-call]
            f, at.clone()
        )
    return found.detach()


def gradient(f: Function, at: torch.Tensor) -> torch.Tensor:
    """∂f/∂x of a scalar f, of the shape of x."""
    return jacobian(f, at).reshape(at.shape)


def scalar_of(problem: str, f: Function, at: torch.Tensor) -> Function:
    """``f`` with its one number in a tensor of shape ().

    Raises:
        ValueError: f(x) is no tensor of one element.
    """

    def scalar(x: torch.Tensor) -> torch.Tensor:
        value = f(x)
        if not isinstance(value, torch.Tensor) or value.numel() != 1:
            found = tuple(value.shape) if isinstance(value, torch.Tensor) else type(value).__name__
            raise ValueError(f"{problem}: f(x) must be a tensor of one element, not {found}")
        return value.reshape(())

    with torch.no_grad():
        scalar(at)
    return scalar
