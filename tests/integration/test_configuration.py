"""What the program can be told and how: environment, .env, secret files; what it refuses to start with."""

import contextlib
import functools
import os
import re
import secrets
import select
import shutil
import socket
import subprocess

import pytest

from harness.accounts import create_user, log_in, try_log_in
from harness.certificates import serve_tls
from harness.databases import PostgresDatabase, create_database
from harness.http_client import Api
from harness.places import VECTORS, binary
from harness.program import Gatehouse, base_settings, environment_of, run_command

pytestmark = pytest.mark.sequential

STRONG = {name: secrets.token_urlsafe(48) for name in ("API_KEY", "JWT_SECRET", "SESSION_SECRET")}


def refusal(directory, settings):
    """Starts the program with exactly these settings and returns what it says when it refuses."""
    result = run_command(["serve"], {"PORT": "0", "SQLITE_PATH": str(directory / "refused.db")} | settings, directory)
    assert result.returncode not in (0, None), "it started"
    return result.stdout + result.stderr


def production(**changes):
    return {"APP_ENV": "production"} | STRONG | changes


@pytest.mark.parametrize("name", ["API_KEY", "JWT_SECRET", "SESSION_SECRET"])
@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "too-short",
        "a" * 64,
        "0123456789" * 7,
        "your-secure-api-key-here",
        "your-jwt-secret-key-change-in-production",
        "prod-session-secret-64-chars-long",
    ],
)
def test_production_refuses_a_weak_secret_by_name(tmp_path, name, value):
    text = refusal(tmp_path, production(**{name: value}))
    assert name in text
    assert not value or value not in text


def test_production_lists_every_mistake_at_once(tmp_path):
    text = refusal(
        tmp_path,
        {
            "APP_ENV": "production",
            "API_KEY": "short",
            "JWT_SECRET": "your-jwt-secret-key-change-in-production",
            "PORT": "99999",
            "LOG_LEVEL": "loud",
            "DB_POOL_MIN": "-1",
            "GATEHOUSE_SESION_TTL": "1h",
            "TLS_CERT": "/nowhere/cert.pem",
        },
    )
    for name in (
        "API_KEY",
        "JWT_SECRET",
        "SESSION_SECRET",
        "PORT",
        "LOG_LEVEL",
        "DB_POOL_MIN",
        "GATEHOUSE_SESION_TTL",
        "TLS_",
    ):
        assert name in text, f"{name} is not among the mistakes:\n{text}"


def test_production_refuses_one_secret_for_two_purposes(tmp_path):
    text = refusal(tmp_path, production(JWT_SECRET=STRONG["SESSION_SECRET"]))
    assert "JWT_SECRET" in text and "SESSION_SECRET" in text


def test_production_refuses_an_unknown_setting_and_suggests_the_known(tmp_path):
    text = refusal(tmp_path, production(GATEHOUSE_LOGIN_EROR="uniform", GATEHOUSE_SESSION_TLL="1h"))
    assert "GATEHOUSE_SESSION_TLL" in text and "SESSION_TTL" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("HEADER_TIMEOUT", "soon"),
        ("SESSION_TTL", "-5s"),
        ("SESSION_TTL", "0"),
        ("LOGIN_ERRORS", "chatty"),
        ("APP_ENV", "prod uction"),
        ("IO_THREADS", "1e9"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "app.example.com"),
        ("TRUSTED_PROXIES", "everyone"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DB_SSL", "maybe"),
        ("TLS_CERT", "/nowhere/cert.pem"),
        ("PASSWORD_HASH", "md5"),
        ("SESSION_ABSOLUTE_TTL", "2d"),
    ],
)
def test_unreadable_value_is_refused_everywhere_and_not_repeated(tmp_path, name, value):
    text = refusal(tmp_path, {"APP_ENV": "development", name: value})
    assert name in text
    if name == "DATABASE_URL":
        assert value not in text


@pytest.fixture
def serving(tmp_path):
    """serving(settings): a program started with exactly these settings, in the test's directory."""
    started = []

    def start(settings):
        program = Gatehouse(tmp_path, {"PORT": "0", "HOST": "127.0.0.1"} | settings)
        started.append(program)
        return program.start()

    yield start
    for program in started:
        program.discard()


