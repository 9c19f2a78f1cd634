"""TLS, towards clients and towards PostgreSQL: 1.2 and up, and nobody is trusted without being verified."""

import json
import socket
import ssl
import subprocess

import pytest

from harness.accounts import create_user, log_in
from harness.certificates import serve_tls
from harness.clusters import Cluster
from harness.databases import PostgresDatabase, driver
from harness.program import API_KEY, Gatehouse, base_settings, run_command
from harness.raw_http import RawConnection, message
from harness.waiting import wait_until


def run_openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def make_authority(directory, name):
    """A certificate authority: paths of its certificate and key."""
    key, cert = directory / f"{name}.key", directory / f"{name}.pem"
    run_openssl(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        f"/CN={name}",
        "-addext",  # Python 3.13 requires it of an authority
        "keyUsage=critical,keyCertSign,cRLSign",
        "-keyout",
        str(key),
        "-out",
        str(cert),
    )
    return cert, key


def make_certificate(directory, name, authority, names="DNS:localhost,IP:127.0.0.1"):
    """A server's certificate for these names: paths of certificate and key."""
    key, request, cert, extensions = (directory / f"{name}.{end}" for end in ("key", "csr", "pem", "ext"))
    run_openssl(
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        f"/CN={name}",
        "-keyout",
        str(key),
        "-out",
        str(request),
    )
    extensions.write_text(f"subjectAltName={names}\nauthorityKeyIdentifier=keyid\n")
    ca_cert, ca_key = authority
    run_openssl(
        "x509",
        "-req",
        "-in",
        str(request),
        "-CA",
        str(ca_cert),
        "-CAkey",
        str(ca_key),
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        str(extensions),
        "-out",
        str(cert),
    )
    return cert, key


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"), "test-authority")


@pytest.fixture(scope="module")
def secured(tmp_path_factory, authority):
    """A program that serves HTTPS, and the context that trusts it."""
    directory = tmp_path_factory.mktemp("tls")
    cert, key = make_certificate(directory, "server", authority)
    program = Gatehouse(
        directory,
        base_settings()
        | {"SQLITE_PATH": str(directory / "x.db"), "TLS_CERT": str(cert), "TLS_KEY": str(key), "HEADER_TIMEOUT": "5s"},
    )
    program.start()
    yield program, ssl.create_default_context(cafile=str(authority[0]))
    assert program.stop() == 0


def test_whole_flow_works_over_tls(secured):
    program, context = secured
    with program.api(tls=context) as api:
        login = log_in(api, create_user(api)["email"])
        assert api.post("/user-auth/verify-session", {"session": login["session"]}).status == 200


def test_answering_in_between_gives_a_request_no_more_time(start, tmp_path):
    authority = make_authority(tmp_path, "authority")
    cert, key = make_certificate(tmp_path, "server", authority)
    program = start(TLS_CERT=str(cert), TLS_KEY=str(key), HEADER_TIMEOUT="3s", BODY_TIMEOUT="3s", WRITE_TIMEOUT="300s")
    context = ssl.create_default_context(cafile=str(authority[0]))
    with socket.create_connection(("127.0.0.1", program.port), timeout=30) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\nHost:")
            received = b""
            while b" 408 " not in received:
                piece = connection.recv(65536)
                assert piece, received
                received += piece


KEY, JSON = f"X-API-Key: {API_KEY}", "Content-Type: application/json"
ANSWERS = {
    "200": message("GET /health"),
    "204": message("OPTIONS /users", "Origin: https://app.example.com", "Access-Control-Request-Method: GET"),
    "400": message("POST /", "Content-Length: 1", "Transfer-Encoding: chunked"),
    "401": message("GET /users"),
    "404": message("GET /nothing", KEY),
    "405": message("DELETE /users", KEY),
    "408": b"GET /health HTTP/1.1\r\nHost:",
    "413": message("POST /users", KEY, JSON, "Content-Length: 70000"),
    "414": message("GET /" + "a" * 9000),
    "415": message("POST /users", KEY, "Content-Type: text/plain", "Content-Length: 2") + b"{}",
    "417": message("POST /", "Expect: miracles", "Content-Length: 1"),
    "431": message("GET /", "X-Padding: " + "a" * 20000),
}


