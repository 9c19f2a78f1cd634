"""The calls of the service: what each sends, and how it reads an answer. Both clients send them."""

import re
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .answers import next_of
from .models import (
    Account,
    ApiKey,
    AuditEvent,
    Device,
    Health,
    IssuedKey,
    Login,
    PasswordJudgement,
    PasswordPolicy,
    Readiness,
    RefreshedToken,
    Session,
    TaggedUser,
    User,
    VerifiedSession,
    VerifiedToken,
    user_id_of,
)
from .options import VISIBLE

Result = TypeVar("Result", covariant=True)
Item = TypeVar("Item")

OK = 200
PAGE_ITEMS = 100
# Longer than any session or token of the service, and shorter than the longest header field that it reads.
CREDENTIAL_CHARACTERS_MAX = 8192
# Longer than any session, and short enough for a hundred to fit into one call.
BATCHED_CHARACTERS_MAX = 512
BATCH = 100
IDEMPOTENCY_KEY = "Idempotency-Key"
SESSION_REFUSALS = frozenset({"invalid_session", "session_expired", "session_ended", "session_user_not_found"})
# The refusals of one session among many, where an empty text does not make the whole call fail.
BATCHED_REFUSALS = SESSION_REFUSALS | {"session_required"}


@dataclass(frozen=True)
class Call(Generic[Result]):
    method: str
    path: str
    read: Callable[[Any, Mapping[str, str]], Result]
    """Makes the result from the body and the header fields."""
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False
    """Sending it twice has the same effect as sending it once. A GET is always repeatable."""
    states: bool = False
    """The call asks for the state of the service itself, so a 503 may be the answer."""
    refusals: Collection[str] = ()
    """The codes with which the service refuses the session or token that the call is about."""

    @property
    def once(self) -> bool:
        """Whether the service carries out the call only once, however often it arrives."""
        return IDEMPOTENCY_KEY in self.fields


@dataclass(frozen=True)
class Page(Generic[Item]):
    items: list[Item]
    next: str | None
    """Where the next page begins; None on the last one."""


def _nothing(_body: Any, _headers: Mapping[str, str]) -> None:
    return None


def _given(**values: object) -> dict[str, str]:
    """The values that are not None, as texts for a query."""
    return {name: str(value) for name, value in values.items() if value is not None}