def test_production_starts_with_strong_secrets(serving, tmp_path):
    program = serving(production(SQLITE_PATH=str(tmp_path / "x.db")))
    with program.api() as api:
        assert api.get("/health").json()["environment"] == "production"
        assert api.get("/users").json() == []


def test_development_starts_with_nothing_at_all(serving, tmp_path):
    program = serving({})
    with Api(program.port, None) as api:
        assert api.get("/health").json()["environment"] == "development"
        assert api.get("/users").status == 401
    assert (tmp_path / "data" / "gatehouse.db").exists()


def test_database_file_is_private(serving, tmp_path):
    serving({"SQLITE_PATH": str(tmp_path / "private.db")})
    assert (tmp_path / "private.db").stat().st_mode & 0o077 == 0


def test_secrets_come_from_files(serving, tmp_path):
    settings = {"APP_ENV": "production", "SQLITE_PATH": str(tmp_path / "x.db")}
    for name, value in STRONG.items():
        path = tmp_path / name.lower()
        path.write_text(value + "\n")
        settings[f"{name}_FILE"] = str(path)
    program = serving(settings)
    with Api(program.port, STRONG["API_KEY"]) as api:
        assert api.get("/users").status == 200


def test_missing_secret_file_is_named(tmp_path):
    text = refusal(tmp_path, production(API_KEY=None, API_KEY_FILE="/nowhere/key"))
    assert "API_KEY" in text and "/nowhere/key" in text


def test_prefixed_name_wins_over_plain_and_environment_over_dotenv(serving, tmp_path):
    keys = {name: secrets.token_urlsafe(32) for name in ("plain", "prefixed", "dotenv")}
    (tmp_path / ".env").write_text(f"API_KEY={keys['dotenv']}\nJWT_EXPIRES_IN=5m\n")
    program = serving(
        {"API_KEY": keys["plain"], "GATEHOUSE_API_KEY": keys["prefixed"], "SQLITE_PATH": str(tmp_path / "x.db")}
    )
    with Api(program.port, keys["prefixed"]) as api:
        assert api.get("/users").status == 200
        assert api.get("/users", key=keys["plain"]).status == 401
        assert api.get("/users", key=keys["dotenv"]).status == 401


def express_dotenv(database):
    """The .env of the Express service's description, with the test server's address."""
    parts = database.parts()
    address = {"HOST": parts.hostname, "PORT": parts.port, "NAME": database.name, "USER": parts.username}
    text = (VECTORS / "express" / "example.env").read_text()
    for name, value in address.items():
        text = re.sub(rf"^DB_{name}=.*$", f"DB_{name}={value}", text, flags=re.MULTILINE)
    return text


@pytest.mark.parametrize("kind", ["postgres"])
def test_dotenv_of_the_express_service_starts_unchanged(serving, tmp_path, database):
    assert isinstance(database, PostgresDatabase)
    (tmp_path / ".env").write_text(express_dotenv(database))
    program = serving({})  # only PORT and HOST, so that tests can run side by side
    with Api(program.port, "your-secure-api-key-here") as api:
        assert api.get("/health").json()["environment"] == "development"
        assert sorted(user["email"] for user in api.get("/users").json()) == [
            "alice@example.com",
            "jane@example.com",
            "john@example.com",
        ]
        assert try_log_in(api, "john@example.com", "password123").status == 200
        preflight = api.request(
            "OPTIONS",
            "/users",
            headers={"Origin": "http://localhost:3001", "Access-Control-Request-Method": "GET"},
            key=None,
        )
        assert preflight.header("Access-Control-Allow-Origin") == "http://localhost:3001"


def doctor_on(tmp_path, dotenv, **settings):
    (tmp_path / ".env").write_text(dotenv)
    return run_command(["doctor"], {"SQLITE_PATH": "x.db"} | settings, tmp_path).stdout