@pytest.mark.parametrize("status", ANSWERS)
def test_every_answer_over_tls_demands_tls_in_future(secured, status):
    program, context = secured
    with RawConnection(program.port, tls=context) as connection:
        connection.send(ANSWERS[status])
        response = connection.read_response()
    assert response.status == int(status)
    header = response.headers["strict-transport-security"]
    assert int(header.split("max-age=")[1].split(";")[0]) >= 31_536_000
    assert response.headers["cache-control"] == "no-store"
    if response.status >= 400:
        assert json.loads(response.body)["requestId"] == response.headers["x-request-id"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_current_versions_are_spoken(secured, version):
    program, context = secured
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    own.load_verify_locations(cadata=ssl.DER_cert_to_PEM_cert(context.get_ca_certs(binary_form=True)[0]))
    own.minimum_version = own.maximum_version = version
    with program.api(tls=own) as api:
        assert api.get("/health").status == 200


@pytest.mark.parametrize("option", ["-tls1", "-tls1_1"])
def test_old_versions_are_refused(secured, option):
    program, _ = secured
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{program.port}", option, "-cipher", "ALL:@SECLEVEL=0"]
    result = subprocess.run(command, input="", capture_output=True, text=True, timeout=60, check=False)
    assert "Cipher is (NONE)" in result.stdout or result.returncode != 0


def test_plain_http_on_the_tls_port_gets_no_answer(secured):
    program, context = secured
    with socket.create_connection(("127.0.0.1", program.port), timeout=30) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            assert b"200" not in connection.recv(1000)
        except ConnectionError:
            pass
    with program.api(tls=context) as api:
        assert api.get("/health").status == 200


def test_silent_client_does_not_hold_a_handshake_open(secured):
    program, _ = secured
    with socket.create_connection(("127.0.0.1", program.port), timeout=30) as connection:
        assert connection.recv(1) == b""


def test_http_1_1_is_agreed_by_alpn(secured):
    program, context = secured
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", program.port), timeout=30) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as connection:
            assert connection.selected_alpn_protocol() == "http/1.1"


def test_key_that_does_not_fit_the_certificate_stops_the_start(tmp_path, authority):
    cert, _ = make_certificate(tmp_path, "one", authority)
    _, key = make_certificate(tmp_path, "two", authority)
    for settings in ({"TLS_CERT": str(cert), "TLS_KEY": str(key)}, {"TLS_CERT": str(cert)}):
        result = run_command(["serve"], base_settings() | {"SQLITE_PATH": str(tmp_path / "x.db")} | settings, tmp_path)
        assert result.returncode != 0
        assert "TLS_" in result.stdout + result.stderr or "two.key" in result.stdout + result.stderr


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_start_and_doctor_warn_of_a_certificate_that_ends_soon(start, command, tmp_path):
    settings, _ = serve_tls(tmp_path)  # valid for two days
    program = start(**settings)
    warnings = {line["name"]: line["problem"] for line in program.events("setting_warning")}
    assert warnings["TLS_CERT"] == "expires in 1 days"
    assert "TLS_CERT: expires in 1 days; renew it, then send SIGHUP" in command("doctor", **settings).stdout


@pytest.fixture(scope="module")
def tls_cluster(tmp_path_factory, authority):
    """A PostgreSQL server that takes TLS connections only, with a certificate for `localhost` and not for 127.0.0.1."""
    driver()
    directory = tmp_path_factory.mktemp("cluster-tls")
    cert, key = make_certificate(directory, "postgres", authority, names="DNS:localhost")
    cluster = Cluster({"ssl": "on", "ssl_cert_file": "server.pem", "ssl_key_file": "server.key"})
    try:
        cluster.write("server.pem", cert.read_text())
        cluster.write("server.key", key.read_text())
        cluster.write(
            "pg_hba.conf", "local all all trust\nhostssl all all 127.0.0.1/32 trust\nhostssl all all ::1/128 trust\n"
        )
        yield cluster.start()
    finally:
        cluster.remove()


def database_settings(cluster, ca, host="localhost"):
    return {
        "DB_HOST": host,
        "DB_PORT": str(cluster.port),
        "DB_NAME": "postgres",
        "DB_USER": "postgres",
        "DB_SSL": "true",
        "DB_SSL_CA": str(ca),
    }


def test_postgres_with_a_trusted_certificate_is_used(tls_cluster, authority, tmp_path):
    program = Gatehouse(tmp_path, base_settings() | database_settings(tls_cluster, authority[0]))
    try:
        program.start()
        with program.api() as api:
            create_user(api)
    finally:
        program.discard()
    connection = driver().connect(f"{tls_cluster.url}?sslmode=require")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM users")
        assert cursor.fetchone() == (1,)
    connection.close()


@pytest.fixture
def strange_home(tmp_path):
    """A home folder whose files for libpq are of no use, and the variables of a shell that usually works with another server."""
    home = tmp_path / "home"
    (home / ".postgresql").mkdir(parents=True)
    for name in ("postgresql.crt", "postgresql.key", "root.crt", "root.crl"):
        (home / ".postgresql" / name).write_text("of no use\n")
        (home / ".postgresql" / name).chmod(0o600)
    (home / "services").write_text("[elsewhere]\nhost=192.0.2.1\nconnect_timeout=1\n")
    return {
        "HOME": str(home),
        "PGSERVICEFILE": str(home / "services"),
        "PGSERVICE": "elsewhere",
        "PGHOSTADDR": "192.0.2.1",
        "PGOPTIONS": "-c default_transaction_read_only=on",
        "PGREQUIREPEER": "nobody",
        "PGSSLCERT": str(home / "services"),
        "PGTARGETSESSIONATTRS": "standby",
    }


@pytest.mark.parametrize("ssl_setting", ["true", "false"])
def test_home_and_variables_of_the_caller_change_no_connection(
    tls_cluster, authority, strange_home, tmp_path, ssl_setting
):
    """The server takes encrypted connections only, so one without encryption would be refused."""
    settings = database_settings(tls_cluster, authority[0]) | {"DB_SSL": ssl_setting} | strange_home
    assert refusal_of_the_database(settings, tmp_path / "program") is None


def test_client_certificate_of_the_url_opens_the_connection(tls_cluster, authority, tmp_path):
    cert, key = make_certificate(tmp_path, "accounts", authority)
    tls_cluster.write("root.pem", authority[0].read_text())
    database = PostgresDatabase(f"{tls_cluster.url}?sslmode=require")
    database.run("CREATE ROLE accounts LOGIN SUPERUSER")
    database.run("ALTER SYSTEM SET ssl_ca_file = 'root.pem'")
    rules = "hostssl all accounts all cert\nlocal all all trust\nhostssl all all all trust\n"
    tls_cluster.write("pg_hba.conf", rules)
    database.run("SELECT pg_reload_conf()")
    url = f"postgresql://accounts@localhost:{tls_cluster.port}/postgres?sslmode=require&sslrootcert={authority[0]}"
    wait_until(lambda: not lets_in(url), 60, "a server that asks for a certificate")
    assert "certificate" in refusal_of_the_database({"DATABASE_URL": url}, tmp_path / "without")
    url += f"&sslcert={cert}&sslkey={key}"
    assert refusal_of_the_database({"DATABASE_URL": url}, tmp_path / "with") is None


def lets_in(url) -> bool:
    try:
        driver().connect(url).close()
    except driver().OperationalError:
        return False
    return True


def refusal_of_the_database(settings, directory):
    """Why a program with these settings does not connect to its database; None if it does."""
    program = Gatehouse(directory, base_settings() | settings | {"DB_QUERY_TIMEOUT": "5s"})
    program.start(wait=False)
    try:
        program.wait_until_serving()
        failures = wait_until(
            lambda: program.events("schema_ready") or program.events("postgres_connect_failed"), 30, "a connection"
        )
        with program.api() as api:
            refused = api.get("/health").status != 200
        assert refused != bool(program.events("schema_ready")), "it was refused first and let in later"
        return failures[0]["detail"] if refused else None
    finally:
        program.kill()


def test_postgres_of_another_authority_is_refused(tls_cluster, tmp_path):
    stranger, _ = make_authority(tmp_path, "stranger")
    refusal = refusal_of_the_database(database_settings(tls_cluster, stranger), tmp_path / "program")
    assert "certificate verify failed" in refusal


def test_postgres_under_another_name_is_refused(tls_cluster, authority, tmp_path):
    settings = database_settings(tls_cluster, authority[0], host="127.0.0.1")
    assert "does not match host name" in refusal_of_the_database(settings, tmp_path / "program")


@pytest.mark.slow
def test_postgres_without_tls_is_refused(authority, tmp_path):
    driver()
    cluster = Cluster()
    try:
        cluster.start()
        refusal = refusal_of_the_database(database_settings(cluster, authority[0]), tmp_path / "program")
        assert "does not support SSL" in refusal
        assert refusal_of_the_database({"DATABASE_URL": cluster.url}, tmp_path / "plain") is None
    finally:
        cluster.remove()
