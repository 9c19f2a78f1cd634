"""API keys that are stored in the database."""

from .http_client import Api, Response

SCOPES = (
    "auth",
    "users:read",
    "users:write",
    "sessions:read",
    "sessions:write",
    "audit:read",
    "revocations:read",
    "keys:write",
    "metrics",
    "forward-auth",
    "admin",
)
# A route that needs the scope `auth` and no database.
QUIET_ROUTE = "/user-auth/password-policy"


def make_key(api: Api, scopes: str = "auth", **more) -> tuple[str, str]:
    """The new key's id and its secret."""
    response = api.post("/api-keys", {"name": "shop", "scopes": scopes, **more})
    assert response.status == 201, response.body
    made = response.json()
    return made["apiKey"]["id"], made["secret"]


def rotate_key(api: Api, key_id: str, grace_s: int | None = None) -> str:
    """The new secret."""
    response = api.post(f"/api-keys/{key_id}/rotate", {} if grace_s is None else {"graceSeconds": grace_s})
    assert response.status == 200, response.body
    return response.json()["secret"]


def use(api: Api, secret: str) -> Response:
    return api.get(QUIET_ROUTE, key=secret)


def is_good(api: Api, secret: str) -> bool:
    """Whether a key with the scope `auth` is accepted. If not, it must be refused as an unknown key."""
    response = use(api, secret)
    if response.status == 200:
        return True
    assert (response.status, response.json()["code"]) == (401, "invalid_api_key")
    return False