def test_dotenv_that_node_and_compose_read_differently_is_read_as_node_does_and_said(tmp_path):
    said = doctor_on(tmp_path, "# note\nLOG_LEVEL=warn#ing\nGATEHOUSE_SESSION_TTL=`2d`\nOTHER=a#b\nPORT=1 # fine\n")
    assert re.search(r"LOG_LEVEL +warn +\.env", said)
    assert re.search(r"SESSION_TTL +2d +\.env", said)
    assert "note   settings: LOG_LEVEL: has a # without a space before it in .env line 2, which Compose reads" in said
    assert "note   settings: GATEHOUSE_SESSION_TTL: is in backticks in .env line 3" in said
    assert said.count("Compose") == 2


# Values in a .env file, and what Node 20 makes of each.
DOTENV_VALUES = {
    "plain": "plain",
    "a#b": "a",
    "a #b": "a",
    "#b": "",
    "`a # b`": "a # b",
    "'a # b' c": "a # b",
    r'"a\nb\tc"': "a\nb\\tc",
    r'"a\"b"': "a\\",
    r"'a\nb'": r"a\nb",
    "  a b  ": "a b",
    "$HOME": "$HOME",
    '""': "",
    "": "",
    "'a\nb'": "a\nb",
    "a'b'": "a'b'",
    "a=b==": "a=b==",
}


def write_dotenv(folder, value):
    (folder / ".env").write_text(f"my-key=foreign\n  JWT_ISSUER={value}\nLAST=1\n")


@pytest.mark.parametrize("value", DOTENV_VALUES)
def test_dotenv_means_what_node_makes_of_it(tmp_path, value):
    write_dotenv(tmp_path, value)
    shown = run_command(["doctor"], {"SQLITE_PATH": "x.db"}, tmp_path).stdout
    found = re.search(r"^  JWT_ISSUER +(.*?) +(\.env|default)", shown, re.MULTILINE | re.DOTALL)
    assert found and found.group(1) == (DOTENV_VALUES[value] or "gatehouse")


@functools.cache
def node_that_reads_dotenv():
    """A Node that reads .env files; Debian 12's does not."""
    node = shutil.which("node")
    if node is None or subprocess.run([node, "--env-file=/dev/null", "--eval", ""], capture_output=True, check=False).returncode != 0:
        pytest.skip("no node of version 20.6 or later is installed")
    return node


@pytest.mark.parametrize("value", DOTENV_VALUES)
def test_node_makes_that_of_it(tmp_path, value):
    write_dotenv(tmp_path, value)
    node = [node_that_reads_dotenv(), f"--env-file={tmp_path}/.env", "--eval", "process.stdout.write(process.env.JWT_ISSUER)"]
    assert subprocess.run(node, capture_output=True, text=True, check=True, env={}).stdout == DOTENV_VALUES[value]


def test_foreign_lines_do_not_stop_the_start(serving, tmp_path):
    (tmp_path / ".env").write_text("my-key=\n2nd=x\nspring.datasource.url=jdbc:x\nsome text\nLOG_LEVEL=warn\n")
    program = serving({"SQLITE_PATH": str(tmp_path / "x.db"), "LOG_LEVEL": "info"})
    warnings = [event["name"] for event in program.events("setting_warning")]
    assert [name for name in warnings if ".env" in name] == [".env line 4"]


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o640, 0o600])
def test_secrets_that_everybody_may_read_are_a_warning_in_production(tmp_path, mode):
    secret = tmp_path / "secret"
    secret.write_text(secrets.token_urlsafe(32))
    (tmp_path / ".env").write_text(f"API_KEY={secrets.token_urlsafe(32)}\nJWT_SECRET={secrets.token_urlsafe(32)}\n")
    for path in (secret, tmp_path / ".env"):
        path.chmod(mode)
    settings = {"SQLITE_PATH": "x.db", "SESSION_SECRET_FILE": str(secret)}
    for environment in ("production", "development"):
        said = run_command(["doctor"], settings | {"APP_ENV": environment}, tmp_path).stdout
        is_warned = environment == "production" and bool(mode & 0o004)
        assert (".env: may be read by every user of this machine; chmod 600" in said) == is_warned
        assert ("SESSION_SECRET_FILE: names a file that every user of this machine may read" in said) == is_warned


