"""Several replicas on one PostgreSQL: what one ends is dead on all, and they start together without a quarrel."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.accounts import PASSWORD, create_user, is_alive, log_in, log_out, new_user, try_log_in, verify_session, verify_token
from harness.clusters import Bouncer
from harness.places import MIGRATIONS, SANITIZED
from harness.program import API_KEY
from harness.raw_http import RawConnection, message
from harness.waiting import seconds_until, wait_until

pytestmark = pytest.mark.parametrize("kind", ["postgres"], indirect=True)

KEY = f"X-API-Key: {API_KEY}"
# Far longer than a revocation takes, because this machine may stall meanwhile; far shorter than the caches keep a session.
SEEN_WITHIN_S = 60.0 if SANITIZED else 20.0
# A probe of the change feed is a proof for this long.
TRUSTED_MAX_S = 2.5
TRAVEL_MAX_S = 0.25 if SANITIZED else 0.05


@pytest.fixture
def pair(start):
    """Two replicas: a connection to each."""
    with start().api() as first, start().api() as second:
        yield first, second


def warmed(api, login):
    """Checks the session until its replica's cache answers."""
    for _ in range(3):
        assert verify_session(api, login["session"]).status == 200


def dies_on(api, login):
    wait_until(
        lambda: not is_alive(api, login["session"]), SEEN_WITHIN_S, "the end of the session on the other replica"
    )
    wait_until(lambda: verify_token(api, login["token"]).status == 401, SEEN_WITHIN_S, "the end of the token")


def test_session_of_one_replica_is_good_on_the_other(pair):
    first, second = pair
    login = log_in(first, create_user(first)["email"])
    assert verify_session(second, login["session"]).status == 200
    assert verify_token(second, login["token"]).status == 200


def new_password_of(login):
    return {"session": login["session"], "currentPassword": PASSWORD, "newPassword": "another password"}


ENDINGS = {
    "logout": lambda api, user, login: log_out(api, login["session"]),
    "end_one": lambda api, user, login: api.delete(f"/sessions/{api.get(f'/users/{user}/sessions').json()[0]['id']}"),
    "end_all": lambda api, user, login: api.delete(f"/users/{user}/sessions"),
    "delete_user": lambda api, user, login: api.delete(f"/users/{user}"),
    "disable_user": lambda api, user, login: api.post(f"/users/{user}/disable"),
    "new_password": lambda api, user, login: api.put(f"/users/{user}", {"password": "another password"}),
    "own_new_password": lambda api, user, login: api.post("/user-auth/change-password", new_password_of(login)),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_session_ended_on_one_replica_dies_on_the_other(pair, ending):
    first, second = pair
    user = create_user(first)
    login = log_in(first, user["email"])
    warmed(second, login)
    assert ENDINGS[ending](first, user["id"], login).status == 200
    dies_on(second, login)
    assert not is_alive(second, login["session"])


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM sessions",
        "UPDATE sessions SET expires_at = now() - interval '1 minute'",
        "DELETE FROM users",
        "TRUNCATE users CASCADE",
    ],
)
def test_session_ended_by_sql_dies_on_every_replica(pair, database, sql):
    first, second = pair
    login = log_in(first, create_user(first)["email"])
    for api in pair:
        warmed(api, login)
    database.run(sql)
    for api in pair:
        dies_on(api, login)


@pytest.mark.slow
def test_replica_that_stood_still_does_not_answer_for_what_ended_meanwhile(start):
    """When the first request comes, its cache has heard of nothing, and its timers have not run."""
    first, second = start(IO_THREADS="1"), start(IO_THREADS="1")
    with first.api() as ending, second.api() as waking, RawConnection(second.port) as asked:
        for _ in range(5):
            login = log_in(ending, create_user(ending)["email"])
            warmed(waking, login)
            question = message(
                "POST /user-auth/verify-session", KEY, body=json.dumps({"session": login["session"]}).encode()
            )
            asked.send(question)
            assert asked.read_response().status == 200
            with second.standing_still():
                ended_at = time.monotonic()
                assert log_out(ending, login["session"]).status == 200
                asked.send(question)
                wait_until(lambda: time.monotonic() - ended_at > TRUSTED_MAX_S, 20, "the end of the last proof")
            assert asked.read_response().status == 401


def test_renamed_user_is_shown_anew_on_the_other_replica(pair):
    first, second = pair
    user = create_user(first)
    login = log_in(first, user["email"])
    warmed(second, login)
    assert first.put(f"/users/{user['id']}", {"first_name": "Augusta"}).status == 200
    wait_until(
        lambda: verify_session(second, login["session"]).json()["user"]["first_name"] == "Augusta",
        SEEN_WITHIN_S,
        "the new name",
    )


def seconds_until_dead(api, session):
    return seconds_until(lambda: not is_alive(api, session), SEEN_WITHIN_S, "the revocation", interval_s=0.001)


