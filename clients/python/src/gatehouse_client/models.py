"""What the service returns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

# As json.loads() makes it.
Json = Mapping[str, Any]


def time_of(text: str) -> datetime:
    """A time of the service's, in UTC with milliseconds."""
    return datetime.fromisoformat(text)


def _time_or_none(text: str | None) -> datetime | None:
    return None if text is None else time_of(text)


def user_id_of(json: Json) -> int:
    """The user's id. A TypeError unless it is a number: other programs answer with members of that name, too."""
    value = json["userId"]
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("userId is no number")
    return value


@dataclass(frozen=True)
class User:
    id: int
    first_name: str
    last_name: str
    email: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def read(cls, json: Json) -> "User":
        names = json["first_name"], json["last_name"], json["email"]
        return cls(json["id"], *names, time_of(json["created_at"]), time_of(json["updated_at"]))


@dataclass(frozen=True)
class Account:
    """What an operator may want to know before helping a user."""

    email_verified_at: datetime | None
    disabled_at: datetime | None
    password_changed_at: datetime | None
    must_change_password: bool
    blocked_until: datetime | None
    others_blocked: bool
    devices: int
    sessions: int
    version: int

    @classmethod
    def read(cls, json: Json) -> "Account":
        return cls(
            email_verified_at=_time_or_none(json["emailVerifiedAt"]),
            disabled_at=_time_or_none(json["disabledAt"]),
            password_changed_at=_time_or_none(json["passwordChangedAt"]),
            must_change_password=json["mustChangePassword"],
            blocked_until=_time_or_none(json["blockedUntil"]),
            others_blocked=json["othersBlocked"],
            devices=json["devices"],
            sessions=json["sessions"],
            version=json["version"],
        )


@dataclass(frozen=True, repr=False)
class Login:
    user_id: int
    token: str
    """A JSON Web Token, for programs that read claims themselves."""
    session: str
    """The value to keep in the user's cookie until `session_expires`."""
    session_expires: datetime
    device_token: str | None = None
    """The token of the device, if one was asked for: keep it in a separate cookie for a year."""
    refresh_token: str | None = None
    """The token to pass to `token.refresh()`, if one was asked for."""
    token_expires: datetime | None = None
    """When `token` expires, if a refresh token was asked for."""

    @classmethod
    def read(cls, json: Json, device_token: str | None = None) -> "Login":
        return cls(
            user_id=json["user"]["id"],
            token=json["token"],
            session=json["session"],
            session_expires=time_of(json["sessionExpires"]),
            device_token=device_token,
            refresh_token=json.get("refreshToken"),
            token_expires=_time_or_none(json.get("tokenExpires")),
        )

    def __repr__(self) -> str:
        return f"Login(user_id={self.user_id}, session_expires={self.session_expires!r})"


@dataclass(frozen=True, repr=False)
class RefreshedToken:
    user_id: int
    token: str
    token_expires: datetime
    refresh_token: str
    """Replaces the one that was sent."""
    session_expires: datetime

    @classmethod
    def read(cls, json: Json) -> "RefreshedToken":
        times = {"token_expires": time_of(json["tokenExpires"]), "session_expires": time_of(json["sessionExpires"])}
        return cls(user_id=json["user"]["id"], token=json["token"], refresh_token=json["refreshToken"], **times)

    def __repr__(self) -> str:
        return f"RefreshedToken(user_id={self.user_id}, token_expires={self.token_expires!r})"


@dataclass(frozen=True)
class TaggedUser:
    """A user, with a tag for this version of the user."""

    user: User
    etag: str


@dataclass(frozen=True)
class VerifiedSession:
    user_id: int
    email: str
    first_name: str
    last_name: str
    expires_at: datetime
    """Use extends a session: set the cookie again if this is later than the cookie's expiry."""

    @classmethod
    def read(cls, json: Json) -> "VerifiedSession":
        user = json["user"]
        return cls(user_id_of(json), user["email"], user["first_name"], user["last_name"], time_of(json["expiresAt"]))


@dataclass(frozen=True)
class VerifiedToken:
    user_id: int
    expires_at: datetime

    @classmethod
    def read(cls, json: Json) -> "VerifiedToken":
        return cls(user_id_of(json), time_of(json["expiresAt"]))


