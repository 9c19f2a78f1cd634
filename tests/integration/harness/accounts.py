"""The calls that most tests begin with: make a user, log in, ask about a session."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from .http_client import Api, Response

PASSWORD = "correct horse battery staple"


def unique_email(prefix="user") -> str:
    return f"{prefix}-{uuid.uuid4().hex[:16]}@example.com"


def new_user(**changes) -> dict:
    """A body for POST /users; a change of None leaves the field out."""
    body = {"first_name": "Ada", "last_name": "Lovelace", "email": unique_email(), "password": PASSWORD} | changes
    return {name: value for name, value in body.items() if value is not None}


def create_user(api: Api, **changes) -> dict:
    """Creates a user and returns it as the service shows it."""
    response = api.post("/users", new_user(**changes))
    assert response.status == 201, (response.status, response.body)
    return response.json()["user"]


def create_users(api: Api, count: int) -> list[dict]:
    """Several users, in parallel."""

    def create(_):
        with Api(api.port, api.key) as own:
            return create_user(own)

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(create, range(count)))


def try_log_in(api: Api, email: str, password=PASSWORD, **options) -> Response:
    return api.post("/user-auth", {"email": email, "password": password}, **options)


def log_in(api: Api, email: str, password=PASSWORD, **options) -> dict:
    """Logs in and returns the answer: user, token, session, sessionExpires."""
    response = try_log_in(api, email, password, **options)
    assert response.status == 200, (response.status, response.body)
    return response.json()


def verify_session(api: Api, session: str) -> Response:
    return api.post("/user-auth/verify-session", {"session": session})


def verify_token(api: Api, token: str) -> Response:
    return api.post("/user-auth/verify-token", headers={"Authorization": f"Bearer {token}"})


def log_out(api: Api, session: str) -> Response:
    return api.post("/user-auth/logout", {"session": session})


def is_alive(api: Api, session: str) -> bool:
    """True when the session is good, False when it is refused; anything else is a failure."""
    response = verify_session(api, session)
    assert response.status in (200, 401), (response.status, response.body)
    return response.status == 200


def is_cached(api: Api, database, session: str) -> bool:
    """Whether the session is in the program's cache: then it does not see a change that nobody announces."""
    shown = verify_session(api, session).json()
    database.shift("sessions", "expires_at", timedelta(seconds=1))
    return verify_session(api, session).json() == shown


def calls_that_need_the_database(api: Api, user: dict, login: dict) -> dict:
    """Each as a function without arguments. The session must not be in the cache; the user may be gone afterwards."""
    path = f"/users/{user['id']}"
    return {
        "health": lambda: api.get("/health"),
        "all users": lambda: api.get("/users"),
        "a page": lambda: api.get("/users?limit=5"),
        "one user": lambda: api.get(path),
        "create": lambda: api.post("/users", new_user()),
        "rename": lambda: api.put(path, {"first_name": "X"}),
        "change password": lambda: api.put(path, {"password": PASSWORD + "!"}),
        "delete": lambda: api.delete(path),
        "log in": lambda: try_log_in(api, user["email"]),
        "verify session": lambda: verify_session(api, login["session"]),
        "verify token": lambda: verify_token(api, login["token"]),
        "log out": lambda: log_out(api, login["session"]),
        "sessions": lambda: api.get(f"{path}/sessions"),
        "end sessions": lambda: api.delete(f"{path}/sessions"),
        "end one session": lambda: api.delete("/sessions/1"),
    }


def assert_unavailable(response: Response, call=""):
    """It is a 503 in the one format that errors have, and says when to try again; it calls nothing valid or invalid."""
    assert response.status == 503, f"{call}: {response.status} {response.body[:200]!r}"
    assert int(response.header("Retry-After")) >= 1, call
    body = response.json()
    assert body["error"] in ("Service temporarily unavailable", "Database unavailable"), call
    assert body["requestId"] == response.header("X-Request-Id"), call


def assert_usable(api: Api):
    """A user can be made and logged in, and the session is good."""
    assert is_alive(api, log_in(api, create_user(api)["email"])["session"])
