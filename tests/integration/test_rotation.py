"""Every secret is replaced as docs/operations.md says, while clients work: no request fails, and the old ones end."""

import json
import secrets
import signal
import ssl
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.accounts import PASSWORD, create_user, log_in, try_log_in, verify_session, verify_token
from harness.certificates import serve_tls
from harness.databases import driver
from harness.http_client import Api
from harness.mail import mail_server, mail_settings
from harness.places import SANITIZED
from harness.program import base_settings, run_command
from harness.raw_http import message
from harness.replicas import Balancer, Client, clients_at_work, wait_for_more_answers
from harness.tokens import read
from harness.waiting import wait_until

ANSWERS_BETWEEN = 20 if SANITIZED else 100
PATIENCE_S = 60
ROLE = "gatehouse_rotating"


def new_secret() -> str:
    return secrets.token_urlsafe(36)


def hang_up(replicas):
    """Sends SIGHUP to each replica, to the next one once it has taken over what it read."""
    for replica in replicas:
        before = len(replica.events("reloaded"))
        replica.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(replica.events("reloaded")) > before, PATIENCE_S, "the reload")  # noqa: B023


class SecretFiles:
    """A folder with a file for each secret, as orchestrators mount them."""

    def __init__(self, folder: Path, **values: str):
        self._folder = folder
        folder.mkdir()
        for name, value in values.items():
            self.write(name, value)
        self.settings = {name: None for name in values} | {f"{name}_FILE": str(folder / name) for name in values}

    def write(self, name: str, *values: str):
        (self._folder / name).write_text(",".join(values) + "\n")

    def read(self, name: str) -> list[str]:
        return (self._folder / name).read_text().strip().split(",")


@dataclass
class Application:
    """What an application knows; the test replaces each item as its operator would. All calls must succeed."""

    key: str
    login: dict
    email: str
    refresh_token: str
    signers: set[str] = field(default_factory=set)

    def ask(self, client: Client, line: str, body: dict, *headers: str, repeatable=True) -> dict:
        request = message(line, f"X-API-Key: {self.key}", *headers, body=json.dumps(body).encode())
        return client.expect_200(request, repeatable)

    def check_session(self, client: Client):
        self.ask(client, "POST /user-auth/verify-session", {"session": self.login["session"]})

    def check_token(self, client: Client):
        self.ask(client, "POST /user-auth/verify-token", {}, f"Authorization: Bearer {self.login['token']}")

    def log_in_and_check(self, client: Client):
        """Whichever replica gets the second request knows what the first replica sealed and signed."""
        made = self.ask(client, "POST /user-auth", {"email": self.email, "password": PASSWORD}, repeatable=False)
        if not made:
            return
        self.signers.add(str(read(made["token"])[0].get("kid")))
        self.ask(client, "POST /user-auth/verify-session", {"session": made["session"]})
        self.ask(client, "POST /user-auth/verify-token", {}, f"Authorization: Bearer {made['token']}")

    def refresh(self, client: Client):
        body = {"refreshToken": self.refresh_token, "attempt": secrets.token_hex(16)}
        self.refresh_token = self.ask(client, "POST /user-auth/refresh", body).get("refreshToken", self.refresh_token)


@dataclass
class Installation:
    """Two replicas on a database that asks for a password, with TLS, a mail server, and every secret in a file."""

    replicas: list
    files: SecretFiles
    tls: Path  # its folder
    tls_client: ssl.SSLContext
    database: object
    settings: dict

    def api(self, key: str | None = None, replica=0) -> Api:
        return Api(self.replicas[replica].port, key or self.files.read("API_KEY")[0], tls=self.tls_client)

    def exchange(self, name: str, *values: str):
        self.files.write(name, *values)
        hang_up(self.replicas)

    def run(self, *arguments: str) -> dict:
        result = run_command(arguments, self.settings, self.tls)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)


