"""Every way to end a session, a user or a key, and actions that only look like one. Each makes what it ends, and returns what that was."""

import json
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from .accounts import PASSWORD, create_user, is_alive, log_in, log_out, try_log_in, unique_email, verify_session
from .http_client import Api, Response
from .program import Gatehouse, run_command
from .revocation_feed import Ended, read_all, session_of
from .waiting import wait_until

NEW_PASSWORD = "difference engine no. 2"
PATIENCE_S = 60


def do(response: Response, status=200) -> Response:
    assert response.status == status, (response.status, response.body)
    return response


def time_in_sql(database, seconds: float) -> str:
    """A time in seconds since 1970, as SQL."""
    return str(int(seconds * 1_000_000)) if database.kind == "sqlite" else f"to_timestamp({seconds})"


def add_users(database, users: int, sessions_each: int) -> dict[int, list[int]]:
    """Inserts users without a password and their open sessions straight into the tables, so no login costs a hash. Returns
    the session ids by user id."""
    prefix = unique_email("bulk").split("@")[0]
    now, later = time_in_sql(database, time.time()), time_in_sql(database, time.time() + 86_400)
    secret = "zeroblob(32)" if database.kind == "sqlite" else "sha256('')"
    series = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
    database.run(
        f"{series.format(users)} INSERT INTO users (first_name, last_name, email, created_at, updated_at) "
        f"SELECT 'Ada', 'Lovelace', '{prefix}-' || i || '@example.com', {now}, {now} FROM n"
    )
    database.run(
        f"{series.format(sessions_each)} INSERT INTO sessions (user_id, secret_hash, created_at, updated_at, expires_at, "
        f"absolute_expires_at) SELECT users.id, {secret}, {now}, {now}, {later}, {later} "
        f"FROM users, n WHERE users.email LIKE '{prefix}-%'"
    )
    rows = database.rows(f"SELECT user_id, id FROM sessions WHERE user_id IN (SELECT id FROM users WHERE email LIKE '{prefix}-%')")
    added: dict[int, list[int]] = {}
    for user, session in rows:
        added.setdefault(user, []).append(session)
    return added


def end_a_session(api: Api, database) -> Ended:
    """Makes a session and ends it."""
    [[session]] = add_users(database, 1, 1).values()
    do(api.delete(f"/sessions/{session}"))
    return ("session", session)


def ended_since(api: Api, database, after: str) -> list[Ended]:
    """Everything that ended after the cursor and before this call. It ends one more session: what the feed does not report
    before that one will not come any more."""
    last = end_a_session(api, database)
    found, _ = read_all(api, after)
    assert found[-1] == last
    return found[:-1]


@dataclass
class Scene:
    """A user with two sessions."""

    user: int
    sessions: list[Ended]
    email: str = ""
    logins: list[dict] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/users/{self.user}"

    @property
    def everything(self) -> list[Ended]:
        return [*self.sessions, ("user", self.user)]


@dataclass
class Place:
    """A program and what surrounds it."""

    program: Gatehouse
    api: Api
    database: Any
    mails: Any = None

    def run(self, *arguments) -> str:
        done = run_command(arguments, self.program.settings, self.program.directory)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def end_a_session(self) -> Ended:
        return end_a_session(self.api, self.database)

    def ended_since(self, after: str) -> list[Ended]:
        return ended_since(self.api, self.database, after)

    def scene(self) -> Scene:
        """A user and sessions for which nobody has a token."""
        [(user, sessions)] = add_users(self.database, 1, 2).items()
        return Scene(user, [("session", session) for session in sessions])

    def scene_with_logins(self) -> Scene:
        user = create_user(self.api)
        body = {"email": user["email"], "password": PASSWORD, "refresh": True}
        logins = [do(self.api.post("/user-auth", body)).json() for _ in range(2)]
        return Scene(user["id"], [session_of(login) for login in logins], user["email"], logins)

    def new_key(self) -> str:
        return json.loads(self.run("signing-keys", "generate", "--json"))["kid"]


def log_out_one(place):
    scene = place.scene_with_logins()
    do(log_out(place.api, scene.logins[0]["session"]))
    return scene.sessions[:1]


def delete_one(place):
    scene = place.scene()
    do(place.api.delete(f"/sessions/{scene.sessions[1][1]}"))
    return scene.sessions[1:]


def delete_all(place):
    scene = place.scene()
    do(place.api.delete(f"{scene.path}/sessions"))
    return scene.sessions


def set_password(place):
    scene = place.scene()
    do(place.api.put(scene.path, {"password": NEW_PASSWORD}))
    return scene.sessions


