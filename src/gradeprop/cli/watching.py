"""``--watch``: once more at each save, for what has been saved, until Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from watchfiles import watch

from gradeprop.cli import screen
from gradeprop.course.digest import FOLDERS, is_ignored
from gradeprop.errors import GradepropError, Interrupted

_ALL: Final = ("course.yaml", "voided.yaml")
"""Files that concern every exercise."""
_TESTS: Final = "tests/content"
_LOOKED_AFTER_MS: Final = 500


def at_each_save(root: Path, once: Callable[[tuple[str, ...]], object]) -> int:
    """Call ``once`` now and then at each save, with what was saved, as `by_name` takes it: nothing
    at first, and where everything is concerned. Its errors are told, and what follows goes on.
    Return the exit code, which is 0, when somebody presses Ctrl-C."""
    try:
        for saved in _saves(root):
            _tell(once, saved)
    except (KeyboardInterrupt, Interrupted):
        pass
    return 0


def _tell(once: Callable[[tuple[str, ...]], object], saved: tuple[str, ...]) -> None:
    try:
        once(saved)
    except Interrupted:
        raise
    except GradepropError as error:
        print(screen.plain(f"gradeprop: {error}"), file=sys.stderr)
    print("Watching; Ctrl-C ends it.", file=sys.stderr, flush=True)


def _saves(root: Path) -> Iterator[tuple[str, ...]]:
    """Nothing, once it is looked after; then what was saved, each time that something was."""
    folders = [root / name for name in (*FOLDERS, _TESTS) if (root / name).is_dir()]
    # Editors put a new file in an old one's place, which whoever watches a file does not hear, and
    # the whole folder may hold an environment with thousands of others.
    known = _stamps(root)
    heard = watch(*folders, yield_on_timeout=True, rust_timeout=_LOOKED_AFTER_MS)
    next(heard)  # from now on nothing is missed, however long the first time takes
    yield ()
    for changes in heard:
        paths = {Path(path) for _, path in changes}
        before, known = known, _stamps(root)
        if before != known:
            yield ()
            continue
        inside = [path.resolve().relative_to(root) for path in paths]
        saved = {_concerned(PurePosixPath(path)) for path in inside if not _is_by_product(path)}
        if saved:
            yield () if "" in saved else tuple(sorted(saved))


def _stamps(root: Path) -> list[tuple[int, int] | None]:
    found: list[tuple[int, int] | None] = []
    for name in _ALL:
        try:
            status = (root / name).stat()
            found.append((status.st_mtime_ns, status.st_ino))
        except OSError:
            found.append(None)
    return found


def _is_by_product(path: Path) -> bool:
    return any(is_ignored(part) for part in (path, *path.parents) if part.name)


def _concerned(path: PurePosixPath) -> str:
    """What a file belongs to, as `by_name` takes it; "" for all."""
    if path.is_relative_to(_TESTS):
        return path.stem  # tests/content/slips/<exercise>.yaml
    if len(path.parts) != 3 or path.parts[1] == "shared":
        return ""
    if path.suffix == (".yaml" if path.parts[0] == "exercises" else ".py"):
        return path.as_posix()
    return path.parts[1]  # a data file, of any exercise of its assignment