@pytest.fixture
def guarded_database(cluster, cluster_database):
    """A database owned by a role with a password, on a server that asks for it."""
    driver()
    cluster_database.run(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'first'")
    cluster_database.run(f'ALTER DATABASE "{cluster_database.name}" OWNER TO {ROLE}')
    asked = f"host all {ROLE} 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
    cluster.write("pg_hba.conf", asked)
    cluster_database.rows("SELECT pg_reload_conf()")
    wait_until(lambda: not can_connect(cluster_database, "wrong"), PATIENCE_S, "a server that asks for the password")
    return cluster_database


def can_connect(database, password: str) -> bool:
    parts = database.parts()
    try:
        driver().connect(host="127.0.0.1", port=parts.port, dbname=database.name, user=ROLE, password=password).close()
    except driver().OperationalError:
        return False
    return True


@pytest.fixture
def mails():
    with mail_server(login=("gatehouse", "first")) as server:
        yield server


@pytest.fixture
def installation(guarded_database, start_on_cluster, mails, tmp_path):
    tls = tmp_path / "tls"
    tls.mkdir()
    tls_settings, _ = serve_tls(tls)
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    files = SecretFiles(
        tmp_path / "secrets",
        API_KEY=new_secret(),
        SESSION_SECRET=new_secret(),
        JWT_SECRET=new_secret(),
        DB_PASSWORD="first",
        SMTP_URL=mails.url(),
    )
    where = {"DATABASE_URL": None, "DB_HOST": "127.0.0.1", "DB_PORT": str(guarded_database.parts().port)}
    settings = mail_settings(mails) | where | {"DB_NAME": guarded_database.name, "DB_USER": ROLE} | files.settings | tls_settings
    replicas = [start_on_cluster(**settings) for _ in range(2)]
    made = Installation(replicas, files, tls, trusting, guarded_database, base_settings() | settings)
    yield made
    for event in ("reload_failed", "signing_key_unreadable"):
        assert [line for replica in replicas for line in replica.events(event)] == []


def rotate_api_key(installation, application, clients):
    old, new = application.key, new_secret()
    installation.exchange("API_KEY", old, new)
    application.key = new
    wait_for_more_answers(clients, ANSWERS_BETWEEN)
    installation.exchange("API_KEY", new)
    for replica in range(2):
        with installation.api(old, replica) as api:
            wait_until(lambda: api.get("/users").status == 401, PATIENCE_S, "the end of the old key")  # noqa: B023


def lead_in(installation, clients, name) -> str:
    """Does steps 1 and 2 for one secret; returns the old one, which is still accepted."""
    [old], new = installation.files.read(name), new_secret()
    installation.exchange(name, old, new)
    wait_for_more_answers(clients, ANSWERS_BETWEEN)
    installation.exchange(name, new, old)
    wait_for_more_answers(clients, ANSWERS_BETWEEN)
    return old


def promote_key(installation, application, clients) -> str:
    """Makes and promotes a signing key. --now works only three seconds after `generate`, when every replica has learnt of the key."""
    kid = installation.run("signing-keys", "generate", "--json")["kid"]

    def promoted():
        result = run_command(["signing-keys", "promote", kid, "--now", "--json"], installation.settings, installation.tls)
        return result.returncode == 0

    wait_until(promoted, PATIENCE_S, "the promotion", interval_s=0.2)
    wait_until(lambda: kid in application.signers, PATIENCE_S, "a token of the new key")
    wait_for_more_answers(clients, ANSWERS_BETWEEN)
    return kid


def retire_secrets(installation, application, clients):
    """Rotates the session's and the token's secret to the end: what the old ones made ends with them, and nothing else does."""
    old_login = dict(application.login)
    for name in ("SESSION_SECRET", "JWT_SECRET"):
        lead_in(installation, clients, name)
    with installation.api() as api:
        assert verify_session(api, old_login["session"]).status == 200
        assert verify_token(api, old_login["token"]).status == 200
        application.login = log_in(api, application.email)
    promote_key(installation, application, clients)
    for name in ("SESSION_SECRET", "JWT_SECRET"):
        installation.exchange(name, installation.files.read(name)[0])
    wait_for_more_answers(clients, ANSWERS_BETWEEN)
    for replica in range(2):
        with installation.api(replica=replica) as api:
            assert verify_session(api, old_login["session"]).status == 401
            assert verify_token(api, old_login["token"]).status == 401


def rotate_certificate(installation, clients):
    old = (installation.tls / "own.pem").read_text()
    serve_tls(installation.tls)
    hang_up(installation.replicas)
    wait_for_more_answers(clients, ANSWERS_BETWEEN)
    for replica in installation.replicas:
        assert ssl.get_server_certificate(("127.0.0.1", replica.port)) != old


def rotate_passwords(installation, balancer, clients, mails):
    """Changes the passwords of the database and the mail server: open connections go on, and each replica restarts with the new ones."""
    installation.database.run(f"ALTER ROLE {ROLE} PASSWORD 'second'")
    installation.files.write("DB_PASSWORD", "second")
    mails.login = ("gatehouse", "second")
    installation.files.write("SMTP_URL", mails.url())
    assert can_connect(installation.database, "second") and not can_connect(installation.database, "first")
    for replica in installation.replicas:
        wait_for_more_answers(clients, ANSWERS_BETWEEN)
        assert replica.stop() == 0
        replica.start()
        balancer.is_back(replica)
    wait_for_more_answers(clients, ANSWERS_BETWEEN)


def test_every_secret_is_rotated_under_load(installation, mails):
    with installation.api() as api:
        email = create_user(api)["email"]
        body = {"email": email, "password": PASSWORD, "refresh": True}
        application = Application(api.key, log_in(api, email), email, api.post("/user-auth", body).json()["refreshToken"])
    balancer = Balancer(installation.replicas)
    works = [application.check_session, application.check_token, application.log_in_and_check, application.refresh]
    with clients_at_work(balancer, works, installation.tls_client) as clients:
        wait_for_more_answers(clients, ANSWERS_BETWEEN)
        rotate_api_key(installation, application, clients)
        rotate_certificate(installation, clients)
        retire_secrets(installation, application, clients)
        rotate_passwords(installation, balancer, clients, mails)
    assert [failure for client in clients for failure in client.failures] == []
    with installation.api() as api:
        assert api.post("/user-auth/forgot-password", {"email": email}).status == 202
        assert try_log_in(api, email).status == 200

    def has_come():
        return any("/reset-password?token=" in one.part("plain") for one in mails.messages_to(email))

    wait_until(has_come, PATIENCE_S, "a mail that was sent with the new password")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_new_private_key_ends_tokens_and_no_session(start, tmp_path):
    file = tmp_path / "jwt.pem"

    def make_key():
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(file)], check=True, capture_output=True)

    make_key()
    program = start(JWT_SECRET=None, JWT_PRIVATE_KEY_FILE=str(file))
    with program.api() as api:
        email = create_user(api)["email"]
        old = log_in(api, email)
        make_key()
        hang_up([program])
        wait_until(lambda: verify_token(api, old["token"]).status == 401, PATIENCE_S, "the end of the token")
        assert verify_session(api, old["session"]).status == 200
        assert verify_token(api, log_in(api, email)["token"]).status == 200
