"""api/openapi.yaml describes the program as it is: its routes, and every answer of every operation."""

import pytest

from harness.accounts import create_user, log_in, new_user, unique_email
from harness.openapi import document, operations, resolve, schema_of, schemas, unknown_keywords, violations
from harness.program import run_command

pytestmark = pytest.mark.sequential

BY_ID = {operation.id: operation for operation in operations()}


def check(operation_id, response):
    """The answer matches what the description says about this operation and status."""
    schema = schema_of(BY_ID[operation_id], response.status)
    assert violations(response.json(), schema) == []
    assert response.header("Content-Type").startswith("application/json")
    return response


def test_routes_of_the_program_are_the_described_ones(tmp_path):
    result = run_command(["routes"], {}, tmp_path)
    assert result.returncode == 0, result.stderr
    assert sorted(result.stdout.split("\n")[:-1]) == sorted(str(operation) for operation in operations())


def test_program_serves_this_very_description(api):
    yaml = pytest.importorskip("yaml")
    response = api.get("/openapi.yaml", key=None)
    assert response.status == 200
    assert "yaml" in response.header("Content-Type")
    assert yaml.safe_load(response.body) == document()


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_operation_is_described_in_full(operation):
    described = document()["paths"][operation.path][operation.method.lower()]
    assert described["summary"] and described["tags"]
    for status, response in operation.responses.items():
        response = resolve(response)
        assert response["description"].strip()
        assert "X-Request-Id" in response["headers"]
        if operation.takes_any_method and status in ("200", "302"):
            assert "content" not in response
            continue
        if status != "304":
            assert next(iter(response["content"].values()))["schema"]
    if operation.needs_key:
        assert "401" in operation.responses and "503" in operation.responses
    if operation.has_body:
        assert {"400", "413", "415"} <= set(operation.responses)


def test_every_reference_leads_somewhere_and_every_component_is_used():
    used = set()

    def walk(node):
        if isinstance(node, dict):
            if "$ref" in node:
                used.add(node["$ref"])
                assert resolve(node)
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(document())
    components = document()["components"]
    defined = {
        f"#/components/{kind}/{name}"
        for kind, named in components.items()
        for name in named
        if kind != "securitySchemes"
    }
    assert used == defined


def test_schemas_have_only_keywords_that_are_checked():
    found = list(schemas())
    assert len(found) > len(document()["components"]["schemas"])
    assert [(schema, unknown_keywords(schema)) for schema in found if unknown_keywords(schema)] == []


def test_examples_match_their_schemas():
    def walk(node):
        if isinstance(node, dict):
            if "schema" in node:
                examples = (
                    [node["example"]]
                    if "example" in node
                    else [one["value"] for one in node.get("examples", {}).values()]
                )
                for example in examples:
                    assert violations(example, node["schema"]) == []
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(document()["paths"])
    walk(document()["components"]["responses"])
    for schema in document()["components"]["schemas"].values():
        for example in schema.get("examples", []):
            assert violations(example, schema) == []


def test_good_answers_match(api):
    assert check("getGreeting", api.get("/", key=None)).status == 200
    assert check("getHealth", api.get("/health", key=None)).status == 200
    assert check("getReadiness", api.get("/health/ready", key=None)).status == 200
    assert check("getLife", api.get("/health/live", key=None)).status == 200
    assert check("getSigningKeys", api.get("/.well-known/jwks.json", key=None)).status == 200
    created = check("createUser", api.post("/users", new_user()))
    user = created.json()["user"]
    assert created.status == 201
    assert check("getPasswordPolicy", api.get("/user-auth/password-policy")).status == 200
    for password in ("football", "analytical engine"):
        assert check("checkPassword", api.post("/user-auth/check-password", {"password": password})).status == 200
    path = f"/users/{user['id']}"
    assert check("getUser", api.get(path)).status == 200
    assert check("updateUser", api.put(path, {"last_name": "Byron"})).status == 200
    assert check("listUsers", api.get("/users")).status == 200
    assert check("listUsers", api.get("/users?limit=1")).status == 200
    login = check("logIn", api.post("/user-auth", {"email": user["email"], "password": new_user()["password"]}))
    assert login.status == 200
    answer = login.json()
    assert check("verifySession", api.post("/user-auth/verify-session", {"session": answer["session"]})).status == 200
    assert (
        check(
            "verifyToken", api.post("/user-auth/verify-token", headers={"Authorization": f"Bearer {answer['token']}"})
        ).status
        == 200
    )
    sessions = check("listSessions", api.get(f"{path}/sessions"))
    assert len(sessions.json()) == 1
    assert check("endSession", api.delete(f"/sessions/{sessions.json()[0]['id']}")).status == 200
    assert check("endAllSessions", api.delete(f"{path}/sessions")).status == 200
    assert check("logOut", api.post("/user-auth/logout", {"session": answer["session"]})).status == 200
    assert check("deleteUser", api.delete(path)).status == 200