def test_doctor_reads_the_secrets_that_dev_serve_made(tmp_path):
    (tmp_path / "data").mkdir()
    made = {name: secrets.token_urlsafe(32) for name in ("API_KEY", "JWT_SECRET", "SESSION_SECRET")}
    (tmp_path / "data" / "dev.env").write_text("".join(f"{name}={value}\n" for name, value in made.items()))
    said = doctor_on(tmp_path, f"JWT_SECRET={secrets.token_urlsafe(32)}\n", APP_ENV="development")
    assert re.search(r"API_KEY +\(hidden\) +data/dev.env", said)
    assert re.search(r"JWT_SECRET +\(hidden\) +\.env", said)
    assert "SESSION_SECRET: is not set" not in said
    assert not any(value in said for value in made.values())
    production = doctor_on(tmp_path, "", APP_ENV="production")
    assert "dev.env" not in production
    assert "WRONG  settings: API_KEY" in production


COMMANDS = [
    "",
    "serve",
    "doctor",
    "migrate latest",
    "migrate rollback",
    "migrate status",
    "seed run",
    "db reset",
    "sessions cleanup",
    "users forget-express-passwords",
    "users list",
    "users show 1",
    "users disable 1",
    "sessions list 1",
]


@pytest.mark.parametrize("kind_of_file", ["folder", "link to nothing"])
@pytest.mark.parametrize("command", COMMANDS)
def test_settings_file_that_cannot_be_read_stops_every_command(tmp_path, command, kind_of_file):
    """It may hold the secrets and the database's address: a program that went on without it would serve something else."""
    if kind_of_file == "folder":
        (tmp_path / ".env").mkdir()
    else:
        (tmp_path / ".env").symlink_to(tmp_path / "nowhere")
    result = run_command(command.split(), {"PORT": "0", "SQLITE_PATH": "x.db"}, tmp_path)
    assert result.returncode == 78
    assert ".env cannot be read" in result.stderr
    assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize("command", ["routes", "secrets generate"])
def test_command_that_needs_no_settings_does_not_read_them(tmp_path, command):
    (tmp_path / ".env").mkdir()
    assert run_command(command.split(), {}, tmp_path).returncode == 0


def run_openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def make_key(path, curve, *options):
    """Writes a private key in PEM form to the path; `options` are those of `openssl genpkey`."""
    run_openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-out", str(path), *options)
    return path


@pytest.fixture
def unusable_keys(tmp_path):
    """Settings with keys that can be read, but cannot be used."""
    tls, _ = serve_tls(tmp_path)
    public = tmp_path / "public.pem"
    run_openssl("pkey", "-in", tls["TLS_KEY"], "-pubout", "-out", str(public))
    return {
        "TLS_CERT": tls["TLS_CERT"],
        "TLS_KEY": str(make_key(tmp_path / "other.key", "P-256")),
        "JWT_PRIVATE_KEY": make_key(tmp_path / "p384.key", "P-384").read_text(),
        "JWT_SECRET": public.read_text(),
        "SQLITE_PATH": str(tmp_path / "x.db"),
    }


UNUSABLE = [
    "TLS_KEY: is not the key of the certificate in TLS_CERT",
    "JWT_PRIVATE_KEY: cannot be used",
    "JWT_SECRET: is a key in PEM form",
]


def test_doctor_finds_keys_that_cannot_be_used(tmp_path, unusable_keys):
    result = run_command(["doctor"], base_settings() | unusable_keys, tmp_path)
    assert result.returncode == 1
    for finding in UNUSABLE:
        assert re.search(f"^WRONG .*{finding}", result.stdout, re.MULTILINE), f"{finding}:\n{result.stdout}"


