"""Public checks as JSON: fixed inputs, expected numbers and known wrong answers, to travel in a
notebook.

The numbers survive exactly: a float32 or float64 is written as the shortest decimal that reads back
as the same value, and ``nan`` and ``inf`` as words, since JSON has none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from gradeprop.course.options import Allowed
from gradeprop.gradients.answer import Answer
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.diagnosis.prune import prune
from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks import expected, signs
from gradeprop.grading.checks.handle import After, Handle, Key, Step
from gradeprop.grading.checks.script import Probe, Script, anywhere
from gradeprop.grading.checks.seal import Box, Boxes, Seal
from gradeprop.session.interface import Argument, Ask, Bound, Call, Code, Define, Read, ReadAll, Run


def encode_script(script: Script, causes: frozenset[str]) -> dict[str, Any]:
    """A script as JSON; of the known wrong answers only those of ``causes`` are kept."""
    spoken = []
    for probe in script.probes:
        known = probe.alternatives.items()
        spoken.append({cause: list(answers) for cause, answers in known if cause in causes})
    probes = [
        _encode_probe(replace(probe, alternatives=alternatives, ruled_out=probe.ruled_out & causes))
        for probe, alternatives in zip(script.probes, prune(spoken), strict=True)
    ]
    kept = [signs.to_dict(sign) for sign in script.signs if sign.cause in causes]
    return {
        "asks": [_encode_ask(ask) for ask in script.asks],
        "probes": probes,
        **({"signs": kept} if kept else {}),
        **({"boxes": asdict(script.boxes)} if script.sealed else {}),
    }


def decode_script(data: dict[str, Any]) -> Script:
    return Script(
        tuple(_decode_ask(ask) for ask in data["asks"]),
        tuple(_decode_probe(probe) for probe in data["probes"]),
        tuple(map(signs.from_dict, data.get("signs", ()))),
        _decode_boxes(data["boxes"]) if "boxes" in data else Boxes(),
    )


def _decode_boxes(data: dict[str, Any]) -> Boxes:
    items = tuple(
        Box(tuple(map(_decode_grid, item["grids"])), item["tag"], item["text"])
        for item in data["items"]
    )
    return Boxes(data["salt"], data["rounds"], items)


def _decode_grid(data: Any) -> Any:
    return None if data is None else tuple((begin, width) for begin, width in data)


def encode_allowed(allowed: Mapping[str, Allowed]) -> dict[str, Any]:
    """What may be assigned to each name, as JSON."""
    return {name: asdict(item) for name, item in allowed.items()}


def decode_allowed(part: Mapping[str, Any], script: Script) -> dict[str, Allowed]:
    """Of a part's data; those of earlier releases have the options of every name alike."""
    if "options" in part:
        return {ask.name: Allowed(tuple(part["options"])) for ask in script.asks}
    told = part.get("allowed", {})
    return {name: Allowed(**{**item, "words": tuple(item["words"])}) for name, item in told.items()}


def _encode_ask(ask: Ask) -> dict[str, Any]:
    if isinstance(ask, Read):
        return {"read": ask.name}
    if isinstance(ask, ReadAll):
        return {"all": list(ask.names)}
    if isinstance(ask, Define):
        raise TypeError("a public check cannot carry a Define")
    passed = {
        "arguments": [encode_value(item) for item in ask.arguments],
        "keywords": {name: encode_value(item) for name, item in ask.keywords.items()},
    }
    if isinstance(ask, Run):
        return {"run": encode_value(ask.function), **passed}
    may_change = {"may_change": list(ask.may_change)} if ask.may_change else {}
    parameters = {"parameters": list(ask.parameters)} if ask.parameters else {}
    return {"call": ask.name, **passed, **may_change, **parameters}


def _decode_ask(data: dict[str, Any]) -> Ask:
    if "read" in data:
        return Read(data["read"])
    if "all" in data:
        return ReadAll(tuple(data["all"]))
    arguments = tuple(decode_value(item) for item in data["arguments"])
    keywords = {name: decode_value(item) for name, item in data["keywords"].items()}
    if "run" in data:
        return Run(Code(*data["run"]["code"]), arguments, keywords)
    may_change, parameters = (tuple(data.get(key, ())) for key in ("may_change", "parameters"))
    return Call(data["call"], arguments, keywords, may_change, parameters)


def _encode_step(step: Step) -> Any:
    if isinstance(step, Key):
        return {"key": step.name}
    return {"after": step.argument} if isinstance(step, After) else step


def _decode_step(data: Any) -> Step:
    if not isinstance(data, dict):
        step: Step = data
        return step
    return Key(data["key"]) if "key" in data else After(data["after"])


