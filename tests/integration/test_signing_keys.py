"""Signing keys in the table: others can check what they sign, and they come and go while the service runs."""

import base64
import json
import subprocess
import threading
from datetime import timedelta

import pytest

from harness.accounts import PASSWORD, create_user, log_in, verify_token
from harness.places import SANITIZED
from harness.program import API_KEY, SESSION_SECRET
from harness.raw_http import RawConnection, message
from harness.tokens import decode_part, encode_part, read, sign
from harness.waiting import wait_until

JWKS = "/.well-known/jwks.json"
SEEN_WITHIN_S = 60.0 if SANITIZED else 20.0
ALGORITHMS = ["RS256", "ES256", "EdDSA"]
KEY = f"X-API-Key: {API_KEY}"


def run_json(command, *arguments, **settings):
    """What a command of signing-keys prints."""
    done = command("signing-keys", arguments[0], "--json", *arguments[1:], **settings)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def keys(command):
    """keys("generate", …): a command of signing-keys, and what it prints."""
    return lambda *arguments, **settings: run_json(command, *arguments, **settings)


def published(program) -> dict[str, dict]:
    """The keys that anybody can read, by kid."""
    with program.api(None) as api:
        response = api.get(JWKS, key=None)
    assert response.status == 200
    return {key["kid"]: key for key in response.json()["keys"]}


def kid_of(token) -> str:
    return read(token)[0]["kid"]


def fresh_token(api) -> str:
    return log_in(api, create_user(api)["email"])["token"]


def sign_with_new_key(keys, program, algorithm="ES256") -> str:
    """Makes a key and waits until the program signs with it."""
    kid = keys("generate", "--alg", algorithm)["kid"]
    assert keys("promote", kid, "--now")["state"] == "current"
    with program.api() as api:
        wait_until(lambda: kid_of(fresh_token(api)) == kid, SEEN_WITHIN_S, "a token of the new key")
    return kid


def claims_by_jwcrypto(token, jwk) -> dict:
    """What python3-jwcrypto reads in the token, once it has checked it."""
    jwcrypto_jwk = pytest.importorskip("jwcrypto.jwk")
    jwcrypto_jwt = pytest.importorskip("jwcrypto.jwt")
    key = jwcrypto_jwk.JWK(**jwk)
    assert key.thumbprint() == jwk["kid"]
    return json.loads(jwcrypto_jwt.JWT(jwt=token, key=key, algs=[jwk["alg"]]).claims)


def is_good_for_openssl(token, jwk, folder) -> bool:
    """Whether openssl accepts the signature as that of the published key."""
    key = pytest.importorskip("jwcrypto.jwk").JWK(**jwk)
    public, signed, signature = folder / "public.pem", folder / "signed", folder / "signature"
    public.write_bytes(key.export_to_pem())
    text, _, encoded = token.rpartition(".")
    signed.write_bytes(text.encode())
    raw = decode_part(encoded)
    signature.write_bytes(der_of(raw) if jwk["alg"] == "ES256" else raw)
    options = ["-rawin"] if jwk["alg"] == "EdDSA" else ["-rawin", "-digest", "sha256"]
    done = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-sigfile", signature, "-in", signed, *options],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def der_of(raw: bytes) -> bytes:
    """Turns two concatenated numbers into the sequence that OpenSSL wants."""
    parts = b""
    for number in (raw[:32].lstrip(b"\0"), raw[32:].lstrip(b"\0")):
        padded = b"\0" + number if number[0] & 0x80 else number
        parts += bytes([2, len(padded)]) + padded
    return bytes([0x30, len(parts)]) + parts


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_others_verify_a_token_with_the_published_key(start, keys, tmp_path, algorithm):
    program = start()
    kid = sign_with_new_key(keys, program, algorithm)
    with program.api() as api:
        token = fresh_token(api)
        assert verify_token(api, token).status == 200
    jwk = published(program)[kid]
    assert (jwk["alg"], jwk["use"], read(token)[0]["alg"]) == (algorithm, "sig", algorithm)
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(jwk)
    claims = claims_by_jwcrypto(token, jwk)
    assert claims["iss"] == "gatehouse" and claims["amr"] == ["pwd"] and claims["auth_time"] == claims["iat"]
    assert is_good_for_openssl(token, jwk, tmp_path)
    head, _, signature = token.rpartition(".")
    forged = f"{head}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    assert not is_good_for_openssl(forged, jwk, tmp_path)


