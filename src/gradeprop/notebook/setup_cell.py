"""The locked set-up cell: imports, gradeprop itself, and the public checks' data.

A lone ``.ipynb`` must be enough, so the data travels inside this cell as text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

_TITLE = "#@title Set-up: run this cell first (Shift + Enter)"

# Absent only where nobody could install it beforehand, as on Colab. When gradeprop is there,
# nothing is printed and nothing is looked up on the network.
_GRADEPROP = """\
try:
    import gradeprop as gp
except ModuleNotFoundError as absent:
    if absent.name != "gradeprop":
        raise
    import importlib
    import subprocess
    import sys

    print("Installing gradeprop. This is needed once and takes a minute at most.")
    pip = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "gradeprop"], capture_output=True, text=True
    )
    importlib.invalidate_caches()
    try:
        import gradeprop as gp
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "gradeprop could not be installed. Check your internet connection and run this cell again, "
            "or ask your teacher. What pip said: " + (pip.stderr.strip()[-500:] or "nothing"),
            name="gradeprop",
        ) from None
"""  # noqa: E501 - a student's cell

#: What only a set-up cell calls; used to recognise one without its metadata.
LOADER_CALL = "gp.load_public_checks("


_SAMPLES_CALL = "gp.load_samples("
_SAMPLES = re.compile(rf"\n{re.escape(_SAMPLES_CALL)}r'''\n.*?\n'''\)", re.DOTALL)


def setup_source(
    packages: Iterable[str],
    public: Mapping[str, Any],
    samples: Mapping[str, Any] = MappingProxyType({}),
) -> str:
    """Source of the set-up cell.

    Args:
        packages: modules to import besides torch, in order.
        public: JSON-able data of each exercise's public checks, by the exercise's slug.
        samples: likewise, what misconceptions' samples give to them.
    """
    imports = "\n".join(f"import {name}" for name in dict.fromkeys(("torch", *packages)))
    source = f"{_TITLE}\n{imports}\n\n{_GRADEPROP}\n{_call(LOADER_CALL, public)}"
    return f"{source}\n{_call(_SAMPLES_CALL, samples)}" if samples else source


def without_samples(source: str) -> str:
    """The source of a set-up cell, without what samples gave."""
    return _SAMPLES.sub("", source)


def _call(loader: str, data: Mapping[str, Any]) -> str:
    return f"{loader}r'''\n{public_json(data)}\n''')"


def public_json(public: Mapping[str, Any]) -> str:
    """One JSON object, one line per exercise in the given order, safe inside ``r'''…'''``.

    JSON in ASCII has apostrophes only inside its strings. Written as an escape, none is left that
    could end the Python literal; and as the text ends with ``}``, no backslash can stand before the
    end. A raw literal hands the JSON escapes on untouched, so ``json.loads`` gives back exactly
    what came in."""
    lines = [f"{json.dumps(name)}:{_compact(data)}" for name, data in public.items()]
    return ("{\n" + ",\n".join(lines) + "\n}").replace("'", "\\u0027") if lines else "{}"


def _compact(data: Any) -> str:
    return json.dumps(data, ensure_ascii=True, separators=(",", ":"))
