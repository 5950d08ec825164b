from __future__ import annotations

import json

from gradeprop.gradients.comparison.rule import Rule


def test_a_rule_survives_json() -> None:
    rule = Rule(
        kinds="either",
        shapes="scalar",
        rtol=1e-3,
        tolerances={"float32": (1e-4, 1e-6)},
        items=(Rule(), Rule(dtype="floating", device="cuda")),
    )
    assert Rule.from_dict(json.loads(json.dumps(rule.to_dict()))) == rule
    assert Rule().to_dict() == {}


def test_items_without_their_own_rule_follow_the_whole() -> None:
    rule = Rule(dtype="floating", items=(Rule(kinds="number"),))
    assert rule.item(0) == Rule(kinds="number")
    assert rule.item(1) == Rule(dtype="floating")
