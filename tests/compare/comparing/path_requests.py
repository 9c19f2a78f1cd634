"""Every path with every method, and paths in other spellings."""

from .exchange import Exchange
from .plan import KEY_LINE, Plan, message, single

PATHS = (
    "/", "/openapi.yaml", "/health", "/users", "/users/3", "/users/3/sessions", "/sessions/987654", "/user-auth",
    "/user-auth/verify-session", "/user-auth/logout", "/user-auth/verify-token", "/nothing",
)  # fmt: skip
METHODS = (
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "FOO", "get", "Post", "PROPFIND", "QUERY",
    "X-Y",
)  # fmt: skip
EVERY_METHOD_AND_PATH = [(method, path) for method in METHODS for path in PATHS]
SPELLINGS = (
    "/Health", "/HEALTH", "/health/", "/health//", "//health", "/health/.", "/./health", "/../health", "/health/..",
    "/healthz",
    "/health?", "/health?x=1", "/health/?x", "/health#x", "/health;x=1", "/%68ealth", "/health%20", "/health%00",
    "/health\\", "/heal",
    "/USERS", "/Users/", "/users//", "/users/3/", "/users/3//", "/users//3", "/USERS/3", "/users/3/SESSIONS",
    "/users/3/sessions/",
    "/users/3/session", "/users/3/sessions/1", "/users//sessions", "/users/sessions", "/users/3/4/sessions",
    "/users/%33", "/users/3%2Fsessions",
    "/users/3?x=1", "/users/3/sessions?limit=1", "/users.json", "/users;a", "/sessions", "/sessions/", "/sessions//",
    "/sessions/1/2",
    "/user-auth/", "/User-Auth", "/user-auth//logout", "/user-auth/logout/", "/user-auth/unknown", "/user_auth",
    "/userauth", "/users-auth",
    "/openapi.yml", "/openapi.json", "/OPENAPI.YAML", "/openapi.yaml/", "/openapi.yaml?download", "/favicon.ico",
    "/robots.txt", "/.env",
    "/index.html", "//", "///", "/?", "/?x=1", "/#", "/*", "*", "/\xe9", "/\xc3\xa9", "/users/\xc3\xa9",
    "/" + "a" * 4000, "/" + "/" * 100,
    "http://x/health", "http://x", "http://x/", "http://x?a=1", "http://x/users/3", "HTTPS://y:443/Health/", "http://",
    "http:///health",
    "https://user:word@x/health", "ftp://x/health", "http:/health", "http://x#y", "http://[::1]/health", "x:80",
    "health", "?x", "#", "/:80",
    "http://x/users?limit=1", "ws://x/health", "/http://x/health", "http://x//health", "http://x/../health",
)  # fmt: skip
BODIES = (None, None, b"{}", b'{"first_name":"Path"}', b'{"session":"x"}', b"not json")
KEYS = (KEY_LINE, KEY_LINE, None, "X-API-Key: wrong")


def label_of(method: str, path: str) -> str:
    """The route as the reference writes it."""
    for number in ("/3", "/987654"):
        path = path.replace(number, "/{id}")
    return f"{method if method in METHODS[:7] else 'other method'} {path}"


def every_method(plan: Plan) -> list[Exchange]:
    method, path = plan.turn("method and path", EVERY_METHOD_AND_PATH)
    body = plan.rng.choice(BODIES) if method not in ("GET", "HEAD") else None
    request = message(f"{method} {path}", key=plan.rng.choice(KEYS), body=body)
    with_key = message(f"{method} {path}", body=body)
    return [single(label_of(method, path), one) for one in (request, with_key)]


def spelled(plan: Plan) -> list[Exchange]:
    """A path in another spelling, with a reading method and with any method."""
    path = plan.turn("spelling", SPELLINGS)
    methods = (plan.rng.choice(("GET", "GET", "HEAD")), plan.rng.choice(METHODS))
    if path.lower().strip("/").startswith("users/3") or "/users/3" in path:
        methods = ("GET", "HEAD")
    return [single("other spellings", message(f"{method} {path}", key=plan.rng.choice(KEYS))) for method in methods]


def service(plan: Plan) -> list[Exchange]:
    """The routes that need no key."""
    path = plan.rng.choice(("/", "/health", "/openapi.yaml"))
    method = plan.rng.choice(("GET", "GET", "HEAD"))
    key = plan.rng.choice((None, KEY_LINE, "X-API-Key: wrong"))
    return [single(label_of(method, path), message(f"{method} {path}", key=key))]