def test_life_of_a_key(start, keys, command, database):
    """Published, promoted, retired, and each step on record; the settings' own secret goes on."""
    program = start()
    with program.api() as api:
        old = fresh_token(api)
        assert published(program) == {}
        kid = keys("generate")["kid"]
        wait_until(lambda: kid in published(program), SEEN_WITHIN_S, "the new key")
        early = command("signing-keys", "promote")
        assert early.returncode == 1 and "not been published for long enough" in early.stderr
        assert kid_of(fresh_token(api)) == kid_of(old)
        keys("promote", "--now")
        wait_until(lambda: kid_of(fresh_token(api)) == kid, SEEN_WITHIN_S, "the first token")
        token = fresh_token(api)
        assert verify_token(api, token).status == verify_token(api, old).status == 200
        done = command("signing-keys", "retire")
        assert done.returncode == 0 and "JWT_SECRET signs from now on" in done.stdout
        wait_until(lambda: kid_of(fresh_token(api)) == kid_of(old), SEEN_WITHIN_S, "the secret to sign again")
        assert verify_token(api, token).status == 200
        assert kid in published(program)
    listed = keys("list")
    assert [(key["kid"], key["state"]) for key in listed] == [(kid, "retired")]
    assert listed[0]["drop_at"] > listed[0]["retired_at"]
    types = [row[0] for row in database.rows("SELECT type FROM audit_events WHERE type LIKE 'signing%' ORDER BY id")]
    assert types == ["signing_key.generated", "signing_key.promoted", "signing_key.retired"]


def test_key_is_sealed_at_rest(start, keys, database):
    start()
    kid = keys("generate", "--alg", "RS256")["kid"]
    (sealed,) = database.rows("SELECT private_sealed FROM signing_keys")[0]
    assert len(sealed) > 1000
    assert b"PRIVATE KEY" not in bytes(sealed) and b"\x02\x01\x00\x30\x0d" not in bytes(sealed)  # nor in DER
    if database.kind == "sqlite":
        written = b"".join(path.read_bytes() for path in database.path.parent.glob(database.path.name + "*"))
        assert kid.encode() in written and b"PRIVATE KEY" not in written


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_key_opens_with_a_changed_list_of_secrets(start, keys):
    new = "another-session-secret-5c1de0b7a94f48d2a6e3"
    program = start(SESSION_SECRET=SESSION_SECRET)
    kid = sign_with_new_key(keys, program)
    later = start(SESSION_SECRET=f"{new},{SESSION_SECRET}")
    with later.api() as api:
        assert kid_of(fresh_token(api)) == kid
    with start(SESSION_SECRET=new).api() as api:
        other = fresh_token(api)
        assert kid_of(other) != kid, "it cannot sign with a key that it cannot open"
    with later.api() as api, program.api() as first:
        token = fresh_token(first)
        assert verify_token(api, token).status == 200


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_key_that_cannot_be_opened_is_told_and_verifies(start, keys):
    first = start()
    kid = sign_with_new_key(keys, first)
    with first.api() as api:
        token = fresh_token(api)
    other = start(SESSION_SECRET="another-session-secret-5c1de0b7a94f48d2a6e3")
    assert other.events("signing_key_unreadable")[0]["kid"] == kid
    with other.api() as api:
        assert verify_token(api, token).status == 200


