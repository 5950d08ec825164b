"""The locked set-up cell: imports, gradeprop itself, and the public checks' data.

A lone ``.ipynb`` must be enough, so the data travels inside this cell as text, and so does the
part of gradeprop that ``gp.check`` needs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from gradeprop.notebook.packing import CARRIER, Package, as_text

_TITLE = "#@title Set-up: run this cell first (Shift + Enter)"

# What the cell does to have gradeprop stands between this line and the first that uses it. Where
# notebooks are graded it is there already.
_BEGINS = "# gradeprop checks your answers."
_PRESENT = f"""\
{_BEGINS}
import gradeprop as gp
"""
_CARRIED = f"""\
{_BEGINS} It travels in this cell: nothing is installed, and no network is needed.
# gradeprop %(version)s, sha256 %(digest)s
def _carried():
    import base64
    import bz2
    import json

    files = json.loads(bz2.decompress(base64.b64decode('''
%(text)s
''')))
    name = "{CARRIER}"
    here = {{"__name__": "gradeprop_carried"}}
    exec(compile(files[name], name, "exec"), here)
    return here["use"](files, "%(version)s", "%(digest)s")


gp = _carried()
"""
_INSTALLED = f"""\
{_BEGINS} Where it is not there yet, it is installed.
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
        [sys.executable, "-m", "pip", "install", "--quiet", %(install)s], capture_output=True, text=True
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
_VERSION = re.compile(r"# gradeprop ([\w.+-]{1,40}), sha256 ([0-9a-f]{12})$", re.MULTILINE)


def setup_source(
    packages: Iterable[str],
    public: Mapping[str, Any],
    samples: Mapping[str, Any] = MappingProxyType({}),
    *,
    ready: str = "",
    package: Package | str | None = None,
) -> str:
    """Source of the set-up cell.

    Args:
        packages: modules to import besides torch, in order.
        public: JSON-able data of each exercise's public checks, by the exercise's slug.
        samples: likewise, what misconceptions' samples give to them.
        ready: what the notebook is, told at the end.
        package: gradeprop to carry along, or what pip is to install; None where it is there.
    """
    imports = "\n".join(f"import {name}" for name in dict.fromkeys(("torch", *packages)))
    calls = [f"{LOADER_CALL}r'''\n{public_json(public)}\n''')"]
    if samples:
        # Packed, a sixth of it: where a notebook is graded it is left out.
        calls.append(f"{_SAMPLES_CALL}r'''\n{as_text(_compact(samples).encode())}\n''')")
    told = f"✓ Ready: {ready}. gradeprop" if ready else "✓ Ready. gradeprop"
    return "\n".join(
        (
            _TITLE,
            'print("Loading PyTorch …")',
            f"{imports}\n",
            _obtained(package),
            *calls,
            f"print({json.dumps(told, ensure_ascii=False)}, gp.__version__)",
        )
    )


def _obtained(package: Package | str | None) -> str:
    if package is None:
        return _PRESENT
    if isinstance(package, str):
        return _INSTALLED % {"install": json.dumps(package)}
    return _CARRIED % vars(package)


def without_samples(source: str) -> str:
    """The source of a set-up cell, without what samples gave."""
    return _SAMPLES.sub("", source)


def without_package(source: str) -> str:
    """The source of a set-up cell that uses the gradeprop that is there."""
    begin = source.find(f"\n{_BEGINS}")
    end = source.find(f"\n{LOADER_CALL}", begin)
    if begin < 0 or end < 0:
        return source
    return f"{source[:begin]}\n{_PRESENT}{source[end:]}"


def carried_in(source: str) -> tuple[str, str] | None:
    """Version and digest of the gradeprop that a set-up cell says it carries; None if it carries
    none. A student can have written anything there."""
    for found in _VERSION.finditer(source):
        if source[max(0, found.start() - 1) : found.start()] in ("", "\n"):  # a line of its own
            return found[1], found[2]
    return None


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
