"""Open nbgrader's database: where it is, its tables, and one transaction at a time.

nbgrader's own way to make a new database runs the program ``alembic`` from PATH, which fails in a
virtual environment that is not activated and leaves tables without a version. Here the version is
read from nbgrader's migration scripts instead, and a database left half-made is completed."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from alembic.script import ScriptDirectory
from sqlalchemy import Column, Engine, MetaData, String, Table, create_engine, event, inspect, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.orm import Session

from gradeprop.errors import MissingFacility, StorageError, UsageError
from gradeprop.records.gradebook.tables import Base

T = TypeVar("T")

FILE = "gradebook.db"
LOCK_S = 60
"""How long to wait for another program that is writing to the same SQLite file, in seconds."""
_ATTEMPTS = 4

_OWN = MetaData()
RECORDED = Table(
    "gradeprop_recorded",
    _OWN,
    Column("id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),
)
"""What was recorded last. For a grade's id: the answer that its score was given for (so that a
person's score is looked at again when the answer changes). For a submitted notebook's id: the file
in autograded/. No foreign keys, so that nbgrader can remove its rows as ever."""


def gradebook_url(root: Path, configured: str | None = None) -> URL:
    """The database's URL: as configured, else ``sqlite:///<root>/gradebook.db``.

    Args:
        root: the course folder; a relative SQLite path starts here, wherever the command runs.
        configured: any SQLAlchemy URL, or None.

    Raises:
        UsageError: it is not a URL.
    """
    if configured is None:
        return URL.create("sqlite", database=str(root.resolve() / FILE))
    try:
        url = make_url(configured)
    except ArgumentError as error:
        # The text itself may hold a password, so it is not repeated.
        raise UsageError(
            "the gradebook's URL cannot be read",
            where="course.yaml",
            remedy=(
                "write it as sqlite:///grades.db or "
                "postgresql+psycopg://user:password@host/database"
            ),
        ) from error
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        return url.set(database=str(root.resolve() / url.database))
    return url


def open_engine(url: URL) -> Engine:
    """Connect and complete the tables.

    Raises:
        MissingFacility: the database's driver is not installed, or nbgrader is older or newer than
            the database.
        StorageError: the database cannot be reached or made.
    """
    try:
        engine = _engine(url)
    except ModuleNotFoundError as error:
        raise MissingFacility(
            f"the gradebook's database needs the Python package {error.name}",
            where=shown(url),
            remedy=f"pip install {error.name}",
        ) from error
    attempted(url, lambda: _complete(engine, url))
    return engine


def shown(url: URL) -> str:
    """The URL for messages, its password hidden."""
    return url.render_as_string(hide_password=True)


def read(root: Path, configured: str | None, work: Callable[[Session], T]) -> T | None:
    """What ``work`` finds in the gradebook; None where there is no database. None is made.

    Args:
        root: the course folder.
        configured: the SQLAlchemy URL of course.yaml; None for ``gradebook.db`` in the course
            folder.

    Raises:
        UsageError: the URL cannot be read.
        MissingFacility, StorageError: the database cannot be used.
    """
    url = gradebook_url(root, configured)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        return None
    engine = open_engine(url)
    try:
        return transaction(engine, work)
    finally:
        engine.dispose()


def transaction(engine: Engine, work: Callable[[Session], T]) -> T:
    """Do some work in one transaction: all of it is kept, or none.

    Two programs that create the same row at the same moment, or wait for each other, are no fault:
    one of them does its work again.

    Raises:
        StorageError: the database refuses.
    """

    def once() -> T:
        with Session(engine) as session, session.begin():
            return work(session)

    return attempted(engine.url, once)


def attempted(url: URL, work: Callable[[], T]) -> T:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return work()
        except (IntegrityError, OperationalError) as error:
            if attempt == _ATTEMPTS:
                raise _refused(url, error) from error
            time.sleep(0.05 * 2**attempt)
        except SQLAlchemyError as error:
            raise _refused(url, error) from error
    raise AssertionError("unreachable")


def _refused(url: URL, error: SQLAlchemyError) -> StorageError:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return StorageError(
        f"the gradebook cannot be used: {' '.join(str(cause).split())}",
        where=shown(url),
        remedy="see that the database can be reached and written, then run the command again",
    )


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": LOCK_S})

    # Without this, sqlite3 begins a transaction at the first write only, and two writers that have
    # both read before fail at once instead of waiting for each other.
    @event.listens_for(engine, "connect")
    def _ours(connection: Any, record: object) -> None:  # noqa: ARG001
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _complete(engine: Engine, url: URL) -> None:
    nbgrader = importlib.util.find_spec("nbgrader")
    assert nbgrader is not None
    assert nbgrader.origin is not None
    head = ScriptDirectory(str(Path(nbgrader.origin).parent / "alembic")).get_current_head()
    tables = set(inspect(engine).get_table_names())
    with engine.begin() as connection:
        version = None
        if "alembic_version" in tables:
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if version is not None and version != head:
            raise MissingFacility(
                f"the gradebook is another version of nbgrader's (its tables are {version}, not "
                f"{head})",
                where=shown(url),
                remedy="make a copy of it, then run `nbgrader db upgrade`",
            )
        if version is None:
            Base.metadata.create_all(connection)
            connection.execute(
                text(
                    "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"
                )
            )
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
        if RECORDED.name not in tables:
            _OWN.create_all(connection)
