"""How a session, a token or a cursor is altered: f(value, number), the same for both sides."""

import base64
import json
from collections.abc import Callable

from harness.program import JWT_SECRET
from harness.tokens import encode_part, sign_text

from .masking import decode_part

BASE64URL = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
FAR_AWAY = 4_000_000_000


def flip(value: bytes, number: int) -> bytes:
    """Replaces one character with another one of the alphabet."""
    at = number % max(1, len(value))
    other = BASE64URL[(BASE64URL.find(value[at : at + 1]) + 1) % len(BASE64URL)]
    return value[:at] + bytes([other]) + value[at + 1 :]


def insert(value: bytes, number: int) -> bytes:
    """Inserts a character that such a value never contains."""
    at = number % (len(value) + 1)
    return value[:at] + b" =+/.%~"[number % 7 : number % 7 + 1] + value[at:]


def forge(value: bytes, number: int) -> bytes:
    """The token with one thing wrong, or unusual; signed again unless the case says otherwise."""
    parts = value.decode().split(".")
    if len(parts) != 3:
        return value
    header, claims = decode_part(parts[0]), decode_part(parts[1])
    return FORGERIES[number % len(FORGERIES)](header, claims).encode()


def _with(header: dict | None = None, claims: dict | None = None) -> Callable[[str, str], str]:
    """Replaces members of the header and the claims; None leaves a member out."""

    def changed(text: str, changes: dict | None) -> str:
        members = json.loads(text) | (changes or {})
        return json.dumps({name: value for name, value in members.items() if value is not None}, separators=(",", ":"))

    return lambda own_header, own_claims: _sign(changed(own_header, header), changed(own_claims, claims))


def _sign(header: str, claims: str, secret: str = JWT_SECRET) -> str:
    return sign_text(header, claims, secret)


def _shifted(name: str, seconds: int) -> Callable[[str, str], str]:
    def shifted(header: str, claims: str) -> str:
        members = json.loads(claims)
        base = members.get(name, members["iat"])
        return _sign(header, json.dumps(members | {name: base + seconds}))

    return shifted


def _unsigned(header: str, claims: str) -> str:
    none = json.dumps(json.loads(header) | {"alg": "none"})
    return f"{encode_part(none.encode())}.{encode_part(claims.encode())}."


def _padded(header: str, claims: str) -> str:
    return ".".join(part + "=" * (-len(part) % 4) for part in _sign(header, claims).split("."))


def _long(header: str, claims: str) -> str:
    return _sign(header, json.dumps(json.loads(claims) | {"filling": "a" * 7000}))


def _list_of_text(header: str, claims: str) -> str:
    return base64.urlsafe_b64encode(_sign(header, claims).encode()).decode()


FORGERIES: tuple[Callable[[str, str], str], ...] = (
    _unsigned,
    _padded,
    _long,
    _list_of_text,
    lambda header, claims: _sign(header, claims, "another-secret-" + "0123456789abcdef" * 4),
    lambda header, claims: _sign(header, claims).rsplit(".", 1)[0] + ".",
    lambda header, claims: _sign(header, claims) + ".",
    lambda header, claims: "." + _sign(header, claims),
    lambda header, claims: _sign(header, claims) + "A",
    lambda header, claims: _sign(header, claims)[:-1] + "_",
    lambda header, claims: _sign(header, claims[:-1]),
    lambda header, claims: _sign(header, "[" + claims + "]"),
    lambda header, claims: _sign(header, claims[:-1] + ',"sub":"1"}'),
    lambda header, claims: _sign(header, claims[:-1] + ',"a":{"b":1}}'),
    lambda header, claims: _sign(header, claims[:-1] + ',"a":[1,"b",null,true]}'),
    lambda header, claims: _sign(header, claims + " "),
    lambda header, claims: _sign(header, ""),
    lambda header, claims: _sign("", claims),
    lambda header, claims: _sign(header[:-1] + ',"alg":"HS256"}', claims),
    lambda header, claims: _sign(" " + header, claims),
    _with(),
    *(_with(header={"alg": alg}) for alg in ("HS512", "RS256", "ES256", "hs256", "NONE", "", None, 5)),
    *(_with(header={"kid": kid}) for kid in ("", "unknown", None, 1, ["a"])),
    *(_with(header={"typ": typ}) for typ in ("jwt", "at+jwt", None, "", 1)),
    *(_with(header={name: ["exp"]}) for name in ("crit", "x5c", "cty")),
    *(_with(header={name: "https://x.example/"}) for name in ("jku", "x5u", "jwk", "zip", "b64", "other")),
    *(_with(claims={name: None}) for name in ("iss", "aud", "sub", "id", "iat", "exp", "jti", "sid")),
    *(_with(claims={"iss": text}) for text in ("", "another", 1, ["gatehouse"])),
    *(_with(claims={"aud": text}) for text in ("", "another", 1, ["a", "gatehouse"], ["gatehouse"], [], [1])),
    *(_with(claims={"sub": text}) for text in ("0", "01", "-1", "+1", " 1", "1.0", 1, "999999", "9" * 30, "")),
    *(_with(claims={"sid": text}) for text in ("0", "999999", "01", 1, "x")),
    *(_with(claims={"id": number}) for number in (0, 999999, "1", 1.5, -1)),
    *(_with(claims={"exp": number}) for number in (0, -1, 1, FAR_AWAY, 253402300800, 10**30, 1e9, "1", True)),
    *(_with(claims={"iat": number}) for number in (0, -1, FAR_AWAY, 1.5, "1")),
    *(_with(claims={"nbf": number}) for number in (0, -1, FAR_AWAY, "1")),
    _with(claims={"extra": "claim", "jti": 5}),
    _shifted("exp", -7200),
    _shifted("exp", 7200),
    _shifted("iat", 7200),
    _shifted("nbf", -7200),
    _shifted("nbf", 7200),
)

ALTERATIONS: dict[str, Callable[[bytes, int], bytes]] = {
    "flip": flip,
    "insert": insert,
    "forge": forge,
    "cut": lambda value, number: value[: max(0, len(value) - 1 - number % max(1, len(value)))],
    "behead": lambda value, number: value[1 + number % 20 :],
    "lengthen": lambda value, number: value + b"A" * (1 + number % 9),
    "upper": lambda value, _: value.upper(),
    "double": lambda value, _: value + value,
}