def change_password(place):
    scene = place.scene_with_logins()
    body = {"session": scene.logins[0]["session"], "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    do(place.api.post("/user-auth/change-password", body))
    return scene.sessions


def reset_password(place):
    scene = place.scene_with_logins()
    do(place.api.post("/user-auth/forgot-password", {"email": scene.email}), 202)

    def token():
        texts = [mail.part("plain") for mail in place.mails.messages_to(scene.email)]
        return next((text.split("reset-password?token=")[1].split()[0] for text in texts if "reset-password" in text), None)

    body = {"token": wait_until(token, PATIENCE_S, "the mail"), "password": NEW_PASSWORD}
    do(place.api.post("/user-auth/reset-password", body))
    return scene.sessions


def disable_user(place):
    scene = place.scene()
    do(place.api.post(f"{scene.path}/disable"))
    return scene.sessions


def disable_user_by_command(place):
    scene = place.scene()
    place.run("users", "disable", str(scene.user))
    return scene.sessions


def delete_user(place):
    scene = place.scene()
    do(place.api.delete(scene.path))
    return scene.everything


def use_refresh_token_again(place):
    scene = place.scene_with_logins()
    token = {"refreshToken": scene.logins[0]["refreshToken"]}
    do(place.api.post("/user-auth/refresh", token))
    do(place.api.post("/user-auth/refresh", token), 401)
    return scene.sessions[:1]


def revoke_key(place):
    kid = place.new_key()
    place.run("signing-keys", "revoke", "--yes", "--", kid)
    return [("signing_key", kid)]


def sessions_by_sql(statement):
    def run(place):
        scene = place.scene()
        assert place.database.run(f"{statement} WHERE user_id = ?", scene.user) == 2
        return scene.sessions

    return run


def delete_user_by_sql(place):
    scene = place.scene()
    assert place.database.run("DELETE FROM users WHERE id = ?", scene.user) == 1
    return scene.everything


def disable_user_by_sql(place):
    scene = place.scene()
    assert place.database.run("UPDATE users SET disabled_at = created_at WHERE id = ?", scene.user) == 1
    return scene.sessions


def key_by_sql(statement):
    def run(place):
        kid = place.new_key()
        assert place.database.run(f"{statement} WHERE kid = ?", kid) == 1
        return [("signing_key", kid)]

    return run


ENDINGS = {
    "logout": log_out_one,
    "one_session": delete_one,
    "all_sessions": delete_all,
    "password_set": set_password,
    "password_changed": change_password,
    "password_reset": reset_password,
    "user_disabled": disable_user,
    "user_disabled_by_command": disable_user_by_command,
    "user_disabled_by_sql": disable_user_by_sql,
    "user_deleted": delete_user,
    "refresh_token_used_again": use_refresh_token_again,
    "key_revoked": revoke_key,
    "sql_delete_sessions": sessions_by_sql("DELETE FROM sessions"),
    "sql_expire_sessions": sessions_by_sql("UPDATE sessions SET expires_at = created_at"),
    "sql_limit_sessions": sessions_by_sql("UPDATE sessions SET absolute_expires_at = created_at"),
    "sql_delete_user": delete_user_by_sql,
    "sql_revoke_key": key_by_sql("UPDATE signing_keys SET state = 'revoked'"),
    "sql_delete_key": key_by_sql("DELETE FROM signing_keys"),
}


def clean_up_what_ended(place):
    """Shifting its time ends a session, as an administrator may do; the later cleanup ends nothing."""
    scene = place.scene()
    place.database.shift("sessions", "expires_at", timedelta(days=-60), f"user_id = {scene.user}")
    place.run("sessions", "cleanup")
    assert place.database.rows(f"SELECT count(*) FROM sessions WHERE user_id = {scene.user}") == [(0,)]
    return scene.sessions


def rotate_keys(place):
    """The second key retires the first and is then retired itself; both are dropped when their time is over."""
    for _ in range(2):
        place.new_key()
        place.run("signing-keys", "promote", "--now")
    place.run("signing-keys", "retire")
    place.database.shift("signing_keys", "drop_at", timedelta(days=-60), "state = 'retired'")
    assert place.database.run("DELETE FROM signing_keys WHERE state = 'retired'") >= 2
    return []


def keep_alive(place):
    scene = place.scene_with_logins()
    login = scene.logins[0]
    log_in(place.api, scene.email)
    for column in ("updated_at", "expires_at", "absolute_expires_at"):
        place.database.shift("sessions", column, timedelta(days=-1), f"user_id = {scene.user}")
    do(verify_session(place.api, login["session"]))
    do(place.api.post("/user-auth/refresh", {"refreshToken": login["refreshToken"]}))
    do(place.api.put(scene.path, {"first_name": "Augusta"}))
    return []


def fail_to_end(place):
    scene = place.scene_with_logins()
    session = scene.logins[0]["session"]
    for broken in ("x" * 92, session[:20] + ("A" if session[20] != "A" else "B") + session[21:]):
        log_out(place.api, broken)
    do(place.api.delete("/sessions/999999999"), 404)
    do(try_log_in(place.api, scene.email, "wrong"), 401)
    do(place.api.post("/user-auth/refresh", {"refreshToken": "gtf_" + "A" * 103}), 401)
    assert is_alive(place.api, session)
    return []


LIVING = [keep_alive, fail_to_end, rotate_keys, clean_up_what_ended]
