"""Words that code may use and be known to change nothing but its own variables.

Not a list of what is dangerous, which nobody could complete: whatever is not here is not known. All
of torch and numpy here computes, or changes a tensor, array or module that it belongs to; what sets
a mode, a default, a hook or anything else that other code could meet is left out."""

from __future__ import annotations

from typing import Final

__all__ = ["ATTRIBUTES", "BUILTINS", "MODULES", "NOT_IN_FUNCTIONS", "PLOTS", "SHARED"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MODULES: Final = _words(
    "torch torch.nn torch.nn.functional torch.optim torch.optim.lr_scheduler torch.autograd "
    "torch.linalg math typing __future__ gradeprop numpy matplotlib matplotlib.pyplot"
)
"""What may be imported; not more of it than named here."""

BUILTINS: Final = _words(
    "abs all any bool dict divmod enumerate filter float frozenset int isinstance len list map max "
    "min object pow print range repr reversed round set sorted str sum super tuple type zip "
    "staticmethod classmethod property None True False NotImplemented "
    "ArithmeticError AssertionError AttributeError Exception IndexError KeyError NameError "
    "NotImplementedError RuntimeError StopIteration TypeError ValueError ZeroDivisionError"
)

DRAWS: Final = _words(
    "bernoulli dropout Dropout Embedding Linear Conv1d Conv2d MultiheadAttention RNN LSTM GRU "
    "manual_seed multinomial normal normal_ rand rand_like randint randn randn_like randperm "
    "reset_parameters uniform_"
)
"""What takes random numbers. A later cell that does changes what the next one gets, so a function
that does is not the same later."""

PLOTS: Final = _words(
    "matplotlib pyplot figure subplots subplot plot scatter semilogx semilogy loglog hist bar "
    "contour contourf quiver imshow colorbar fill_between errorbar axhline axvline annotate text "
    "title suptitle xlabel ylabel set_title set_xlabel set_ylabel xlim ylim set_xlim set_ylim "
    "xticks yticks legend grid axis tight_layout show"
)
"""What draws pictures, of which only other pictures hear: a function that does is not the same
later, and all others are."""

NOT_IN_FUNCTIONS: Final = DRAWS | PLOTS

SHARED: Final = _words(
    "Tensor Parameter Module Function ndarray nn functional optim lr_scheduler autograd linalg "
    "pyplot"
)
"""What has attributes that other code looks up. To call it or to look into it is one thing; who
holds it may set them."""

ATTRIBUTES: Final = NOT_IN_FUNCTIONS | _words(
    # modules and classes
    "nn functional optim autograd linalg Tensor Parameter Module ModuleList Sequential Function "
    "ReLU Sigmoid Tanh Softplus Softmax GELU SiLU LeakyReLU Flatten Identity MSELoss L1Loss "
    "BCELoss BCEWithLogitsLoss CrossEntropyLoss NLLLoss SmoothL1Loss HuberLoss "
    "SGD Adam AdamW RMSprop Adagrad lr_scheduler StepLR MultiStepLR ExponentialLR LambdaLR "
    "CosineAnnealingLR LinearLR get_last_lr "
    # making tensors
    "tensor as_tensor zeros ones full empty eye arange linspace zeros_like ones_like full_like "
    "empty_like new_zeros new_ones new_tensor "
    # dtypes, devices, facts
    "float16 bfloat16 float32 float64 int32 int64 long double float half int bool dtype device "
    "shape size ndim dim numel is_leaf requires_grad grad_fn is_tensor is_floating_point "
    "finfo eps iinfo next_functions inf nan pi e tau "
    # gradients
    "backward grad zero_grad zero_ step requires_grad_ retain_grad detach detach_ clone item "
    "tolist no_grad enable_grad data save_for_backward saved_tensors apply needs_input_grad "
    "gradcheck jacobian hessian vjp jvp "
    # arithmetic and functions
    "add sub mul div neg abs square sqrt rsqrt exp expm1 log log1p log2 log10 pow sin cos tan sinh "
    "cosh tanh asin acos atan atan2 sigmoid relu softplus softmax log_softmax logsumexp gelu silu "
    "leaky_relu mse_loss l1_loss cross_entropy binary_cross_entropy nll_loss smooth_l1_loss "
    "binary_cross_entropy_with_logits one_hot normalize "
    "maximum minimum max min argmax argmin sum mean var std prod cumsum norm dist clamp clip sign "
    "floor ceil trunc round where dot matmul mm mv bmm outer einsum inner cross det inv solve "
    "trace diag diagonal eig eigh eigvals eigvalsh svd qr cholesky vector_norm matrix_norm cov "
    "corrcoef nan_to_num gradient "
    "hypot fabs isnan isinf isfinite isclose allclose equal eq ne lt le gt ge any all sort topk "
    "add_ sub_ mul_ div_ neg_ copy_ fill_ clamp_ addcmul_ addcdiv_ lerp lerp_ addmm "
    # shapes
    "reshape view flatten squeeze unsqueeze transpose permute t T mT expand expand_as repeat stack "
    "narrow cat concat concatenate chunk split unbind roll flip gather scatter index_select "
    "masked_fill triu tril meshgrid tile broadcast_to contiguous to cpu type "
    # modules and optimizers
    "parameters named_parameters weight bias forward train eval param_groups "
    # lists, dicts and strings
    "append extend insert pop remove clear copy count index reverse items keys values get update "
    "setdefault join format split strip lstrip rstrip lower upper replace startswith endswith "
    "is_integer conjugate real imag "
    # numpy
    "numpy array asarray from_numpy ndarray astype "
    # gradeprop in the notebook, and what classes of one's own define
    "check progress __init__ __call__ __repr__ __str__"
)
"""What may stand after a dot or be imported by name."""