def _encode_probe(probe: Probe) -> dict[str, Any]:
    return {
        "ask": probe.handle.ask,
        "path": list(map(_encode_step, probe.handle.path)),
        "answer": encode_answer(probe.answer),
        # The notebook may run on another device than where it was built.
        "rule": anywhere(probe.rule).to_dict(),
        "labels": list(probe.labels),
        "alternatives": {
            cause: list(map(encode_answer, answers))
            for cause, answers in sorted(probe.alternatives.items())
            if answers
        },
        "requires_grad": probe.requires_grad,
        **({} if probe.is_leaf is None else {"is_leaf": probe.is_leaf}),
        **({"computed_from": list(probe.computed_from)} if probe.computed_from else {}),
        **({"ruled_out": sorted(probe.ruled_out)} if probe.ruled_out else {}),
        **({"by_backward": True} if probe.by_backward else {}),
        **({} if probe.expected is None else {"expected": expected.to_dict(probe.expected)}),
        **({} if probe.seal is None else {"seal": asdict(probe.seal)}),
    }


def _decode_probe(data: dict[str, Any]) -> Probe:
    return Probe(
        Handle(data["ask"], tuple(map(_decode_step, data["path"]))),
        decode_answer(data["answer"]),
        Rule.from_dict(data["rule"]),
        tuple(data["labels"]),
        {
            cause: list(map(decode_answer, answers))
            for cause, answers in data["alternatives"].items()
        },
        data["requires_grad"],
        data.get("is_leaf"),
        tuple(data.get("computed_from", ())),
        frozenset(data.get("ruled_out", ())),
        data.get("by_backward", False),
        expected.from_dict(data["expected"]) if "expected" in data else None,
        _decode_seal(data["seal"]) if "seal" in data else None,
    )


def _decode_seal(data: dict[str, Any]) -> Seal:
    return Seal(_decode_grid(data["grid"]), data["tag"], data["salt"], data["rounds"])


def encode_value(value: Argument) -> Any:
    """Anything that a check may pass; raises TypeError for what has no JSON form."""
    if isinstance(value, Bound):
        return {"name": value.name}
    if isinstance(value, Code):
        return {"code": [value.name, value.source]}
    if isinstance(value, frozenset):
        return {"set": [encode_value(item) for item in sorted(value, key=repr)]}
    if isinstance(value, TensorState):
        return {
            "tensor": _encode_tensor(value.value),
            "requires_grad": value.requires_grad,
            "grad": None if value.grad is None else _encode_tensor(value.grad),
        }
    if isinstance(value, tuple):
        return {"tuple": [encode_value(item) for item in value]}
    if isinstance(value, list):
        return [encode_value(item) for item in value]
    if isinstance(value, dict):
        return {"dict": {key: encode_value(item) for key, item in value.items()}}
    if isinstance(value, float):
        return _encode_float(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise TypeError(f"a public check cannot carry a {type(value).__name__}")


def decode_value(data: Any) -> Any:
    if isinstance(data, list):
        return [decode_value(item) for item in data]
    if not isinstance(data, dict) or "float" in data:
        return _decode_float(data)
    if "name" in data:
        return Bound(data["name"])
    if "code" in data:
        return Code(*data["code"])
    if "set" in data:
        return frozenset(map(decode_value, data["set"]))
    if "tuple" in data:
        return tuple(decode_value(item) for item in data["tuple"])
    if "dict" in data:
        return {key: decode_value(item) for key, item in data["dict"].items()}
    gradient = data["grad"]
    return TensorState(
        _decode_tensor(data["tensor"]),
        requires_grad=data["requires_grad"],
        grad=None if gradient is None else _decode_tensor(gradient),
    )


def encode_answer(answer: Answer) -> Any:
    import torch

    if isinstance(answer, torch.Tensor):
        return {"tensor": _encode_tensor(answer)}
    if isinstance(answer, tuple):
        return {"tuple": [encode_answer(item) for item in answer]}
    if isinstance(answer, dict):
        return {"dict": {name: encode_answer(item) for name, item in answer.items()}}
    if isinstance(answer, frozenset):
        return encode_value(answer)
    return _encode_float(answer) if isinstance(answer, float) else answer


def decode_answer(data: Any) -> Answer:
    if isinstance(data, dict) and "float" not in data:
        if "tuple" in data:
            return tuple(decode_answer(item) for item in data["tuple"])
        if "dict" in data:
            return {name: decode_answer(item) for name, item in data["dict"].items()}
        if "set" in data:
            return frozenset(map(decode_value, data["set"]))
        tensor: Answer = _decode_tensor(data["tensor"])
        return tensor
    answer: Answer = _decode_float(data)
    return answer


def _encode_tensor(tensor: Any) -> dict[str, Any]:
    flat = tensor.detach().cpu().flatten().tolist()
    return {
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "shape": list(tensor.shape),
        "data": [_encode_float(item) if isinstance(item, float) else item for item in flat],
    }


def _decode_tensor(data: dict[str, Any]) -> Any:
    import torch

    flat = [_decode_float(item) for item in data["data"]]
    return torch.tensor(flat, dtype=getattr(torch, data["dtype"])).reshape(data["shape"])


_WORDS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def _encode_float(value: float) -> Any:
    return value if math.isfinite(value) else {"float": str(value)}


def _decode_float(data: Any) -> Any:
    return _WORDS[data["float"]] if isinstance(data, dict) and "float" in data else data
