"""What students read for the errors that PyTorch beginners meet: what happened, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

NOTHING_RETURNED = "backward() and print() return nothing"
WHAT_GIVES_NONE = (
    f"Mind: {NOTHING_RETURNED}, and .grad is None where no backward has arrived, where it was "
    "cleared, and in a tensor that is itself the result of a computation."
)
"""Where None comes from."""

ERROR_WORDS: Mapping[str, str] = {
    "leaf_changed": (
        "A tensor that requires grad was changed in place while autograd was watching. Update it "
        "under torch.no_grad() (with torch.no_grad(): w -= lr * w.grad), or compute a new "
        "tensor in place of changing this one."
    ),
    "view_of_leaf_changed": (
        "A part of a tensor that requires grad, such as w[0] or w.view(...), was changed in place "
        "while autograd was watching. Write into it inside torch.no_grad(), or fill it before you "
        "call requires_grad_()."
    ),
    "backward_twice": (
        "backward ran a second time through the same computation, whose intermediate values are "
        "gone after the first. Compute the loss anew before each backward, inside the loop; and "
        "where a value is carried over from the step before, detach() it."
    ),
    "backward_of_many": (
        "backward() without an argument starts from a single number, but this tensor has several "
        "elements. Reduce it with .sum() or .mean(), whichever the task means, or say with which "
        "weights they count: backward(torch.ones_like(z))."
    ),
    "changed_before_backward": (
        "A tensor that backward still needs was changed in place after it had been used (by an "
        "operation such as +=, add_() or x[0] = ...). Compute a new tensor in place of it, "
        "x = x + 1, or change it only after backward."
    ),
    "unused_input": (
        "The result was differentiated with respect to a tensor that it does not depend on. Is it "
        "computed from that very tensor, and not from a copy or from another one of that name? If "
        "it may be unused, allow_unused=True gives None for it, which stands for zeros."
    ),
    "integer_leaf": (
        "Only floating-point tensors can require grad, and whole numbers make a tensor of "
        "integers. Write them with a decimal point, torch.tensor([1.0, 2.0]), or say "
        "dtype=torch.float32."
    ),
    "shapes_do_not_multiply": (
        "These shapes cannot be multiplied: in A @ B the columns of A must be as many as the rows "
        "of B. Print both shapes. Is a transpose (.T) missing, are the two in the wrong order, or "
        "is * meant?"
    ),
    "shapes_do_not_fit": (
        "These two tensors do not fit element by element: counted from the right, each dimension "
        "must be the same in both, or 1. Print both shapes. Is a sum, a transpose or a reshape "
        "missing?"
    ),
    "upstream_shape": (
        "The tensor that backward was given must have the shape of the tensor that it was called "
        "on: it holds one weight for each of its elements."
    ),
    "number_of_gradients": (
        "The backward of an autograd.Function must return one value for each argument of forward "
        "(without ctx), in that order, and None for those that are no tensors."
    ),
    "dtypes_differ": (
        "Tensors of one operation have different dtypes. torch.tensor(1.0) is float32, numpy's "
        "numbers are float64, whole numbers make integers: make new tensors like the input, "
        "dtype=x.dtype, or convert with .to(x.dtype)."
    ),
    "devices_differ": (
        "Tensors of one calculation live on different devices. Make new ones where the others are, "
        "device=x.device, and move a model and its data to the same device."
    ),
    "no_gpu": (
        "This machine has no GPU that PyTorch can use. Do not ask for one by name: make tensors "
        "like the input, device=x.device, or choose with torch.cuda.is_available()."
    ),
    "numpy_of_grad": (
        "numpy cannot take a tensor that requires grad, since it would lose the graph. Stay with "
        "torch's own functions where a gradient is to flow; to look at the numbers, use "
        "x.detach().numpy()."
    ),
    "more_than_one_number": (
        "A tensor of several elements was to become one Python number, by .item(), float(), a "
        "function of math, or torch.tensor(...) around tensors, which torch.stack can join. Reduce "
        "it first with .sum() or .mean(), whichever the task means, choose an element such as "
        "x[0], or go on with the tensor."
    ),
    "truth_of_many": (
        "A comparison of tensors gives one truth value for each element, and if or while needs a "
        "single one: use .all() or .any(), or torch.where to choose element by element. A loss of "
        "torch.nn is made first and called then: nn.MSELoss()(y, t), not nn.MSELoss(y, t)."
    ),
    "module_not_started": (
        "An nn.Module was used before PyTorch had set it up. Let the first line of its __init__ be "
        "super().__init__(), with both pairs of brackets, before anything is assigned to self."
    ),
    "no_forward": (
        "A module was called that has no forward. Write def forward(self, x): inside its class, "
        "spelled so and indented as __init__ is."
    ),
    "parameter_replaced": (
        "A parameter of a module was to be replaced by a plain tensor. Change its values in "
        "place, under torch.no_grad(): self.w -= lr * self.w.grad, or self.w.copy_(new)."
    ),
    "nothing_to_optimize": (
        "The optimizer was given no parameters. A module has those that its __init__ assigned to "
        "self as nn.Parameter or as another module, and not a plain tensor or modules in a list "
        "(nn.ModuleList is for them); and model.parameters() can be gone through only once, so "
        "call it anew."
    ),
    "not_parameters": (
        "The optimizer was given something else than the tensors that it is to change. It takes "
        "model.parameters(), or a list of them: [w, b], and [w] for one."
    ),
    "optimizer_of_computed": (
        "The optimizer was given the result of a computation. It changes tensors that you start "
        "from: make each itself with requires_grad=True, without * 0.1 or .to(...) after it."
    ),
    "flag_of_computed": (
        "requires_grad was to be changed of the result of a computation. It belongs to the "
        "tensors that you start from; of a result, .detach() is a copy without the graph."
    ),
    "wrong_arguments": (
        "Something was called with other arguments than its def line takes. Count those of both, "
        "by name. The self of a method comes first and is not passed: model(x) calls "
        "forward(self, x). And a class is called with what __init__ takes, its objects with what "
        "forward takes."
    ),
    "none_used": (
        f"Something that it computes with is None. {WHAT_GIVES_NONE} Of a tensor x that you are "
        "given, x.detach().clone().requires_grad_() is a copy of your own that keeps its .grad."
    ),
    "number_has_no_graph": (
        "backward() was called on a Python number, which knows nothing of where it came from. "
        "Leave out .item() or float() on the way to it, and call backward on the tensor."
    ),
    "local_before_value": (
        "A name that is assigned anywhere in a function is local to it, and here it was used "
        "before that. Pass the value in as an argument, or use another name for the new one."
    ),
    "unknown_name": (
        "A name was used that does not exist there. Is it spelled as where it was made, and did "
        "that cell run? What is assigned inside a function exists only in it: return it. And text "
        "needs quotes."
    ),
    "grad_of_computed": (
        "The .grad of a tensor that is itself the result of a computation was looked at. .grad is "
        "kept for the tensors that you made with requires_grad=True; call retain_grad() on another "
        "one before backward if you want to see its gradient."
    ),
}
