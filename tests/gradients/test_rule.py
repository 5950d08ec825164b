import json

import pytest
import torch

from gradeprop.gradients.rule import Rule


def test_a_rule_survives_json():
    rule = Rule(
        kinds="either",
        shapes="scalar",
        rtol=1e-3,
        tolerances={"float32": (1e-4, 1e-6)},
        items=(Rule(), Rule(dtype="floating", device="cuda")),
    )
    assert Rule.from_dict(json.loads(json.dumps(rule.to_dict()))) == rule
    assert Rule().to_dict() == {}


def test_items_without_their_own_rule_follow_the_whole():
    rule = Rule(dtype="floating", items=(Rule(kinds="number"),))
    assert rule.item(0) == Rule(kinds="number")
    assert rule.item(1) == Rule(dtype="floating")


def test_alternatives_never_profit_from_a_generous_atol():
    rule = Rule(atol=0.1, tolerances={"float64": (1e-3, 0.5)}, items=(Rule(atol=2.0),)).for_alternatives(1e-5)
    for item in (rule, rule.item(0)):
        assert item.tolerance(torch.float64, torch.float64, "cpu").atol == pytest.approx(1e-8)