def test_revoked_key_vanishes_and_its_tokens_are_refused(start, keys, command, kind):
    replicas = [start()] if kind == "sqlite" else [start(), start()]
    kid = sign_with_new_key(keys, replicas[0])
    with replicas[0].api() as api:
        token = fresh_token(api)
    for program in replicas:
        with program.api() as api:
            wait_until(lambda: verify_token(api, token).status == 200, SEEN_WITHIN_S, "the key")  # noqa: B023
            assert verify_token(api, token).status == 200
    refused = command("signing-keys", "revoke", kid)
    assert refused.returncode == 1 and "--yes" in refused.stderr
    assert keys("revoke", kid, "--yes")["state"] == "revoked"
    for program in replicas:
        with program.api() as api:
            wait_until(lambda: verify_token(api, token).status == 401, SEEN_WITHIN_S, "the end of the token")  # noqa: B023
            assert kid not in published(program)
            assert kid_of(fresh_token(api)) != kid


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
@pytest.mark.parametrize("sql", ["DELETE FROM signing_keys", "TRUNCATE signing_keys", "UPDATE signing_keys SET state = 'revoked'"])
def test_key_ended_by_sql_is_refused(start, keys, database, sql):
    program = start()
    sign_with_new_key(keys, program)
    with program.api() as api:
        token = fresh_token(api)
        database.run(sql)
        wait_until(lambda: verify_token(api, token).status == 401, SEEN_WITHIN_S, "the end of the token")


def new_key(path):
    made = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(path)]
    subprocess.run(made, check=True, capture_output=True)


def sec1(path) -> bytes:
    """A P-256 key in the form of RFC 5915, which ends with the public point."""
    return subprocess.run(["openssl", "ec", "-in", path, "-outform", "DER"], check=True, capture_output=True).stdout


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_private_half_of_another_key_is_not_imported(command, tmp_path):
    """It used to be imported, and then every login got a token that nobody could verify."""
    for name in ("one", "other"):
        new_key(tmp_path / name)
    mixed = sec1(tmp_path / "one")[:-64] + sec1(tmp_path / "other")[-64:]
    text = base64.encodebytes(mixed).decode()
    (tmp_path / "mixed").write_text(f"-----BEGIN EC PRIVATE KEY-----\n{text}-----END EC PRIVATE KEY-----\n")
    refused = command("signing-keys", "import", str(tmp_path / "mixed"))
    assert refused.returncode == 1
    assert "private half" in refused.stderr


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_key_of_the_settings_is_neither_imported_nor_revoked(keys, command, tmp_path):
    """If it were revoked, it would go on signing."""
    assert command("migrate", "latest").returncode == 0
    file = tmp_path / "own.pem"
    new_key(file)
    settings = {"JWT_PRIVATE_KEY": file.read_text()}
    refused = command("signing-keys", "import", str(file), **settings)
    assert refused.returncode == 1 and "JWT_PRIVATE_KEY" in refused.stderr
    kid = keys("import", str(file))["kid"]
    refused = command("signing-keys", "revoke", "--yes", "--", kid, **settings)
    assert refused.returncode == 1 and "JWT_PRIVATE_KEY" in refused.stderr
    assert command("signing-keys", "revoke", "--yes", "--", kid).returncode == 0


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_imported_key_signs(start, keys, command, tmp_path):
    file = tmp_path / "own.pem"
    new_key(file)
    program = start()
    kid = keys("import", str(file))["kid"]
    again = command("signing-keys", "import", str(file))
    assert again.returncode == 1 and "exists already" in again.stderr
    keys("promote", "--now")
    with program.api() as api:
        wait_until(lambda: kid_of(fresh_token(api)) == kid, SEEN_WITHIN_S, "a token of the imported key")
    file.write_text("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n")
    for path in (file, tmp_path / "none.pem"):
        refused = command("signing-keys", "import", str(path))
        assert refused.returncode == 1 and "cannot be imported" in refused.stderr
        assert "hunter2" not in refused.stderr + refused.stdout


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_kid_that_begins_like_an_option_stands_behind_two_hyphens(start, keys, tmp_path):
    jwk = pytest.importorskip("jwcrypto.jwk")
    made = (jwk.JWK.generate(kty="OKP", crv="Ed25519") for _ in range(10_000))
    key = next(key for key in made if key.thumbprint().startswith("-"))
    file = tmp_path / "own.pem"
    file.write_bytes(key.export_to_pem(private_key=True, password=None))
    start()
    assert keys("import", str(file))["kid"] == key.thumbprint()
    assert keys("promote", "--now", "--", key.thumbprint())["state"] == "current"
    assert keys("revoke", "--yes", "--", key.thumbprint())["state"] == "revoked"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["generate", "--alg", "HS256"], "must be RS256, ES256 or EdDSA"),
        (["promote"], "none is in state next"),
        (["promote", "nobody"], "is not known"),
        (["retire"], "none is in state current"),
        (["revoke", "nobody", "--yes"], "is not known"),
    ],
)
def test_refusals_say_why(start, command, arguments, reason):
    start()
    done = command("signing-keys", *arguments)
    assert done.returncode == 1 and reason in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_key_is_not_sealed_with_a_made_up_secret(start, command):
    start()
    done = command("signing-keys", "generate", SESSION_SECRET=None, APP_ENV="development")
    assert done.returncode == 1 and "SESSION_SECRET is not set" in done.stderr


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_set_is_for_everybody_and_to_be_kept(start, keys):
    program = start(JWKS_MAX_AGE="30m", ALLOWED_ORIGINS="https://app.example.com")
    with program.api() as api:
        origin = {"Origin": "https://app.example.com"}
        first = api.get(JWKS, key=None, headers=origin)
        assert first.header("Access-Control-Allow-Origin") == "*"
        assert first.header("Access-Control-Allow-Credentials") is None
        assert first.header("Cache-Control") == "public, max-age=1800, stale-while-revalidate=300"
        known = {"If-None-Match": f'"other", {first.header("ETag")}'}
        unchanged = api.get(JWKS, key=None, headers=known)
        assert (unchanged.status, unchanged.body) == (304, b"")
        assert unchanged.header("ETag") == first.header("ETag")
        assert api.request("HEAD", JWKS, key=None).header("ETag") == first.header("ETag")
        keys("generate")
        changed = wait_until(lambda: news(api.get(JWKS, key=None, headers=known)), SEEN_WITHIN_S, "another set")
        assert changed.header("ETag") != first.header("ETag")
        assert api.post(JWKS).status == 405