def test_refusals_match(api):
    user = create_user(api)
    taken = create_user(api)["email"]
    path = f"/users/{user['id']}"
    huge = {"first_name": "x" * 70_000}
    expected = [
        ("listUsers", api.get("/users?limit=0"), 400),
        ("getUser", api.get("/users/x"), 400),
        ("getUser", api.get("/users/999999999"), 404),
        ("createUser", api.post("/users", {}), 400),
        ("createUser", api.post("/users", new_user(email=taken)), 409),
        ("createUser", api.post("/users", huge), 413),
        ("createUser", api.post("/users", body=b"x", headers={"Content-Type": "text/plain"}), 415),
        ("updateUser", api.put(path, {"email": "x"}), 400),
        ("updateUser", api.put(path, {"email": taken}), 409),
        ("updateUser", api.put("/users/999999999", {}), 404),
        ("updateUser", api.put(path, huge), 413),
        ("updateUser", api.put(path, body=b"x", headers={"Content-Type": "text/plain"}), 415),
        ("deleteUser", api.delete("/users/x"), 400),
        ("deleteUser", api.delete("/users/999999999"), 404),
        ("listSessions", api.get("/users/x/sessions"), 400),
        ("listSessions", api.get("/users/999999999/sessions"), 404),
        ("endAllSessions", api.delete("/users/x/sessions"), 400),
        ("endAllSessions", api.delete("/users/999999999/sessions"), 404),
        ("endSession", api.delete("/sessions/x"), 400),
        ("endSession", api.delete("/sessions/999999999"), 404),
        ("createUser", api.post("/users", new_user(password="football")), 400),
        ("checkPassword", api.post("/user-auth/check-password", {}), 400),
        ("checkPassword", api.post("/user-auth/check-password", {"password": "x" * 70_000}), 413),
        ("checkPassword", api.post("/user-auth/check-password", body=b"x", headers={"Content-Type": "text/plain"}), 415),
        ("logIn", api.post("/user-auth", {}), 400),
        ("logIn", api.post("/user-auth", {"email": unique_email(), "password": "x"}), 401),
        ("verifySession", api.post("/user-auth/verify-session", {}), 400),
        ("verifySession", api.post("/user-auth/verify-session", {"session": "x"}), 401),
        ("logOut", api.post("/user-auth/logout", {}), 400),
        ("verifyToken", api.post("/user-auth/verify-token"), 401),
    ]
    for operation_id, response, status in expected:
        assert response.status == status, (operation_id, response.status, response.body)
        check(operation_id, response)


@pytest.mark.parametrize("operation", [operation for operation in operations() if operation.needs_key], ids=str)
def test_refused_key_matches(api, operation):
    response = check(operation.id, api.request(operation.method, operation.example_path(), key=None))
    assert response.status == 401


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_detailed_login_errors_match(start):
    with start(LOGIN_ERRORS="detailed").api() as api:
        assert check("logIn", api.post("/user-auth", {"email": unique_email(), "password": "x"})).status == 404


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_unavailable_answers_match(start, database):
    """The database vanishes: every operation that needs it answers 503 as described."""
    program = start(DB_QUERY_TIMEOUT="5s", SESSION_CACHE_MB="0")
    with program.api() as api:
        login = log_in(api, create_user(api)["email"])
        database.drop()
        calls = {
            "getHealth": api.get("/health"),
            "getReadiness": api.get("/health/ready"),
            "listUsers": api.get("/users?limit=1"),
            "getUser": api.get("/users/1"),
            "createUser": api.post("/users", new_user()),
            "updateUser": api.put("/users/1", {"first_name": "A"}),
            "deleteUser": api.delete("/users/1"),
            "listSessions": api.get("/users/1/sessions"),
            "endAllSessions": api.delete("/users/1/sessions"),
            "endSession": api.delete("/sessions/1"),
            "logIn": api.post("/user-auth", {"email": unique_email(), "password": "x"}),
            "verifySession": api.post("/user-auth/verify-session", {"session": login["session"]}),
            "logOut": api.post("/user-auth/logout", {"session": login["session"]}),
            "verifyToken": api.post("/user-auth/verify-token", headers={"Authorization": f"Bearer {login['token']}"}),
        }
    for operation_id, response in calls.items():
        assert response.status == 503, (operation_id, response.body)
        assert int(response.header("Retry-After")) >= 1
        check(operation_id, response)


def test_validator_finds_what_is_wrong():
    """References are followed and types are strict: a schema that nothing violates would prove nothing."""
    user = {
        "id": 1,
        "first_name": "A",
        "last_name": "B",
        "email": "a@example.com",
        "created_at": "2025-01-22T10:30:00.000Z",
        "updated_at": "2025-01-22T10:30:00.000Z",
    }
    schema = {"$ref": "#/components/schemas/User"}
    assert violations(user, schema) == []
    for wrong in (
        {"id": "1"},
        {"id": 0},
        {"id": True},
        {"salt": "x"},
        {"created_at": "yesterday"},
        {"first_name": ""},
        {"first_name": None},
    ):
        assert violations(user | wrong, schema) != []
    assert violations({name: user[name] for name in user if name != "email"}, schema) != []
    assert violations([user], schema) != []
    assert violations([1], {"type": "array", "items": schema}) != []
    assert unknown_keywords({"type": "string", "maxLenght": 3}) == {"maxLenght"}
