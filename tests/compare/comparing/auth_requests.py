"""Logging in and out, sessions and tokens: good, altered, ended, expired, orphaned and forged ones."""

import sqlite3
from datetime import timedelta

from .account_requests import BAD_IDS, PASSWORDS
from .alterations import FORGERIES
from .exchange import Exchange, Learn, Side
from .plan import Plan, message, single
from .starting_users import EXPRESS_USERS, express_password

ALTERED = ("flip", "insert", "cut", "behead", "lengthen", "upper", "double", "join")
FOREIGN_SESSIONS = (
    "x", "a.b", "AAAA", "=", " ", "null", "0", "\U0001f511", "a:b", "eyJpZCI6MX0=", "A" * 86, "A" * 200, "a" * 60_000,
)  # fmt: skip
USER_AGENTS = (
    "curl/8.0", "Mozilla/5.0 (X11; Linux x86_64)", "", "ünïcode", "a" * 2000, "é" * 600, "\udcff\udcfe broken",
    '"quoted" \\',
)  # fmt: skip
FORWARDED = (
    "203.0.113.9", "203.0.113.9, 127.0.0.1", "127.0.0.1", "10.0.0.1, 198.51.100.7", "2001:db8::1", "::ffff:203.0.113.5",
    "unknown", "203.0.113.9:8080", "[2001:db8::1]", "", ",", "203.0.113.9,", ", 127.0.0.1", "1.2.3",
    "1.2.3.4, x, 127.0.0.1",
    " 203.0.113.10 ,\t127.0.0.1", "300.1.1.1", "203.0.113.9" + ", 127.0.0.1" * 50, "fe80::1%eth0",
)  # fmt: skip
AUTHORIZATIONS = (
    "Bearer {}", "bearer {}", "BEARER {}", "Bearer  {}", "Bearer\t{}", "Bearer {} ", "Bearer: {}", "{}", "Token {}",
    "Basic {}",
    "Bearer", "Bearer ", "", "Bearer {},{}", "Bearer {} {}", 'Bearer "{}"', "Bearer x", "Bearer ..", "Bearer a.b.c",
    "Bearer a.b",
)  # fmt: skip


def log_in(plan: Plan) -> list[Exchange]:
    user = plan.user()
    email = plan.rng.choice((user.email, user.email.upper(), f" {user.email}\t", user.email.swapcase()))
    fields = [f"User-Agent: {plan.turn('agent', USER_AGENTS)}"] if plan.rng.random() < 0.6 else []
    if plan.rng.random() < 0.5:
        fields += [f"X-Forwarded-For: {plan.turn('forwarded', FORWARDED)}" for _ in range(plan.rng.randint(1, 2))]
    request = message("POST /user-auth", *fields, body={"email": email, "password": user.password})
    index, plan.logins = plan.logins, plan.logins + 1
    return [
        single("POST /user-auth", request, Learn("login", index)),
        single("GET /users/{id}/sessions", message(f"GET /users/{user.mark}/sessions")),
    ]


def log_in_refused(plan: Plan) -> list[Exchange]:
    user = plan.user()
    wrong = plan.rng.choice((user.password + "!", user.password.upper() + "?", "wrong", "a" * 1025, "a" * 5000))
    body = plan.turn("refused login", (
        {"email": user.email, "password": wrong},
        {"email": "nobody@example.com", "password": "x"},
        {"email": "bulk3@example.com", "password": "x"},
        {"email": "not an email", "password": "x"},
        {"email": "a" * 300 + "@example.com", "password": "x"},
    ))  # fmt: skip
    return [single("POST /user-auth", message("POST /user-auth", body=body))]


def log_in_incomplete(plan: Plan) -> list[Exchange]:
    body = plan.turn("incomplete login", (
        {}, {"email": "a@b.com"}, {"password": "x"}, {"email": "", "password": ""},
        {"email": "a@b.com", "password": ""},
        {"email": None, "password": None}, {"email": "", "password": "x"}, {"username": "a", "password": "x"},
        {"email": "a@b.com", "password": "x", "rememberMe": "yes"}, {"Email": "a@b.com", "Password": "x"},
        {"email": "a\x00@b.com", "password": "x"}, {"email": "a@b.com", "password": "x\x00"},
        {"email": 1, "password": True},
    ))  # fmt: skip
    return [single("POST /user-auth", message("POST /user-auth", body=body))]


def log_in_with_express_hash(plan: Plan) -> list[Exchange]:
    """Logs in to an account with a hash of the Express service: refused once, accepted, and accepted again with the new hash."""
    user_id = plan.turn("express user", EXPRESS_USERS)
    email = f"bulk{user_id}@example.com"
    requests = [
        message("POST /user-auth", body={"email": email, "password": password})
        for password in ("wrong", express_password(user_id), express_password(user_id))
    ]
    return [single("POST /user-auth", request) for request in requests]


def _with_session(path: str, session: str) -> Exchange:
    return single(f"POST /user-auth/{path}", message(f"POST /user-auth/{path}", body={"session": session}))


def _with_token(token: str, form: str = "Bearer {}") -> Exchange:
    field = f"Authorization: {form.replace('{}', token)}"
    return single("POST /user-auth/verify-token", message("POST /user-auth/verify-token", field))


def verify_session(plan: Plan) -> list[Exchange]:
    return [_with_session("verify-session", plan.session())]


def verify_token(plan: Plan) -> list[Exchange]:
    return [_with_token(plan.token())]