def news(response):
    return response if response.status == 200 else None


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_private_key_of_the_settings_is_published_and_a_secret_is_not(start, keys, tmp_path):
    file = tmp_path / "token.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ED25519", "-out", str(file)], check=True, capture_output=True)
    program = start(JWT_PRIVATE_KEY=file.read_text())
    with program.api() as api:
        token = fresh_token(api)
        jwk = published(program)[kid_of(token)]
        assert (jwk["kty"], jwk["crv"], jwk["alg"]) == ("OKP", "Ed25519", "EdDSA")
        assert is_good_for_openssl(token, jwk, tmp_path)
        kid = sign_with_new_key(keys, program)
        assert set(published(program)) == {jwk["kid"], kid}
        assert verify_token(api, token).status == 200


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_public_key_is_no_secret(start, keys):
    """Whoever signs by HMAC with what everybody can read is refused, and so is every other algorithm under this kid."""
    program = start()
    kid = sign_with_new_key(keys, program)
    with program.api() as api:
        header, claims = read(fresh_token(api))
        jwk = pytest.importorskip("jwcrypto.jwk").JWK(**published(program)[kid])
        for secret in (jwk.export_to_pem().decode(), jwk.export_public()):
            assert verify_token(api, sign(header | {"alg": "HS256"}, claims, secret)).status == 401
        for alg in ("none", "ES384", "EdDSA", "RS256"):
            forged = encode_part(json.dumps(header | {"alg": alg}).encode()) + "." + encode_part(b"{}") + ".AAAA"
            assert verify_token(api, forged).status == 401


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_access_tokens_name_their_type_and_client(start):
    plain, typed = start(JWT_AUDIENCE="shop,api"), start(JWT_TYPE="at+jwt", JWT_AUDIENCE="api,shop")
    with plain.api() as first, typed.api() as second:
        header, claims = read(fresh_token(first))
        assert (header["typ"], claims["aud"]) == ("JWT", "shop") and "client_id" not in claims
        token = fresh_token(second)
        header, claims = read(token)
        assert (header["typ"], claims["aud"], claims["client_id"]) == ("at+jwt", "api", "API_KEY")
        assert verify_token(first, token).status == verify_token(second, token).status == 200


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_token_is_for_the_audience_that_the_caller_names(start):
    with start(JWT_AUDIENCE="shop,api").api() as api:
        user = create_user(api)
        credentials = {"email": user["email"], "password": PASSWORD}

        def audience_of(path, body, name):
            answer = api.post(path, body, headers={"X-Audience": name})
            assert answer.status == 200, answer.body
            return read(answer.json()["token"])[1]["aud"], answer.json()

        assert audience_of("/user-auth", credentials, "shop")[0] == "shop"
        audience, login = audience_of("/user-auth", credentials | {"refresh": True}, "api")
        assert audience == "api"
        audience, refreshed = audience_of("/user-auth/refresh", {"refreshToken": login["refreshToken"]}, "shop")
        assert audience == "shop"
        assert verify_token(api, login["token"]).status == verify_token(api, refreshed["token"]).status == 200
        refused = api.post("/user-auth", credentials, headers={"X-Audience": "shops"})
        assert (refused.status, refused.json()["code"]) == (400, "invalid_audience")


