"""Valid and invalid requests that schemathesis generates from api/openapi.yaml: none is answered with 5xx, and the status, the fields and
the headers of every answer are as described."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from harness.openapi import document, operations
from harness.places import FULL
from harness.program import API_KEY, Gatehouse
from harness.venv import Venv

HERE = Path(__file__).parent
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
SECONDS = 600 if FULL else 80
# A normal run sends the same requests each time, a full run others; the report of a failure contains the seed.
SEED = [] if FULL else ["--seed", "1"]
NO_LIMITS = {
    f"RATE_LIMIT_{name}": "off" for name in ("ADDRESS", "LOGIN", "REGISTER", "MAIL_ADDRESS", "MAIL_ACCOUNT", "REDEEM")
}


@pytest.fixture(scope="module")
def schemathesis() -> Path:
    venv = Venv("schemathesis", HERE / "generated_requests.txt")
    venv.install()
    return venv.program("schemathesis")


def run(schemathesis: Path, program: Gatehouse, directory: Path) -> str:
    """Sends requests until the time is up, and returns the report. Any finding fails the test."""
    description = directory / "openapi.json"
    description.write_text(json.dumps(document()))
    address = f"http://127.0.0.1:{program.port}"
    result = subprocess.run(
        [schemathesis, "run", description, "--url", address, "--header", f"X-API-Key: {API_KEY}", "--checks", ",".join(CHECKS),
         "--max-time", str(SECONDS), *SEED, "--continue-on-failure", "--generation-database", "none", "--output-truncate", "false",
         "--no-color"],
        env=dict(os.environ)
        | {
            "SCHEMATHESIS_HOOKS": str(HERE / "generated_requests_hooks.py"),
            "GATEHOUSE_URL": address,
            "GATEHOUSE_API_KEY": API_KEY,
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=SECONDS + 300,
        check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_every_answer_is_as_described(schemathesis, start, tmp_path):
    program = start(**NO_LIMITS)
    report = run(schemathesis, program, tmp_path)
    assert re.search(r"Tested: +(\d+)", report).group(1) == str(len(operations())), report
    assert [line for line in program.log() if line["level"] == "error"] == []
    assert program.stop() == 0
