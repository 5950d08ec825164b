from __future__ import annotations

import subprocess
import sys

import pytest

from gradeprop.errors import MissingFacility
from gradeprop.session.grader import sandbox
from gradeprop.session.isolation import survey
from gradeprop.session.isolation.launch import Launcher


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
def test_every_missing_layer_says_why_and_what_mends_it() -> None:
    found = survey.survey()
    names = [layer.name for layer in found.layers]
    assert names[0] == "Linux"
    assert {"bubblewrap", "user namespaces", "Landlock", "seccomp", "control group"} <= set(names)
    for layer in found.layers:
        assert layer.detail
        assert layer.present or layer.remedy
    if found.level == "full":
        assert next(layer for layer in found.layers if layer.name == "isolation full").present


def test_elsewhere_than_on_linux_nothing_works_and_it_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    survey.survey.cache_clear()
    survey.working.cache_clear()
    try:
        found = survey.survey()
        assert found.level is None
        assert "this is macOS" in found.layers[0].detail
        assert "--isolation none" in found.layers[0].remedy
        with pytest.raises(MissingFacility, match="Linux"):
            sandbox.open_sandbox("auto")
    finally:
        survey.survey.cache_clear()
        survey.working.cache_clear()


def test_auto_refuses_rather_than_falling_below_restricted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "best_level", lambda: None)
    monkeypatch.setattr(survey, "working", lambda _: "no such thing")
    with pytest.raises(MissingFacility, match="neither fully"):
        survey.chosen_level("auto")
    with pytest.raises(MissingFacility, match="isolation full does not work here: no such thing"):
        survey.chosen_level("full")
    assert survey.chosen_level("none") == "none"


def test_auto_takes_restricted_where_full_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "working", lambda level: "refused" if level == "full" else None)
    assert survey.best_level() == "restricted"


def test_the_trusted_side_can_be_imported_without_anything_of_linux() -> None:
    code = (
        "import sys\n"
        "for name in ('fcntl', 'resource', 'pwd', 'pyseccomp', 'IPython', 'torch'):\n"
        "    sys.modules[name] = None\n"
        "import gradeprop.session.grader.sandbox, gradeprop.session.isolation.survey, "
        "gradeprop.session.fake\n"
        "import gradeprop.session.interface, gradeprop.session.grader.warm_process\n"
        "print('imported')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "imported", done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
def test_a_bubblewrap_that_ends_without_a_word_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends = lambda *_: subprocess.Popen(["sh", "-c", "exit 3"])  # noqa: E731
    monkeypatch.setattr(Launcher, "start", ends)
    working = survey.working.__wrapped__
    assert working("full") == "bubblewrap ended without a word (exit code 3)"
    assert "bubblewrap" not in str(working("restricted"))
