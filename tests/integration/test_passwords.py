"""Which passwords may be set: on every path that sets one, and what forms are told in advance."""

import json

import pytest

from harness.accounts import PASSWORD, create_user, log_in, new_user, try_log_in

# Each with the code of its refusal, for Ada Lovelace with an address at example.com.
REFUSED = [
    ("1234567", "too_short"),
    ("pässwör", "too_short"),
    ("x" * 1025, "too_long"),
    ("Lovelace", "personal"),
    ("lovelace1815", "personal"),
    ("Example!", "personal"),
    ("football", "common"),
    ("FootBall", "common"),
    ("ｆootball", "common"),
]
GOOD = ["correct horse", "12345678 12", "🔑🔑🔑🔑🔑🔑🔑🔑", " " * 8, "x" * 64, "x" * 1024, "Passwort ohne Regeln"]


def detail_of(response):
    assert response.status == 400, response.body
    body = response.json()
    assert (body["error"], body["code"]) == ("Validation failed", "validation_failed")
    assert [set(one) for one in body["details"]] == [{"field", "message", "code"}]
    return body["details"][0]


@pytest.mark.parametrize(("password", "code"), REFUSED, ids=range(len(REFUSED)))
def test_refused_password_creates_nobody_and_changes_nothing(api, password, code):
    body = new_user(password=password)
    detail = detail_of(api.post("/users", body))
    assert (detail["field"], detail["code"]) == ("password", code)
    assert detail["message"].startswith("must ")
    assert try_log_in(api, body["email"], password).status == 401
    user = create_user(api)
    assert detail_of(api.put(f"/users/{user['id']}", {"password": password}))["code"] == code
    log_in(api, user["email"], PASSWORD)


@pytest.mark.parametrize("password", GOOD, ids=range(len(GOOD)))
def test_good_password_is_set_as_it_is(api, password):
    user = create_user(api, password=password)
    log_in(api, user["email"], password)
    assert try_log_in(api, user["email"], password + "x").status == 401
    assert api.put(f"/users/{user['id']}", {"password": password + "y"[: 1024 - len(password.encode())]}).status == 200


def test_last_byte_of_the_longest_password_counts(api):
    user = create_user(api, password="x" * 1023 + "a")
    assert try_log_in(api, user["email"], "x" * 1023 + "b").status == 401


def test_names_that_come_with_the_password_count(api):
    user = create_user(api)
    path = f"/users/{user['id']}"
    assert detail_of(api.put(path, {"last_name": "Somerville", "password": "somerville"}))["code"] == "personal"
    assert api.put(path, {"last_name": "Somerville", "password": "lovelace1815"}).status == 200


def test_password_that_is_older_than_the_rules_logs_in(start, command):
    """The rules became stricter after it was set."""
    with start(PASSWORD_LENGTH_MIN="1").api() as api:
        user = create_user(api, password="x")
    with start(PASSWORD_LENGTH_MIN="15", PASSWORD_CLASSES_MIN="3").api() as api:
        log_in(api, user["email"], "x")
        assert detail_of(api.post("/users", new_user(password="Fourteen chars")))["code"] == "too_short"
        few = detail_of(api.post("/users", new_user(password="only lower-case letters".replace("-", " "))))
        assert few["code"] == "too_few_classes"
        assert api.post("/users", new_user(password="Three kinds, longer")).status == 201
        policy = api.get("/user-auth/password-policy").json()
        assert (policy["lengthMin"], policy["classesMin"]) == (15, 3)


def test_context_words_are_refused(start, command):
    with start(PASSWORD_CONTEXT_WORDS="Gatehouse, Analytical Engines").api() as api:
        for password in ("gatehouse2026", "analytical engines"):
            assert detail_of(api.post("/users", new_user(password=password)))["code"] == "personal"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_user_of_the_command_line_follows_the_rules(command):
    names = ("--first-name", "Grace", "--last-name", "Hopper")
    assert command("migrate", "latest").returncode == 0
    cases = (
        ("short", "password must be at least 8 characters long"),
        ("gracehopper", "password must not consist of your name"),
        ("qwertyuiop", "password must not be one of the most common passwords"),
        ("a moth in a relay", None),
    )
    for password, said in cases:
        result = command("users", "create", "grace@example.com", *names, stdin=password + "\n")
        assert result.returncode == (0 if said is None else 1), (password, result.stderr)
        assert (said or "") in result.stderr
    assert len(json.loads(command("users", "list", "--json").stdout)) == 1


def test_policy_says_what_holds(api):
    response = api.get("/user-auth/password-policy")
    assert response.status == 200
    assert response.json() == {
        "lengthMin": 8,
        "bytesMax": 1024,
        "classesMin": 0,
        "refusesPersonal": True,
        "refusesCommon": True,
        "refusesBreached": False,
    }


def test_tried_password_gets_the_verdict_of_a_set_one(api):
    for password, code in REFUSED:
        answer = api.post("/user-auth/check-password", {"password": password, "email": "lovelace@example.com"})
        assert answer.status == 200, answer.body
        assert (answer.json()["acceptable"], answer.json()["code"]) == (False, code)
        assert answer.json()["message"].startswith("must ")
    for password in GOOD:
        assert api.post("/user-auth/check-password", {"password": password}).json() == {"acceptable": True}
    assert api.post("/user-auth/check-password", {"password": "lovelace1815"}).json() == {"acceptable": True}


def test_tried_passwords_are_limited_for_each_users_address(start):
    program = start(RATE_LIMIT_REDEEM="60/10h/3")
    with program.api() as api:

        def answer(address):
            return api.post("/user-auth/check-password", {"password": "football"}, headers={"X-Client-Address": address})

        answers = [answer("192.0.2.1") for _ in range(4)]
        assert [one.status for one in answers] == [200, 200, 200, 429]
        assert answers[0].header("RateLimit-Policy") == '"redeem";q=60;w=36000'
        assert int(answers[3].header("Retry-After")) >= 1
        assert answer("192.0.2.2").status == 200
        assert api.get("/user-auth/password-policy").status == 200


def test_passwords_are_in_no_log(start):
    program = start(LOG_LEVEL="debug")
    canary = "canary-7f31"
    with program.api() as api:
        api.post("/users", new_user(password=canary[:7]))
        api.post("/users", new_user(last_name=canary, password=canary))
        api.post("/user-auth/check-password", {"password": canary, "email": canary + "@example.com"})
    assert program.stop() == 0
    assert canary[:7] not in program.output()