@pytest.mark.serial
def test_revocation_travels_quickly(pair):
    """Other load on the machine may delay each of them. If a quarter of them is quick, none waits for a timer."""
    first, second = pair
    email = create_user(first)["email"]
    times = []
    for _ in range(40):
        login = log_in(first, email)
        warmed(second, login)
        log_out(first, login["session"])
        times.append(seconds_until_dead(second, login["session"]))
    assert sorted(times)[len(times) // 4] < TRAVEL_MAX_S


@pytest.mark.empty_database
def test_replicas_starting_at_once_migrate_once(start, database):
    replicas = [start(wait=False) for _ in range(5)]
    for replica in replicas:
        replica.wait_until_ready()
    names = [row[0] for row in database.rows("SELECT name FROM gatehouse_migrations ORDER BY name")]
    assert len(names) == len(set(names)) == len(MIGRATIONS)
    with replicas[0].api() as first, replicas[4].api() as last:
        user = create_user(first)
        assert try_log_in(last, user["email"]).status == 200


@pytest.mark.empty_database
def test_replicas_seeding_at_once_seed_once(start, database):
    replicas = [start(wait=False, APP_ENV="development") for _ in range(4)]
    for replica in replicas:
        replica.wait_until_ready()
    assert database.rows("SELECT count(*) FROM users") == [(3,)]
    with replicas[0].api() as api:
        assert try_log_in(api, "jane@example.com", "password456").status == 200


def test_one_email_is_registered_once_however_many_try(start):
    replicas = [start(), start()]
    body = new_user()

    def register(i):
        with replicas[i % 2].api() as api:
            return api.post("/users", body | {"email": body["email"].upper() if i % 3 else body["email"]}).status

    with ThreadPoolExecutor(12) as pool:
        statuses = sorted(pool.map(register, range(24)))
    assert statuses == [201] + [409] * 23


def test_password_change_leaves_no_session_behind(pair):
    """Logins racing a password change: what the old password opened is dead once the change is answered."""
    first, second = pair
    user = create_user(first)
    sessions, stop = [], threading.Event()

    def keep_logging_in():
        while not stop.is_set():
            response = try_log_in(second, user["email"])
            if response.status == 200:
                sessions.append(response.json()["session"])

    racing = threading.Thread(target=keep_logging_in)
    racing.start()
    wait_until(lambda: len(sessions) >= 3, 30, "logins")
    assert first.put(f"/users/{user['id']}", {"password": "another password"}).status == 200
    stop.set()
    racing.join(60)
    wait_until(
        lambda: not any(is_alive(first, session) for session in sessions), SEEN_WITHIN_S, "the end of all old sessions"
    )


def test_cleanup_of_several_replicas_deletes_each_session_once(start, database):
    replicas = [start(SESSION_CLEANUP_INTERVAL="1s", SESSION_CACHE_MB="0") for _ in range(3)]
    with replicas[0].api() as api:
        email = create_user(api)["email"]
        alive = log_in(api, email)["session"]
        for _ in range(3):
            log_in(api, email)
        newest = database.rows("SELECT max(id) FROM sessions")[0][0]
        database.run(f"UPDATE sessions SET expires_at = now() - interval '1 day' WHERE id > {newest - 3}")
        wait_until(lambda: database.rows("SELECT count(*) FROM sessions") == [(1,)], 30, "the cleanup")
        assert is_alive(api, alive)
    assert all(replica.is_alive() for replica in replicas)


@pytest.fixture
def pooled(start, database):
    """Two replicas behind PgBouncer in transaction mode, LISTENing at the server itself."""
    parts = database.parts()
    bouncer = Bouncer(parts.hostname, parts.port)
    settings = {
        "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{bouncer.port}/{database.name}",
        "DB_LISTEN_HOST": parts.hostname,
        "DB_LISTEN_PORT": str(parts.port),
    }
    try:
        yield [start(**settings), start(**settings)]
    finally:
        bouncer.remove()


def test_everything_works_behind_a_transaction_pooler(pooled):
    with pooled[0].api() as first, pooled[1].api() as second:
        users = [create_user(first) for _ in range(5)]
        logins = [log_in(second, user["email"]) for user in users]
        assert [user["id"] for user in second.get("/users?limit=3").json()] == [user["id"] for user in reversed(users)][
            :3
        ]
        assert len(first.get("/users").json()) == 5
        for login in logins:
            warmed(first, login)
        log_out(second, logins[0]["session"])
        dies_on(first, logins[0])
        assert first.delete(f"/users/{users[1]['id']}/sessions").json()["count"] == 1
        assert not is_alive(first, logins[1]["session"])

    def everybody(i):
        with pooled[i % 2].api() as api:
            return [api.get(f"/users/{user['id']}").json() for user in users * 8]

    with ThreadPoolExecutor(8) as pool:
        assert all(seen == users * 8 for seen in pool.map(everybody, range(16)))


def test_sessions_end_when_the_database_is_reset_beside_the_service(start, command):
    with start(APP_ENV="development").api() as api:
        session = log_in(api, create_user(api)["email"])["session"]
        assert verify_session(api, session).status == 200
        assert command("db", "reset", "--yes", APP_ENV="development").returncode == 0
        wait_until(lambda: verify_session(api, session).status == 401, SEEN_WITHIN_S, "the end of the session")
