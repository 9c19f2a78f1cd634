"""verify-token: what Gatehouse signed and is still valid passes, every forgery fails (RFC 7519, RFC 8725)."""

import hashlib
import json
import subprocess
import time

import pytest

from harness.accounts import create_user, is_alive, log_in, log_out, verify_token
from harness.program import API_KEY, JWT_SECRET
from harness.raw_http import RawConnection
from harness.tokens import decode_part, encode_part, read, sign, sign_text

pytestmark = pytest.mark.sequential


@pytest.fixture
def genuine(api):
    """A fresh login's token, as (token, header, claims)."""
    token = log_in(api, create_user(api)["email"])["token"]
    return token, *read(token)


def refused(api, token):
    response = verify_token(api, token)
    return response.status == 401 and response.json()["error"] == "Invalid token"


def test_token_signed_with_the_secret_and_all_claims_passes(api, genuine):
    """Shows that the forgeries below fail for their fault alone."""
    _, header, claims = genuine
    assert verify_token(api, sign(header, claims, JWT_SECRET)).status == 200


def test_claims_name_issuer_audience_subject_and_session(genuine):
    _, _, claims = genuine
    assert {"iss", "aud", "sub", "iat", "exp", "jti", "sid", "id"} <= set(claims)
    assert str(claims["id"]) == str(claims["sub"])


WRONG_CLAIMS = {
    "expired": {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200},
    "expiry_now": {"exp": int(time.time()) - 60},
    "expiry_as_text": {"exp": str(int(time.time()) + 3600)},
    "expiry_infinite": {"exp": 1e300},
    "expiry_negative": {"exp": -1},
    "expiry_null": {"exp": None},
    "wrong_issuer": {"iss": "somebody-else"},
    "issuer_list": {"iss": ["gatehouse"]},
    "wrong_audience": {"aud": "somebody-else"},
    "audience_empty_list": {"aud": []},
    "audience_number": {"aud": 7},
    "subject_number": {"sub": 1},
    "subject_other": {"sub": "999999999"},
    "issued_in_the_future": {"iat": int(time.time()) + 86400, "exp": int(time.time()) + 90000},
    "issued_as_text": {"iat": "yesterday"},
    "not_yet_valid": {"nbf": int(time.time()) + 86400},
    "session_unknown": {"sid": 999999999},
    "session_as_list": {"sid": [1]},
    "user_other": {"id": 999999999},
}


@pytest.mark.parametrize("fault", WRONG_CLAIMS)
def test_token_with_a_wrong_claim_is_refused(api, genuine, fault):
    _, header, claims = genuine
    assert refused(api, sign(header, claims | WRONG_CLAIMS[fault], JWT_SECRET))


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "iat", "exp", "sid"])
def test_token_without_a_claim_is_refused(api, genuine, claim):
    _, header, claims = genuine
    del claims[claim]
    assert refused(api, sign(header, claims, JWT_SECRET))


WRONG_HEADERS = {
    "none": {"alg": "none"},
    "None": {"alg": "None"},
    "other_hmac": {"alg": "HS512"},
    "rsa": {"alg": "RS256"},
    "lower_case": {"alg": "hs256"},
    "no_text": {"alg": 256},
    "missing": {"alg": None},
    "wrong_kind": {"typ": "refresh+jwt"},
    "critical_extension": {"crit": ["exp"]},
    "unknown_key": {"kid": "nobody-knows"},
    "key_by_url": {"jku": "http://127.0.0.1:1/keys"},
    "certificate_by_url": {"x5u": "http://127.0.0.1:1/cert"},
    "key_inside": {"jwk": {"kty": "oct", "k": "AAAA"}},
    "certificates_inside": {"x5c": ["AAAA"]},
    "unencoded": {"b64": False, "crit": ["b64"]},
    "compressed": {"zip": "DEF"},
}


@pytest.mark.parametrize("fault", WRONG_HEADERS)
def test_token_with_a_wrong_header_is_refused(api, genuine, fault):
    _, header, claims = genuine
    changed = {name: value for name, value in (header | WRONG_HEADERS[fault]).items() if value is not None}
    assert refused(api, sign(changed, claims, JWT_SECRET))


@pytest.mark.parametrize("signature", ["", "AAAA", "A" * 43, encode_part(b"\0" * 32)])
def test_token_with_another_signature_is_refused(api, genuine, signature):
    token, *_ = genuine
    assert refused(api, token.rsplit(".", 1)[0] + "." + signature)


def test_unsigned_token_is_refused(api, genuine):
    _, _, claims = genuine
    unsigned = f"{encode_part(b'{}')}.{encode_part(json.dumps(claims).encode())}."
    none = (
        f"{encode_part(json.dumps({'alg': 'none', 'typ': 'JWT'}).encode())}.{encode_part(json.dumps(claims).encode())}."
    )
    assert refused(api, unsigned) and refused(api, none) and refused(api, none[:-1])


@pytest.mark.parametrize(
    "secret",
    ["", "secret", JWT_SECRET[:-1], JWT_SECRET.upper(), JWT_SECRET + "\0"],
    ids=["empty", "other", "shorter", "uppercase", "longer"],
)
def test_token_signed_with_another_secret_is_refused(api, genuine, secret):
    _, header, claims = genuine
    assert refused(api, sign(header, claims, secret))


def test_token_signed_with_another_digest_is_refused(api, genuine):
    _, header, claims = genuine
    assert refused(api, sign(header | {"alg": "HS512"}, claims, JWT_SECRET, hashlib.sha512))
    assert refused(api, sign(header | {"alg": "HS384"}, claims, JWT_SECRET, hashlib.sha384))


