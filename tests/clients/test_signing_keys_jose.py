"""How a third-party client verifies a token: npm's jose fetches the keys by their address."""

import json

import pytest

from harness.accounts import create_user, log_in
from harness.tokens import read
from harness.waiting import wait_until
from typescript_client import install, node, run

SEEN_WITHIN_S = 60
VERIFY = """
import { createRemoteJWKSet, jwtVerify } from "jose";
const keys = createRemoteJWKSet(new URL(process.argv[1]));
const options = { issuer: "gatehouse", audience: "gatehouse", typ: "JWT" };
const { payload } = await jwtVerify(process.argv[2], keys, options);
console.log(payload.sub);
"""


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_jose_verifies_a_token_by_the_address_of_the_keys(start, command, algorithm):
    install()
    program = start()
    made = command("signing-keys", "generate", "--json", "--alg", algorithm)
    kid = json.loads(made.stdout)["kid"]
    assert command("signing-keys", "promote", kid, "--now").returncode == 0
    with program.api() as api:
        email = create_user(api)["email"]

        def signed():
            token = log_in(api, email)["token"]
            return token if read(token)[0]["kid"] == kid else None

        token = wait_until(signed, SEEN_WITHIN_S, "a token of the new key")
        address = f"http://127.0.0.1:{program.port}/.well-known/jwks.json"
        subject = run([str(node()), "--input-type=module", "--eval", VERIFY, address, token]).strip()
    assert subject == read(token)[1]["sub"]