class Checking(threading.Thread):
    """Logs in now and then on one replica, and verifies what it has on another, again and again."""

    def __init__(self, issuing, verifying):
        super().__init__()
        self._issuing, self._verifying = issuing, verifying
        self._stop_asked = threading.Event()
        self.answers = 0
        self.kids: set[str] = set()
        self.failures: list = []

    def run(self):
        try:
            with self._issuing.api() as api, RawConnection(self._verifying.port, timeout_s=60) as connection:
                email = create_user(api)["email"]
                while not self._stop_asked.is_set():
                    token = log_in(api, email)["token"]
                    self.kids.add(kid_of(token))
                    question = message("POST /user-auth/verify-token", KEY, f"Authorization: Bearer {token}", "Content-Length: 0")
                    for _ in range(200):
                        connection.send(question)
                        response = connection.read_response()
                        self.answers += 1
                        if response.status != 200:
                            self.failures.append((response.status, response.body, kid_of(token)))
        except Exception as failure:  # noqa: BLE001: every failure counts
            self.failures.append(repr(failure))

    def stop(self):
        self._stop_asked.set()
        self.join()


@pytest.mark.slow
def test_rotation_under_load_refuses_nothing(start, keys, kind):
    """A key every two seconds, of each kind in turn, while two replicas issue and verify each other's tokens."""
    first = start()
    second = first if kind == "sqlite" else start()
    rounds = 2 if SANITIZED else 5
    waiting = [keys("generate", "--alg", ALGORITHMS[i % len(ALGORITHMS)])["kid"] for i in range(rounds)]
    load = [Checking(first, second), Checking(second, first)]
    for client in load:
        client.start()
    try:
        for kid in waiting:
            keys("promote", kid, "--now")
            wait_until(lambda: load[0].failures or all(kid in client.kids for client in load), 300, "its tokens")  # noqa: B023
    finally:
        for client in load:
            client.stop()
    assert [client.failures for client in load] == [[], []]
    assert all(set(waiting) <= client.kids for client in load)
    assert sum(client.answers for client in load) > 1000


def test_job_makes_and_promotes_a_successor(start, keys, database):
    """The time is moved in the table; the job runs at the start."""
    program = start(JWKS_MAX_AGE="1s", SIGNING_KEY_ROTATE="1h")
    first = sign_with_new_key(keys, program)
    program.stop()
    hour = timedelta(hours=-1)
    for table_time in ("created_at", "current_from"):
        database.shift("signing_keys", table_time, hour)
    program.start()
    wait_until(lambda: len(keys("list")) == 2, SEEN_WITHIN_S, "a successor")
    successor = next(key["kid"] for key in keys("list") if key["state"] == "next")
    wait_until(lambda: successor in published(program), SEEN_WITHIN_S, "its publication")
    program.stop()
    database.shift("signing_keys", "created_at", hour)
    program.start()
    with program.api() as api:
        wait_until(lambda: kid_of(fresh_token(api)) == successor, SEEN_WITHIN_S, "a token of the successor")
    assert {key["kid"]: key["state"] for key in keys("list")} == {first: "retired", successor: "current"}
