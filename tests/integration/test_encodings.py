"""A PostgreSQL database in an encoding that lacks most characters: nobody gets a 500 for what a browser calls itself."""

import pytest

from harness.accounts import create_user, is_alive, log_in, new_user, try_log_in
from harness.clusters import Cluster
from harness.databases import driver
from harness.program import Gatehouse, base_settings, run_command

AGENT = "Браузер/1.0 (ネコ) 🦉"


@pytest.fixture(scope="module", params=["LATIN1", "SQL_ASCII"])
def encoded(request):
    """A server whose databases have the encoding under test, and the encoding's name."""
    driver()
    cluster = Cluster(encoding=request.param)
    try:
        yield cluster.start(), request.param
    finally:
        cluster.remove()


@pytest.fixture
def program(encoded, tmp_path):
    started = Gatehouse(tmp_path / "program", base_settings() | {"DATABASE_URL": encoded[0].url})
    try:
        yield started.start()
    finally:
        started.discard()


def test_client_whose_name_cannot_be_stored_logs_in(program):
    with program.api() as api:
        user = create_user(api)
        login = log_in(api, user["email"], headers={"User-Agent": AGENT.encode().decode("latin-1")})
        assert is_alive(api, login["session"])
        assert "/1.0" in api.get(f"/users/{user['id']}/sessions").json()[0]["userAgent"]


def test_name_that_cannot_be_stored_is_the_callers_400_and_never_a_500(program, encoded):
    with program.api() as api:
        response = api.post("/users", new_user(first_name="Ольга"))
        if encoded[1] == "LATIN1":
            assert (response.status, response.json()["code"]) == (400, "text_not_storable")
        else:
            assert response.json()["user"]["first_name"] == "Ольга", "it stores every byte as it comes"
        assert create_user(api, first_name="José")["first_name"] == "José"
        assert try_log_in(api, "ольга@example.com").status in (400, 401)
        assert not program.events("request_failed")


def test_start_and_doctor_warn_of_the_encoding(program, encoded, tmp_path):
    assert encoded[1] in program.events("database_encoding")[0]["reason"]
    doctor = run_command(["doctor"], base_settings() | {"DATABASE_URL": encoded[0].url}, tmp_path)
    assert doctor.returncode != 0
    assert f"encoding: the database's encoding is {encoded[1]}" in doctor.stdout
