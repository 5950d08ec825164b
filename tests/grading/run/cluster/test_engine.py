"""What a cluster gives is what the pool gives."""

from __future__ import annotations

from typing import Any

from gradeprop.grading.run.pool import grade_class
from grading.run.cluster.conftest import Class, Cluster, canonical


def test_the_results_are_the_pools_but_for_times(a_class: Class, cluster: Cluster) -> None:
    cluster.start_worker()
    cluster.start_worker()
    here: dict[str, Any] = {}
    grade_class(
        a_class.plan(), a_class.loads(), lambda result: here.update({result.student: result})
    )
    there = a_class.graded(cluster.address)
    assert {who: canonical(result) for who, result in there.items()} == {
        who: canonical(result) for who, result in here.items()
    }
    assert a_class.told == []
