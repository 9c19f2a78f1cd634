"""What deploy/Dockerfile and the Compose files say, as far as it can be checked without a container runtime. `./dev image --verify`
builds the image and runs what is in it."""

import json
import platform
import re
import secrets
import subprocess

import pytest
import yaml  # type: ignore[import]

from harness.places import REPOSITORY, SANITIZED, binary
from harness.program import run_command

pytestmark = pytest.mark.sequential

DOCKERFILE = (REPOSITORY / "deploy" / "Dockerfile").read_text()
DEVELOPMENT = yaml.safe_load((REPOSITORY / "compose.yaml").read_text())
PRODUCTION = yaml.safe_load((REPOSITORY / "compose.prod.yaml").read_text())
# By Debian release; the image is built on the first. The OpenSSL of the other is larger, and loads Zstandard.
IMAGE_BYTES_MAX = {"12": 25_000_000, "13": 31_000_000}


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """The name of every setting."""
    printed = run_command(["settings", "--env"], {}, tmp_path_factory.mktemp("settings")).stdout
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=", printed, re.MULTILINE))


def stages():
    """The instructions of each stage of the Dockerfile, as (word, rest) pairs."""
    lines = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    found = []
    for line in filter(None, lines):
        word, rest = line.split(" ", 1)
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append((word, rest))
    return found


@pytest.mark.parametrize("stage", stages()[1:], ids=lambda stage: stage[0][1])
def test_image_runs_the_program_as_nobody_in_particular(stage):
    said = dict(stage)
    program = json.loads(said["ENTRYPOINT"])
    assert said["USER"] == "65532:65532"
    assert said["VOLUME"] == "/data"
    assert json.loads(said["CMD"]) == ["serve"]
    assert json.loads(said["HEALTHCHECK"].removeprefix("CMD ")) == [*program, "health"]
    assert "HOST=0.0.0.0" in said["ENV"]
    assert "NODE_ENV=production" in said["ENV"], "and not APP_ENV, which would win over a user's NODE_ENV"


def test_last_stage_has_nothing_but_what_is_copied():
    last = stages()[-1]
    assert last[0] == ("FROM", "scratch")
    assert "RUN" not in dict(last)


@pytest.mark.skipif(SANITIZED, reason="no image has a program with a sanitizer")
def test_image_leaves_out_what_is_never_used_and_is_small(tmp_path):
    subprocess.run([REPOSITORY / "deploy" / "image" / "collect.sh", binary(), tmp_path], check=True)
    for folder in ("root", "opt"):
        sizes = {path.name: path.stat().st_size for path in (tmp_path / folder).rglob("*") if path.is_file()}
        assert {"libpq.so.5", "libcurl.so.4", "libcrypto.so.3"} <= set(sizes)
        assert not [name for name in sizes if re.match("lib(gnutls|p11-kit|sasl2)", name)]
        assert sum(sizes.values()) <= IMAGE_BYTES_MAX[platform.freedesktop_os_release()["VERSION_ID"]]


def test_root_names_the_dockerfile_for_docker_build():
    assert (REPOSITORY / "Dockerfile").resolve() == REPOSITORY / "deploy" / "Dockerfile"


def test_build_gets_every_folder_that_it_reads_and_no_secret():
    ignored = (REPOSITORY / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    let_in = {line.removeprefix("!").rstrip("/") for line in ignored if line.startswith("!")}
    assert all((REPOSITORY / name).exists() for name in let_in)
    assert {"src", "api", "migrations", "seeds", "templates", "third_party", "cmake", "scripts", "dev"} <= let_in
    assert not {".env", "data", "secrets", "build", ".git", "tests"} & let_in


@pytest.mark.parametrize("compose", [DEVELOPMENT, PRODUCTION], ids=["development", "production"])
def test_every_variable_of_the_service_is_a_setting(compose, settings):
    given = compose["services"]["backend-node"]["environment"]
    assert {name.removesuffix("_FILE") for name in given} <= settings


def test_development_has_the_services_that_users_name():
    services = DEVELOPMENT["services"]
    assert set(services) == {"backend-node", "postgres", "jsdoc", "adminer"}
    published = {name: service["ports"][0] for name, service in services.items()}
    assert published == {
        "backend-node": "127.0.0.1:${PORT:-8000}:8000",
        "postgres": "127.0.0.1:${DB_PORT:-5432}:5432",
        "jsdoc": "127.0.0.1:${DOCS_PORT:-8001}:8001",
        "adminer": "127.0.0.1:${ADMINER_PORT:-8002}:8080",
    }
    assert services["backend-node"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_documentation_is_what_dev_docs_builds_and_serves():
    folder = REPOSITORY / "deploy" / "documentation"
    build = DEVELOPMENT["services"]["jsdoc"]["build"]
    assert build == {"context": ".", "dockerfile": str((folder / "Dockerfile").relative_to(REPOSITORY))}
    steps = (folder / "Dockerfile").read_text()
    assert "RUN ./dev docs --build\n" in steps
    [command] = re.findall(r'^CMD \["/usr/bin/python3", "(.*?)", "build/docs", "0.0.0.0", "8001"\]$', steps, re.MULTILINE)
    assert (REPOSITORY / command).exists()
    ignored = (folder / "Dockerfile.dockerignore").read_text().splitlines()
    assert {".env", "data/", "secrets/", "build/", ".git/"} <= set(ignored)


def test_production_keeps_secrets_in_files_and_the_database_to_itself():
    service, database = (PRODUCTION["services"][name] for name in ("backend-node", "postgres"))
    names = {"api_key", "session_secret", "jwt_secret", "db_password"}
    assert set(PRODUCTION["secrets"]) == set(service["secrets"]) == names
    for name in names:
        assert service["environment"][f"{name.upper()}_FILE"] == f"/run/secrets/{name}"
        assert name.upper() not in service["environment"]
    assert "ports" not in database
    assert database["networks"] == ["database"]
    assert PRODUCTION["networks"]["database"]["internal"] is True
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_production_starts_with_the_settings_that_it_is_given(tmp_path):
    """The files are where the variables point, and there is no database: the settings have no mistake."""
    given = dict(PRODUCTION["services"]["backend-node"]["environment"])
    for name in [name for name in given if name.endswith("_FILE")]:
        path = tmp_path / name
        path.write_text(secrets.token_hex(32))
        path.chmod(0o600)
        given[name] = str(path)
    given = {name: re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", value) for name, value in given.items()}
    nowhere = {"DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_QUERY_TIMEOUT": "100ms"}
    checked = run_command(["doctor"], given | nowhere, tmp_path)
    assert "WRONG  settings" not in checked.stdout, checked.stdout
    assert re.search(r"^  SHUTDOWN_DELAY +5s", checked.stdout, re.MULTILINE)
