"""The people of the roster in nbgrader's gradebook, so that its pages show names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradeprop.records.files.names import gradebook_id
from gradeprop.records.gradebook.given import Person
from gradeprop.records.gradebook.schema import gradebook_url, open_engine, transaction
from gradeprop.records.gradebook.tables import Student

__all__ = ["put_into_gradebook", "put_people"]

_MOST: Final = 128
"""Characters that nbgrader's tables have for each."""


def put_into_gradebook(
    root: Path, people: Mapping[str, Person], configured: str | None = None
) -> bool:
    """Put people into the gradebook, if there is one; return whether there is.

    Args:
        root: the course folder.
        configured: as of `gradeprop.records.gradebook.recorded.read_gradebook`.

    Raises:
        UsageError: the URL cannot be read.
        MissingFacility, StorageError: the database cannot be used.
    """
    url = gradebook_url(root, configured)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        return False
    engine = open_engine(url)
    try:
        transaction(engine, lambda session: put_people(session, people))
    finally:
        engine.dispose()
    return True


def put_people(session: Session, people: Mapping[str, Person]) -> None:
    """Add who is lacking, and write what the roster knows of each. What it does not know stays as
    it is, and nobody is removed."""
    known = {row.id: row for row in session.scalars(select(Student))}
    for name, person in people.items():
        key = gradebook_id(name)
        row = known.get(key)
        if row is None:
            row = known[key] = Student(id=key)
            session.add(row)
        for column, value in (
            ("first_name", person.first_name),
            ("last_name", person.last_name),
            ("email", person.email),
            ("lms_user_id", person.lms_id),
        ):
            short = value[:_MOST].encode("utf-8", "replace").decode()
            if short and getattr(row, column) != short:
                setattr(row, column, short)