def _number(value: int) -> int:
    """A number for a path. A ValueError for anything else, so that a text from a browser cannot lead to another path."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("an id must be a positive integer")
    return value


def may_be_credential(value: str | None, characters_max: int = CREDENTIAL_CHARACTERS_MAX) -> bool:
    """Whether the value may be a credential. Any other is not sent: it comes from a browser and must not break a header field or a body."""
    return value is not None and len(value) <= characters_max and VISIBLE.fullmatch(value) is not None


def _once() -> dict[str, str]:
    """The header field for a request that the service carries out only once, however often it arrives."""
    return {IDEMPOTENCY_KEY: secrets.token_hex(16)}


def log_in(email: str, password: str, refresh: bool, device_token: str | None) -> Call[Login]:
    body: dict[str, object] = {"email": email, "password": password}
    if refresh:
        body["refresh"] = True
    return Call(
        "POST", "/user-auth", lambda json, headers: Login.read(json, headers.get("X-Device-Token")), body=body, fields=_device(device_token)
    )


def _device(device_token: str | None) -> dict[str, str]:
    """The header field for a device token. A text that cannot be one, such as a cookie that was tampered with, counts as `new`."""
    if device_token is None:
        return {}
    return {"X-Device-Token": device_token if VISIBLE.fullmatch(device_token) else "new"}


def verify_session(session: str) -> Call[VerifiedSession]:
    body = {"session": session}
    path = "/user-auth/verify-session"
    return Call("POST", path, lambda json, _: VerifiedSession.read(json), body=body, repeatable=True, refusals=SESSION_REFUSALS)


def verify_sessions(sessions: Sequence[str | None]) -> list[Call[list[VerifiedSession | None]]]:
    """One call for every hundred."""
    return [_verify_batch(sessions[begin : begin + BATCH]) for begin in range(0, len(sessions), BATCH)]


def _verify_batch(sessions: Sequence[str | None]) -> Call[list[VerifiedSession | None]]:
    body = {"sessions": [one if may_be_credential(one, BATCHED_CHARACTERS_MAX) else "" for one in sessions]}

    def read(json: Any, _headers: Mapping[str, str]) -> list[VerifiedSession | None]:
        checked = json["sessions"]
        if not isinstance(checked, list) or len(checked) != len(sessions):
            raise ValueError("not one entry for each session")
        return [_checked_session(one) for one in checked]

    return Call("POST", "/user-auth/verify-sessions", read, body=body, repeatable=True)


def _checked_session(entry: Any) -> VerifiedSession | None:
    """The result of one session among many."""
    if entry["status"] == OK:
        return VerifiedSession.read(entry)
    if entry["code"] in BATCHED_REFUSALS:
        return None
    raise ValueError("not a refusal of a session")


def verify_token(token: str) -> Call[VerifiedToken]:
    fields = {"Authorization": f"Bearer {token}"}
    path = "/user-auth/verify-token"
    return Call("POST", path, lambda json, _: VerifiedToken.read(json), fields=fields, repeatable=True, refusals=("invalid_token",))


def refresh_token(refresh_token: str, attempt: str | None) -> Call[RefreshedToken]:
    """The attempt has a name, so that a repetition gets the same answer."""
    body = {"refreshToken": refresh_token, "attempt": secrets.token_hex(16) if attempt is None else attempt}
    return Call("POST", "/user-auth/refresh", lambda json, _: RefreshedToken.read(json), body=body, repeatable=True)


def log_out(session: str) -> Call[None]:
    return Call("POST", "/user-auth/logout", _nothing, body={"session": session}, repeatable=True)


def end_session(session_id: int) -> Call[None]:
    return Call("DELETE", f"/sessions/{_number(session_id)}", _nothing)


def create_user(first_name: str, last_name: str, email: str, password: str) -> Call[User]:
    body = {"first_name": first_name, "last_name": last_name, "email": email, "password": password}
    return Call("POST", "/users", lambda json, _: User.read(json["user"]), body=body, fields=_once(), repeatable=True)


def get_user(user_id: int) -> Call[User]:
    return Call("GET", f"/users/{_number(user_id)}", lambda json, _: User.read(json))


def tagged_user(user_id: int) -> Call[TaggedUser]:
    return Call("GET", f"/users/{_number(user_id)}", lambda json, headers: TaggedUser(User.read(json), headers.get("ETag", "")))


def find_user(email: str) -> Call[User | None]:
    return Call("GET", "/users", lambda json, _: User.read(json[0]) if json else None, query={"email": email})


def search_users(beginning: str) -> Call[list[User]]:
    return Call("GET", "/users", lambda json, _: [User.read(one) for one in json], query={"q": beginning})


def update_user(user_id: int, if_match: str | None, **changes: str | None) -> Call[User]:
    body = {name: value for name, value in changes.items() if value is not None}
    fields = _condition(if_match)
    return Call("PUT", f"/users/{_number(user_id)}", lambda json, _: User.read(json["user"]), body=body, fields=fields)


def delete_user(user_id: int, if_match: str | None) -> Call[None]:
    return Call("DELETE", f"/users/{_number(user_id)}", _nothing, fields=_condition(if_match))


def _condition(if_match: str | None) -> dict[str, str]:
    """The `If-Match` header field for the version that was seen."""
    if if_match is None:
        return {}
    if not VISIBLE.fullmatch(if_match):
        raise ValueError("if_match must be visible ASCII characters")
    return {"If-Match": if_match}


def page_of_users(limit: int | None, after: str | None) -> Call[Page[User]]:
    query = _given(limit=PAGE_ITEMS if limit is None else limit, after=after)
    return Call("GET", "/users", lambda json, headers: Page([User.read(one) for one in json], next_of(headers)), query=query)


def sessions_of(user_id: int) -> Call[list[Session]]:
    return Call("GET", f"/users/{_number(user_id)}/sessions", lambda json, _: [Session.read(one) for one in json])


def end_sessions_of(user_id: int) -> Call[int]:
    return Call("DELETE", f"/users/{_number(user_id)}/sessions", lambda json, _: int(json["count"]))


def account_of(user_id: int) -> Call[Account]:
    return Call("GET", f"/users/{_number(user_id)}/account", lambda json, _: Account.read(json))


def disable_user(user_id: int, reason: str | None) -> Call[None]:
    body = None if reason is None else {"reason": reason}
    return Call("POST", f"/users/{_number(user_id)}/disable", _nothing, body=body)


def enable_user(user_id: int) -> Call[None]:
    return Call("POST", f"/users/{_number(user_id)}/enable", _nothing)


def unlock_user(user_id: int) -> Call[None]:
    return Call("POST", f"/users/{_number(user_id)}/unlock", _nothing)


def require_password_change(user_id: int) -> Call[None]:
    return Call("POST", f"/users/{_number(user_id)}/require-password-change", _nothing)


def send_reset(user_id: int) -> Call[None]:
    return Call("POST", f"/users/{_number(user_id)}/send-reset", _nothing)


def devices_of(user_id: int) -> Call[list[Device]]:
    return Call("GET", f"/users/{_number(user_id)}/devices", lambda json, _: [Device.read(one) for one in json])


def forget_devices_of(user_id: int) -> Call[int]:
    return Call("DELETE", f"/users/{_number(user_id)}/devices", lambda json, _: int(json["count"]))


def password_policy() -> Call[PasswordPolicy]:
    return Call("GET", "/user-auth/password-policy", lambda json, _: PasswordPolicy.read(json))


def check_password(password: str, email: str | None) -> Call[PasswordJudgement]:
    body = {"password": password} if email is None else {"password": password, "email": email}
    return Call("POST", "/user-auth/check-password", lambda json, _: PasswordJudgement.read(json), body=body, repeatable=True)


def forgot_password(email: str) -> Call[None]:
    return Call("POST", "/user-auth/forgot-password", _nothing, body={"email": email})


def reset_password(token: str, password: str) -> Call[None]:
    return Call("POST", "/user-auth/reset-password", _nothing, body={"token": token, "password": password})


def change_password(session: str, current_password: str, new_password: str, device_token: str | None) -> Call[Login]:
    body = {"session": session, "currentPassword": current_password, "newPassword": new_password}
    return Call("POST", "/user-auth/change-password", lambda json, _: Login.read(json), body=body, fields=_device(device_token))


def verify_email(token: str) -> Call[int]:
    refusals = ("invalid_or_expired_token",)
    return Call("POST", "/user-auth/verify-email", lambda json, _: user_id_of(json), body={"token": token}, refusals=refusals)


def resend_verification(email: str) -> Call[None]:
    return Call("POST", "/user-auth/resend-verification", _nothing, body={"email": email})


def change_email(session: str, password: str, email: str, device_token: str | None) -> Call[None]:
    body = {"session": session, "password": password, "email": email}
    return Call("POST", "/user-auth/change-email", _nothing, body=body, fields=_device(device_token))


def confirm_email(token: str) -> Call[int]:
    return Call("POST", "/user-auth/confirm-email", lambda json, _: user_id_of(json), body={"token": token})


@dataclass(frozen=True)
class AuditFilter:
    """Selects the events that match every value that is given."""

    type: str | None = None
    user: int | None = None
    """The user that the events are about."""
    actor: str | None = None
    """The API key, person or part of the service that caused the events."""
    outcome: str | None = None
    since: str | None = None
    """Only events from this time or day on, in UTC."""
    until: str | None = None
    """Only events before this time or day, in UTC."""

    def query(self) -> dict[str, str]:
        values = {"type": self.type, "user": self.user, "actor": self.actor, "outcome": self.outcome}
        return _given(**values, **{"from": self.since, "to": self.until})


def exported_event(since: str | None, until: str | None) -> Call[AuditEvent]:
    """The answer has any number of events, one per line."""
    return Call("GET", "/audit/export", lambda json, _: AuditEvent.read(json), query=_given(**{"from": since, "to": until}))


def page_of_events(wanted: AuditFilter, limit: int | None, after: str | None) -> Call[Page[AuditEvent]]:
    query = wanted.query() | _given(limit=limit, after=after)

    def read(json: Any, headers: Mapping[str, str]) -> Page[AuditEvent]:
        return Page([AuditEvent.read(one) for one in json["events"]], next_of(headers))

    return Call("GET", "/audit", read, query=query)


def _public_id(value: str) -> str:
    """The id of an API key for a path. A ValueError for anything else, so that a text from a browser cannot lead to another path."""
    if not isinstance(value, str) or not re.fullmatch("[0-9a-z]{10}", value):
        raise ValueError("id must be ten letters and digits")
    return value


def create_api_key(name: str, scopes: str, tells_client: bool | None, expires_in_s: int | None) -> Call[IssuedKey]:
    more = {"tellsClient": tells_client, "expiresIn": expires_in_s}
    body = {"name": name, "scopes": scopes} | {field: value for field, value in more.items() if value is not None}
    return Call("POST", "/api-keys", lambda json, _: IssuedKey.read(json), body=body, fields=_once(), repeatable=True)


def api_keys() -> Call[list[ApiKey]]:
    return Call("GET", "/api-keys", lambda json, _: [ApiKey.read(one) for one in json["apiKeys"]])


def get_api_key(key_id: str) -> Call[ApiKey]:
    return Call("GET", f"/api-keys/{_public_id(key_id)}", lambda json, _: ApiKey.read(json["apiKey"]))


def rotate_api_key(key_id: str, grace_s: int | None) -> Call[IssuedKey]:
    body = None if grace_s is None else {"graceSeconds": grace_s}
    path = f"/api-keys/{_public_id(key_id)}/rotate"
    return Call("POST", path, lambda json, _: IssuedKey.read(json), body=body, fields=_once(), repeatable=True)


def revoke_api_key(key_id: str) -> Call[None]:
    return Call("DELETE", f"/api-keys/{_public_id(key_id)}", _nothing)


def health() -> Call[Health]:
    return Call("GET", "/health", lambda json, _: Health.read(json), states=True)


def ready() -> Call[Readiness]:
    return Call("GET", "/health/ready", lambda json, _: Readiness.read(json), states=True)