def verify_altered_session(plan: Plan) -> list[Exchange]:
    change = plan.turn("session change", ALTERED)
    number = plan.rng.randrange(max(1, plan.logins)) if change == "join" else None
    path = plan.rng.choice(("verify-session", "verify-session", "logout"))
    return [_with_session(path, plan.altered(plan.session(), change, number))]


def verify_foreign_session(plan: Plan) -> list[Exchange]:
    foreign = plan.turn("foreign session", (*FOREIGN_SESSIONS, "@@token.0@@", "@@cursor.0@@", ""))
    return [_with_session(path, foreign) for path in ("verify-session", "logout")]


def verify_altered_token(plan: Plan) -> list[Exchange]:
    change = plan.turn("token change", ALTERED)
    number = plan.rng.randrange(max(1, plan.logins)) if change == "join" else None
    return [_with_token(plan.altered(plan.token(), change, number))]


def verify_forged_token(plan: Plan) -> list[Exchange]:
    """Forges the token of the newest login, so that most are refused for the forgery alone."""
    number = plan.turn("forgery", range(len(FORGERIES)))
    newest = f"@@token.{max(0, plan.logins - 1)}@@"
    return [_with_token(plan.altered(newest, "forge", number))]


def verify_oddly_sent_token(plan: Plan) -> list[Exchange]:
    token = plan.token()
    form = plan.turn("authorization", AUTHORIZATIONS)
    twice = message("POST /user-auth/verify-token", f"Authorization: Bearer {token}", f"Authorization: Bearer {token}")
    path, label = "POST /user-auth/verify-token", "POST /user-auth/verify-token"
    return [
        _with_token(token, form),
        plan.rng.choice((
            single(label, twice),
            single(label, message(path)),
            single(label, message(path, f"Authorization: Bearer {'a' * 9000}")),
            single(label, message(path, f"Authorization: Bearer {token}", body={"token": "x"})),
            single(label, message(f"{path}?token={token}")),
            single(label, message(path, body={"token": "x"}, content_type="text/plain")),
        )),
    ]  # fmt: skip


def log_out(plan: Plan) -> list[Exchange]:
    """Logs out, then uses the dead session or logs out again, and uses the dead token."""
    index = plan.rng.randrange(max(1, plan.logins))
    session = f"@@session.{index}@@"
    return [
        _with_session("logout", session),
        plan.rng.choice((_with_session("verify-session", session), _with_session("logout", session))),
        _with_token(f"@@token.{index}@@"),
    ]


def list_sessions(plan: Plan) -> list[Exchange]:
    method = plan.rng.choice(("GET", "GET", "HEAD"))
    path = plan.user_path()
    return [single(f"{method} /users/{{id}}/sessions", message(f"{method} /users/{path}/sessions"))]


def end_sessions(plan: Plan) -> list[Exchange]:
    path = plan.user_path()
    return [
        single("DELETE /users/{id}/sessions", message(f"DELETE /users/{path}/sessions")),
        verify_session(plan)[0],
        verify_token(plan)[0],
    ]


def end_one_session(plan: Plan) -> list[Exchange]:
    index = plan.rng.randrange(max(1, plan.logins))
    sid = plan.rng.choice((f"@@sid.{index}@@", "987654", plan.rng.choice(BAD_IDS)))
    return [
        single("DELETE /sessions/{id}", message(f"DELETE /sessions/{sid}")),
        _with_session("verify-session", f"@@session.{index}@@"),
        single("DELETE /sessions/{id}", message(f"DELETE /sessions/{sid}")),
    ]


def _fresh_login(plan: Plan, before) -> tuple[int, list[Exchange]]:
    """A login whose session is in no cache yet, and its verification after `before` has run."""
    exchanges = log_in(plan)
    index = plan.logins - 1
    body = {"session": f"@@session.{index}@@"}
    verify = message("POST /user-auth/verify-session", body=body)
    changed = single("POST /user-auth/verify-session", verify, before=lambda side: before(side, index))
    return index, [*exchanges, changed, _with_token(f"@@token.{index}@@")]


def use_expired_session(plan: Plan) -> list[Exchange]:
    index, exchanges = _fresh_login(plan, _expire)
    return [*exchanges, _with_session("logout", f"@@session.{index}@@")]


def use_orphaned_session(plan: Plan) -> list[Exchange]:
    """A session whose user has been deleted by something that ignores foreign keys."""
    index = plan.next_number()
    email = f"orphan{index}@example.com"
    body = {"first_name": "Or", "last_name": "Phan", "email": email, "password": plan.rng.choice(PASSWORDS)}
    login, plan.logins = plan.logins, plan.logins + 1
    credentials = {"email": email, "password": body["password"]}
    verify = message("POST /user-auth/verify-session", body={"session": f"@@session.{login}@@"})
    return [
        single("POST /users", message("POST /users", body=body), Learn("user", index)),
        single("POST /user-auth", message("POST /user-auth", body=credentials), Learn("login", login)),
        single("POST /user-auth/verify-session", verify, before=lambda side: _orphan(side, email)),
        _with_token(f"@@token.{login}@@"),
    ]


def _expire(side: Side, index: int):
    sid = side.values.get(f"sid.{index}")
    if sid is not None:
        side.database.shift("sessions", "expires_at", timedelta(days=-8), f"id = {int(sid)}")


def _orphan(side: Side, email: str):
    statement = "DELETE FROM users WHERE email = '" + email + "'"
    if side.database.kind == "postgres":
        with side.database.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement)
        return
    connection = sqlite3.connect(side.database.path, timeout=30)  # SQLite ignores foreign keys unless told otherwise
    try:
        with connection:
            connection.execute(statement)
    finally:
        connection.close()
