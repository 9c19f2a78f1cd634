"""The fixtures of every suite that runs the real program."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .clusters import Cluster
from .databases import USUAL_KINDS, PostgresDatabase, create_database, driver
from .program import Gatehouse, base_settings, run_command


@pytest.fixture(params=USUAL_KINDS)
def kind(request) -> str:
    """Runs the test once on each kind of database; under a sanitizer only on PostgreSQL, unless the run is full."""
    return request.param


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """migrated(kind): a database with the program's schema, to be copied, which takes a fraction of the time of a migration."""
    made: dict = {}

    def of_kind(kind: str):
        if kind not in made:
            directory = tmp_path_factory.mktemp(f"migrated-{kind}")
            empty = create_database(kind, directory)
            result = run_command(["migrate", "latest"], base_settings() | empty.settings(), directory)
            assert result.returncode == 0, result.stderr
            made[kind] = empty
        return made[kind]

    yield of_kind
    for one in made.values():
        one.drop()


@pytest.fixture
def database(request, kind, tmp_path, migrated):
    """The test's own database, dropped afterwards. It has the program's schema, or no schema with
    @pytest.mark.empty_database."""
    is_empty = request.node.get_closest_marker("empty_database") is not None
    created = create_database(kind, tmp_path) if is_empty else migrated(kind).copy(tmp_path)
    yield created
    created.drop()


@pytest.fixture
def start(database, tmp_path):
    """start(SETTING="value", …): a program serving `database`. Each call is another replica. All end with the test."""
    started: list[Gatehouse] = []

    def start_program(wait=True, handed=(), launcher=(), **settings) -> Gatehouse:
        directory = tmp_path / f"program-{len(started)}"
        program = Gatehouse(directory, base_settings() | database.settings() | settings, handed, launcher)
        started.append(program)
        return program.start(wait)

    yield start_program
    for program in started:
        program.discard()


@pytest.fixture(scope="module")
def own_cluster():
    """A durable PostgreSQL server for one module, which may kill and stop it. Use `cluster`."""
    driver()
    own = Cluster()
    yield own
    own.remove()


@pytest.fixture
def cluster(own_cluster) -> Cluster:
    """The module's server, running, whatever the previous test did to it."""
    return own_cluster if own_cluster.is_running() else own_cluster.start()


@pytest.fixture
def cluster_database(cluster) -> PostgresDatabase:
    """An empty database on that server, removed with it."""
    return PostgresDatabase(cluster.url)


@pytest.fixture
def start_on_cluster(cluster_database, tmp_path):
    """start_on_cluster(SETTING="value", …): a program on `cluster_database`. All end with the test."""
    started: list[Gatehouse] = []

    def start_program(wait=True, **settings) -> Gatehouse:
        directory = tmp_path / f"program-{len(started)}"
        program = Gatehouse(directory, base_settings() | cluster_database.settings() | settings)
        started.append(program)
        return program.start(wait)

    yield start_program
    for program in started:
        program.discard()


@pytest.fixture
def command(database, tmp_path):
    """command("migrate", "status", SETTING="value"): a subcommand on `database`, run to its end."""

    def run(*arguments, stdin="", **settings):
        return run_command(arguments, base_settings() | database.settings() | settings, tmp_path, stdin=stdin)

    return run


@pytest.fixture(scope="session", params=USUAL_KINDS)
def shared(request, tmp_path_factory) -> Iterator[Gatehouse]:
    """One program for all tests that only need their own users in it. Never stop it or change its database."""
    directory: Path = tmp_path_factory.mktemp(f"shared-{request.param}")
    database = create_database(request.param, directory)
    program = Gatehouse(directory, base_settings() | database.settings())
    program.start()
    yield program
    assert program.stop() == 0
    database.drop()


@pytest.fixture
def api(shared):
    """A connection to the shared program."""
    with shared.api() as connection:
        yield connection


@pytest.fixture(scope="session")
def parsing(tmp_path_factory) -> Iterator[Gatehouse]:
    """One program on SQLite for tests of HTTP itself, which do not depend on the database."""
    directory: Path = tmp_path_factory.mktemp("parsing")
    database = create_database("sqlite", directory)
    program = Gatehouse(
        directory,
        base_settings() | database.settings() | {"ALLOWED_ORIGINS": "https://app.example.com,http://localhost:3000"},
    )
    program.start()
    yield program
    assert program.stop() == 0
    database.drop()
