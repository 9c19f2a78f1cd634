"""An unexpected violation of a constraint is a 500 with a log line that names it, and is never taken for a fact about the user."""

import pytest

from harness.accounts import PASSWORD, create_user, log_in, new_user, try_log_in
from harness.waiting import wait_until


@pytest.fixture
def program(start):
    return start()


def assert_fault_is_logged(program, response, *words):
    """The answer is a 500, and the log says why under its request id."""
    assert response.status == 500, response.body
    request = response.json()["requestId"]

    def reasons():
        return [line["reason"] for line in program.events("request_failed") if line["request_id"] == request]

    wait_until(reasons, what="the line in the log")
    assert len(reasons()) == 1
    for word in words:
        assert word in reasons()[0], reasons()


def refuse_new_rows(database, table, column):
    """Makes a second row of the table violate a unique constraint: by a sequence that lags behind after a restore, or on SQLite,
    which has none, by an operator's index. Returns what the log then names."""
    if database.kind == "postgres":
        database.rows(f"SELECT setval('{table}_id_seq', 1, false)")
        return ("23505", f"{table}_pkey")
    database.run(f"CREATE UNIQUE INDEX of_an_operator ON {table} ({column})")
    return ("2067", f"{table}.{column}")


def test_sessions_sequence_behind_is_no_wrong_password(program, database):
    with program.api() as api:
        user = create_user(api)
        log_in(api, user["email"])
        names = refuse_new_rows(database, "sessions", "user_id")
        assert_fault_is_logged(program, try_log_in(api, user["email"]), "sessions_insert", *names)
        assert try_log_in(api, user["email"], PASSWORD + "x").status in (401, 404)


def test_users_sequence_behind_is_no_taken_email(program, database):
    with program.api() as api:
        create_user(api)
        names = refuse_new_rows(database, "users", "last_name")
        assert_fault_is_logged(program, api.post("/users", new_user()), "users_insert", *names)


def test_user_that_another_table_refers_to_is_not_not_found(program, database):
    with program.api() as api:
        user = create_user(api)
        database.run("CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users (id))")
        database.run("INSERT INTO orders SELECT 1, id FROM users")
        response = api.delete(f"/users/{user['id']}")
        assert response.status == 409
        assert response.json()["error"] == "User is still referenced by other data"
        assert api.get(f"/users/{user['id']}").status == 200
        assert program.events("request_failed") == []
        database.run("DELETE FROM orders")
        assert api.delete(f"/users/{user['id']}").status == 200