def test_every_altered_character_is_refused(api, genuine):
    token, *_ = genuine
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for i, letter in enumerate(token):
        if letter != ".":
            other = alphabet[(alphabet.index(letter) ^ 32) % 64]
            assert refused(api, token[:i] + other + token[i + 1 :]), f"position {i}"


def test_last_bits_of_the_encoding_are_strict(api, genuine):
    """43 characters encode 258 bits; the two that are left over must be zero, or one token has four spellings."""
    token, *_ = genuine
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(token[-1])
    assert last % 4 == 0
    assert all(refused(api, token[:-1] + alphabet[last + i]) for i in (1, 2, 3))


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t + ".",
        lambda t: "." + t,
        lambda t: t + "=",
        lambda t: t.replace(".", "..", 1),
        lambda t: t.replace(".", "", 1),
        lambda t: t + "." + t,
        lambda t: t.replace("_", "/").replace("-", "+") + "=",
        lambda t: t[: len(t) // 2],
        lambda t: t[: t.rindex(".") + 22],
    ],
)
def test_token_in_another_shape_is_refused(api, genuine, change):
    assert refused(api, change(genuine[0]))


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ('{"alg":"HS256","typ":"JWT","alg":"none"}', None),
        ('{"alg":"HS256"', None),
        ("[]", None),
        ('"HS256"', None),
        ("", None),
        (None, "[]"),
        (None, "7"),
        (None, ""),
        (None, "{"),
        (None, '{"exp":99999999999,"exp":1}'),
    ],
)
def test_broken_parts_are_refused_though_signed(api, genuine, header, claims):
    _, good_header, good_claims = genuine
    token = sign_text(
        json.dumps(good_header) if header is None else header,
        json.dumps(good_claims) if claims is None else claims,
        JWT_SECRET,
    )
    assert refused(api, token)


def test_repeated_claim_is_refused_though_signed(api, genuine):
    _, header, claims = genuine
    text = json.dumps(claims)
    assert refused(api, sign_text(json.dumps(header), text[:-1] + f', "id": {claims["id"]}}}', JWT_SECRET))


@pytest.mark.parametrize("size", [8193, 12000])
def test_giant_token_is_refused(api, genuine, size):
    _, header, claims = genuine
    token = sign(header, claims | {"padding": "x" * size}, JWT_SECRET)
    assert refused(api, token[:15000])


@pytest.mark.parametrize("token", ["." * 5000, "..", "....", "a" * 8000])
def test_thousands_of_dots_are_refused(api, token):
    assert refused(api, token)


@pytest.mark.parametrize(
    ("scheme", "good"),
    [("Bearer", True), ("bearer", True), ("BEARER", True), ("Token", False), ("Basic", False)],
)
def test_scheme_is_bearer_in_any_case(api, genuine, scheme, good):
    response = api.post("/user-auth/verify-token", headers={"Authorization": f"{scheme} {genuine[0]}"})
    assert response.status == (200 if good else 401)


def test_session_is_no_token_and_token_is_no_session(api):
    login = log_in(api, create_user(api)["email"])
    assert refused(api, login["session"])
    assert not is_alive(api, login["token"])


def test_token_of_a_revoked_session_is_refused(api):
    login = log_in(api, create_user(api)["email"])
    assert verify_token(api, login["token"]).status == 200
    log_out(api, login["session"])
    assert refused(api, login["token"])


def test_token_of_another_users_session_is_refused(api):
    mine, other = (read(log_in(api, create_user(api)["email"])["token"]) for _ in range(2))
    header, claims = mine
    assert refused(api, sign(header, claims | {"sid": other[1]["sid"]}, JWT_SECRET))


def test_two_authorization_headers_are_refused(parsing):
    with parsing.api() as api:
        token = log_in(api, create_user(api)["email"])["token"]
    with RawConnection(parsing.port) as connection:
        connection.send(
            f"POST /user-auth/verify-token HTTP/1.1\r\nHost: x\r\nX-API-Key: {API_KEY}\r\n"
            f"Authorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n".encode()
        )
        assert connection.read_response().status in (400, 401)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_issuer_and_audience_settings_take_effect(start):
    with start(JWT_ISSUER="https://auth.example.com", JWT_AUDIENCE="shop").api() as api:
        login = log_in(api, create_user(api)["email"])
        header, claims = read(login["token"])
        assert (claims["iss"], claims["aud"]) == ("https://auth.example.com", "shop")
        assert verify_token(api, login["token"]).status == 200
        assert refused(api, sign(header, claims | {"iss": "gatehouse"}, JWT_SECRET))


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("algorithm", "options"),
    [
        ("ES256", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
        ("EdDSA", ["-algorithm", "ED25519"]),
        ("RS256", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
    ],
)
def test_private_key_signs_instead_of_the_secret(start, tmp_path, algorithm, options):
    key = tmp_path / "token.pem"
    subprocess.run(["openssl", "genpkey", *options, "-out", str(key)], check=True, capture_output=True)
    public = subprocess.run(
        ["openssl", "pkey", "-in", str(key), "-pubout"], check=True, capture_output=True, text=True
    ).stdout
    with start(JWT_PRIVATE_KEY=key.read_text()).api() as api:
        token = log_in(api, create_user(api)["email"])["token"]
        header, claims = read(token)
        assert header["alg"] == algorithm
        assert verify_token(api, token).status == 200
        assert refused(api, sign(header | {"alg": "HS256"}, claims, public))
        assert refused(api, sign(header | {"alg": "HS256"}, claims, JWT_SECRET))
        assert len(decode_part(token.split(".")[2])) in (64, 256)