@dataclass(frozen=True)
class Session:
    """One of a user's open sessions, without its secret value."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ip_address: str | None
    user_agent: str | None

    @classmethod
    def read(cls, json: Json) -> "Session":
        created_at, last_seen_at, expires_at = (time_of(json[name]) for name in ("createdAt", "lastSeenAt", "expiresAt"))
        return cls(json["id"], created_at, last_seen_at, expires_at, json["ipAddress"], json["userAgent"])


@dataclass(frozen=True)
class Device:
    """A device that a user has logged in on."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    """The time of the last login on the device."""
    expires_at: datetime

    @classmethod
    def read(cls, json: Json) -> "Device":
        return cls(json["id"], *(time_of(json[name]) for name in ("createdAt", "lastSeenAt", "expiresAt")))


@dataclass(frozen=True)
class PasswordPolicy:
    length_min: int
    """In characters."""
    bytes_max: int
    """In bytes of UTF-8."""
    classes_min: int
    """How many of these classes a password must contain: lower-case letters, upper-case letters, digits, other characters."""
    refuses_personal: bool
    refuses_common: bool
    refuses_breached: bool

    @classmethod
    def read(cls, json: Json) -> "PasswordPolicy":
        numbers = json["lengthMin"], json["bytesMax"], json["classesMin"]
        return cls(*numbers, json["refusesPersonal"], json["refusesCommon"], json["refusesBreached"])


@dataclass(frozen=True)
class PasswordJudgement:
    acceptable: bool
    code: str | None = None
    """Why not: `too_short`, `common`, …"""
    message: str | None = None
    """For people, to be shown after the field's name."""

    @classmethod
    def read(cls, json: Json) -> "PasswordJudgement":
        return cls(json["acceptable"], json.get("code"), json.get("message"))


@dataclass(frozen=True)
class AuditEvent:
    id: int
    type: str
    outcome: Literal["ok", "refused", "error"]
    reason: str | None
    at: datetime
    actor_kind: Literal["key", "user", "cli", "system"]
    actor_name: str | None
    user_id: int | None
    session_id: int | None
    request_id: str | None
    ip_address: str | None
    user_agent: str | None
    details: Json | None

    @classmethod
    def read(cls, json: Json) -> "AuditEvent":
        return cls(
            id=json["id"],
            type=json["type"],
            outcome=json["outcome"],
            reason=json["reason"],
            at=time_of(json["at"]),
            actor_kind=json["actor"]["kind"],
            actor_name=json["actor"]["name"],
            user_id=json["userId"],
            session_id=json["sessionId"],
            request_id=json["requestId"],
            ip_address=json["ipAddress"],
            user_agent=json["userAgent"],
            details=json["details"],
        )


@dataclass(frozen=True)
class ApiKey:
    """A key with which a program calls the service, without its secret."""

    id: str
    name: str
    scopes: str
    """Separated by single spaces: `auth users:read`."""
    tells_client: bool
    """Whether the key's holder is trusted to name the client for which it acts."""
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    last_used_at: datetime | None
    """Accurate to about ten minutes."""
    previous_until: datetime | None
    """Until when the previous secret is valid."""

    @classmethod
    def read(cls, json: Json) -> "ApiKey":
        return cls(
            id=json["id"],
            name=json["name"],
            scopes=json["scopes"],
            tells_client=json["tellsClient"],
            created_at=time_of(json["createdAt"]),
            created_by=json["createdBy"],
            expires_at=_time_or_none(json["expiresAt"]),
            last_used_at=_time_or_none(json["lastUsedAt"]),
            previous_until=_time_or_none(json["previousUntil"]),
        )


@dataclass(frozen=True, repr=False)
class IssuedKey:
    """A key and its secret, which the service does not keep."""

    api_key: ApiKey
    secret: str

    @classmethod
    def read(cls, json: Json) -> "IssuedKey":
        return cls(ApiKey.read(json["apiKey"]), json["secret"])

    def __repr__(self) -> str:
        return f"IssuedKey(api_key={self.api_key!r})"


@dataclass(frozen=True)
class Health:
    status: Literal["healthy", "unhealthy", "draining"]
    uptime_s: float
    environment: str
    error: str | None
    """Why the service cannot do its work."""

    @classmethod
    def read(cls, json: Json) -> "Health":
        return cls(json["status"], json["uptime"], json["environment"], json.get("error"))


@dataclass(frozen=True)
class Readiness:
    status: Literal["ready", "not ready"]
    reasons: tuple[str, ...] = ()
    """Why the service is not ready."""

    @classmethod
    def read(cls, json: Json) -> "Readiness":
        return cls(json["status"], tuple(json.get("reasons", ())))
