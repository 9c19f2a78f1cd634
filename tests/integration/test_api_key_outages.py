"""API keys while the database is away: a 503 if nobody can tell whether a key is valid, and never a refusal; then all recovers."""

import time

import pytest

from harness.accounts import assert_unavailable
from harness.api_keys import is_good, make_key, use
from harness.places import SANITIZED
from harness.program import API_KEY
from harness.waiting import wait_until

RECOVERY_MAX_S = 60.0 if SANITIZED else 20.0
DISTRUST_MAX_S = 60.0 if SANITIZED else 20.0
# Has the form and the checksum of a key, but was never made.
UNKNOWN = "gtk_0123456789_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1YLZbR"
# The limit for invalid keys, whoever sends them.
READINGS_PER_S = 20
MISTYPED = UNKNOWN[:-1] + "x"


def test_key_is_neither_good_nor_refused_while_the_database_is_away(cluster, start_on_cluster):
    program = start_on_cluster(DB_QUERY_TIMEOUT="4s")
    with program.api() as api:
        key_id, secret = make_key(api)
        assert is_good(api, secret)
        cluster.kill()
        wait_until(lambda: use(api, secret).status == 503, DISTRUST_MAX_S, "the end of the trust")
        for key in (secret, UNKNOWN):
            assert_unavailable(use(api, key), key[:14])
        assert use(api, MISTYPED).status in (401, 503), "a wrong key is refused once that is on record"
        assert use(api, API_KEY).status == 200, "keys of the settings need no database"
        cluster.start()
        wait_until(lambda: use(api, secret).status == 200, RECOVERY_MAX_S, "the recovery")
        assert use(api, UNKNOWN).status == 401
        assert api.delete(f"/api-keys/{key_id}").status == 200
        assert use(api, secret).status == 401


def test_key_waits_for_the_schema(cluster, start_on_cluster):
    with start_on_cluster().api() as api:
        _, secret = make_key(api)
    cluster.kill()
    program = start_on_cluster(wait=False, DB_QUERY_TIMEOUT="4s")
    program.wait_until_serving()
    with program.api() as api:
        for key in (secret, UNKNOWN, API_KEY):
            assert_unavailable(use(api, key), key[:14])
        cluster.start()
        wait_until(lambda: use(api, secret).status == 200, RECOVERY_MAX_S, "the schema")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_made_up_keys_cost_no_query_each(start):
    program = start()
    with program.api() as api:
        make_key(api)

        def readings():
            page = api.get("/metrics").body.decode()
            return int(next(line for line in page.splitlines() if line.startswith("gatehouse_api_key_readings_total")).split()[1])

        before, begin = readings(), time.monotonic()
        assert {use(api, UNKNOWN).status for _ in range(200)} == {401}
        seconds = time.monotonic() - begin
        assert readings() - before <= READINGS_PER_S * (seconds + 2)