def test_keys_that_cannot_be_used_are_listed_with_all_other_mistakes(tmp_path, unusable_keys):
    text = refusal(tmp_path, unusable_keys | {"APP_ENV": "development", "PORT": "99999", "LOG_LEVEL": "loud"})
    for mistake in (*UNUSABLE, "PORT", "LOG_LEVEL"):
        assert mistake in text, f"{mistake} is not among the mistakes:\n{text}"


def run_on_a_terminal(command, settings, directory):
    """Runs the program on a terminal, where it could prompt; returns its exit status and what the terminal shows."""
    ours, its = os.openpty()
    # setsid(1) makes the terminal the controlling one, which OpenSSL opens as /dev/tty.
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", str(binary()), *command],
        env=environment_of(settings),
        cwd=directory,
        stdin=its,
        stdout=its,
        stderr=its,
    )
    os.close(its)
    shown = b""
    try:
        # Reading from a terminal fails once the last process on it has ended.
        with contextlib.suppress(OSError):
            while select.select([ours], [], [], 60)[0] and (piece := os.read(ours, 65536)):
                shown += piece
        return process.wait(20), shown.decode(errors="replace")
    finally:
        os.close(ours)  # hangs up, which ends a program that still prompts
        process.wait(20)


@pytest.mark.parametrize("command", ["serve", "doctor"])
@pytest.mark.parametrize("name", ["TLS_KEY", "JWT_PRIVATE_KEY"])
def test_key_behind_a_passphrase_is_refused_and_nobody_is_asked(tmp_path, name, command):
    locked = make_key(tmp_path / "locked.key", "P-256", "-aes256", "-pass", "pass:secret")
    settings = base_settings() | {"SQLITE_PATH": str(tmp_path / "x.db")}
    if name == "TLS_KEY":
        certificate = tmp_path / "locked.pem"
        unlocked = ("-key", str(locked), "-passin", "pass:secret")
        run_openssl("req", "-x509", *unlocked, "-subj", "/CN=x", "-out", str(certificate))
        settings |= {"TLS_CERT": str(certificate), "TLS_KEY": str(locked)}
    else:
        settings |= {"JWT_PRIVATE_KEY": locked.read_text()}
    status, shown = run_on_a_terminal([command], settings, tmp_path)
    assert status == {"serve": 78, "doctor": 1}[command], shown
    assert "pass phrase" not in shown.lower()
    assert name in shown and "passphrase" in shown


def test_unset_app_env_reads_node_env(serving, tmp_path):
    program = serving({"NODE_ENV": "test", "SQLITE_PATH": str(tmp_path / "x.db")})
    with Api(program.port, None) as api:
        assert api.get("/health").json()["environment"] == "test"


def test_port_that_is_taken_stops_the_start(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        text = refusal(tmp_path, {"PORT": str(taken.getsockname()[1]), "HOST": "127.0.0.1"})
    assert "in use" in text.lower()
    assert "sqlite_open_failed" not in text, "the end of the process interrupts what is being opened"


@pytest.mark.parametrize("kind", ["postgres"])
def test_postgres_password_never_shows(tmp_path, kind):
    database = create_database(kind, tmp_path)
    try:
        canary = "canary-database-password"
        url = database.url.replace("postgres@", f"postgres:{canary}@", 1).replace(str(database.parts().port), "1", 1)
        settings = base_settings() | {"DATABASE_URL": url, "DB_CONNECT_TIMEOUT": "1s", "DB_QUERY_TIMEOUT": "1s"}
        for arguments in (["doctor"], ["migrate", "status"]):
            result = run_command(arguments, settings, tmp_path)
            assert canary not in result.stdout + result.stderr
            assert result.returncode != 0
    finally:
        database.drop()


def test_settings_take_effect_for_every_replica_alike(start, database):
    keys = [secrets.token_urlsafe(32) for _ in range(2)]
    for _ in range(2):
        with start(API_KEY=",".join(keys)).api(keys[1]) as api:
            log_in(api, create_user(api)["email"])


def test_version_and_help_need_no_configuration(tmp_path):
    for arguments in (["--version"], ["--help"], ["serve", "--help"]):
        result = subprocess.run(
            [str(binary()), *arguments],
            env=environment_of({}),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        assert result.stdout.strip()
