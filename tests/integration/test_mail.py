"""Mails on their way from the outbox to a real mail server."""

import json
import re
import signal
import socket
import subprocess
import threading
from collections import Counter

import pytest

from harness.accounts import create_user
from harness.mail import (
    FRONTEND,
    MailServer,
    mail_server,
    mail_settings,
    make_due,
    state_of,
    tls_context,
    write_letter,
)
from harness.places import SANITIZED
from harness.program import API_KEY, SESSION_SECRET
from harness.waiting import wait_until

PATIENCE_S = 60
WAITING, SENT, FAILED, EXPIRED = range(4)
TOKEN = "gtr_canary-5d1c7b0a93"


@pytest.fixture
def server():
    with mail_server() as running:
        yield running


def wait_for_state(database, letter, state):
    wait_until(lambda: state_of(database, letter) == state, PATIENCE_S, f"state {state}")


def error_of(database, letter):
    return database.rows("SELECT last_error FROM mails WHERE id = ?", letter)[0][0]


def wait_for_error(database, letter):
    return wait_until(lambda: error_of(database, letter), PATIENCE_S, "a failed attempt")


def test_letter_arrives_encrypted_with_login_and_is_forgotten(database, start, tmp_path):
    context, authority = tls_context(tmp_path)
    with mail_server(tls=context, login=("gatehouse", "p@ss")) as server:
        url = f"smtp://gatehouse:p%40ss@127.0.0.1:{server.port}"
        program = start(**mail_settings(server, SMTP_URL=url, SMTP_TLS="required", SMTP_TLS_CA=authority))
        letter = write_letter(database, token=TOKEN, first_name="Ada <b>", expires_in=600)
        wait_for_state(database, letter, SENT)
        message = server.received[0].message()
        assert message["From"] == "Example <no-reply@example.com>"
        assert message["To"] == "ada@example.com"
        assert message["Subject"] == "Reset your password for Example"
        assert message["Message-ID"] == f"<gatehouse-{letter}@example.com>"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Date"].datetime
        assert message.get_content_type() == "multipart/alternative"
        link = f"{FRONTEND}/reset-password?token={TOKEN}"
        assert link in server.received[0].part("plain") and "Hello Ada <b>," in server.received[0].part("plain")
        assert f'href="{link}"' in server.received[0].part("html").replace("&#x2F;", "/").replace("&#x3D;", "=")
        assert "Ada &lt;b&gt;" in server.received[0].part("html")
    assert database.rows("SELECT body, claimed_by FROM mails") == [(None, None)]
    assert TOKEN not in program.output() and "p@ss" not in program.output()


def test_certificate_that_nobody_vouches_for_gets_no_mail(database, start, tmp_path):
    context, _ = tls_context(tmp_path)
    with mail_server(tls=context) as server:
        program = start(**mail_settings(server, SMTP_TLS="required"))
        letter = write_letter(database, token=TOKEN)
        assert "certificate" in wait_for_error(database, letter)
        assert not server.received
        wait_until(lambda: program.events("mail_server_unreachable"), PATIENCE_S, "the log's line")


def test_server_without_tls_gets_no_mail_where_it_is_required(database, start, server):
    start(**mail_settings(server, SMTP_TLS="required"))
    letter = write_letter(database, token=TOKEN)
    assert wait_for_error(database, letter)
    assert state_of(database, letter) == WAITING
    assert not server.received and not server.commands


def test_wrong_login_keeps_the_letter(database, start):
    with mail_server(login=("gatehouse", "right")) as server:
        start(**mail_settings(server, SMTP_URL=f"smtp://gatehouse:wrong@127.0.0.1:{server.port}"))
        letter = write_letter(database, token=TOKEN)
        wait_for_error(database, letter)
        assert state_of(database, letter) == WAITING


@pytest.mark.parametrize("stage", ["sender", "recipient"])
def test_letter_waits_while_the_server_takes_none_of_this_sender(database, start, server, stage):
    def refuse(_address):
        return "553 5.7.1 not your address" if stage == "sender" else "530 5.7.0 authentication required"

    setattr(server, f"on_{stage}", refuse)
    program = start(**mail_settings(server))
    letter = write_letter(database, token=TOKEN)
    assert re.search(r"553 5\.7\.1|530 5\.7\.0", wait_for_error(database, letter))
    assert state_of(database, letter) == WAITING
    wait_until(lambda: program.events("mail_server_unreachable"), PATIENCE_S, "the log's line")
    setattr(server, f"on_{stage}", lambda address: "250 OK")
    make_due(database, letter)
    wait_for_state(database, letter, SENT)


def test_letter_that_is_put_off_is_sent_later(database, start, server, command):
    server.on_recipient = lambda address: "450 4.2.1 mailbox busy"
    start(**mail_settings(server))
    letter = write_letter(database, token=TOKEN)
    assert "450 4.2.1 mailbox busy" in wait_for_error(database, letter)
    assert state_of(database, letter) == WAITING
    listed = json.loads(command("mail", "list", "--failed", "--json").stdout)
    assert [(one["id"], one["state"], one["attempts"]) for one in listed] == [(letter, "waiting", 1)]
    server.on_recipient = lambda address: "250 OK"
    assert command("mail", "retry", str(letter)).returncode == 0
    wait_for_state(database, letter, SENT)
    assert json.loads(command("mail", "list", "--failed", "--json").stdout) == []
    assert "reset-password" in command("mail", "list").stdout


@pytest.mark.parametrize("stage", ["recipient", "content"])
def test_letter_that_is_refused_fails_at_once(database, start, server, command, stage):
    if stage == "recipient":
        server.on_recipient = lambda address: "550 5.1.1 no such user"
    else:
        server.on_content = lambda received: "554 5.7.1 looks like spam"
    program = start(**mail_settings(server))
    letter = write_letter(database, token=TOKEN)
    wait_for_state(database, letter, FAILED)
    assert re.search(r"550 5\.1\.1|554 5\.7\.1", error_of(database, letter))
    assert database.rows("SELECT body FROM mails") == [(None,)]
    told = wait_until(lambda: program.events("mail_failed"), PATIENCE_S, "the log's line")
    assert [event["mail_id"] for event in told] == [letter]
    assert "failed" in command("mail", "list", "--failed").stdout
    refused = command("mail", "retry", str(letter))
    assert refused.returncode == 1 and "is failed" in refused.stderr
    assert command("mail", "retry", "1").returncode == 1


def test_letter_whose_link_has_ended_is_not_sent(database, start, server):
    program = start(**mail_settings(server))
    letter = write_letter(database, token=TOKEN, expires_in=-1)
    wait_for_state(database, letter, EXPIRED)
    assert not server.received
    wait_until(lambda: program.events("mail_expired"), PATIENCE_S, "the log's line")


def test_hanging_server_holds_up_neither_requests_nor_the_end(database, start):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent = MailServer()
        silent.port = listener.getsockname()[1]
        program = start(**mail_settings(silent))
        write_letter(database, token=TOKEN)
        connection, _ = listener.accept()
        with connection, program.api() as api:
            create_user(api)
            assert program.stop() == 0


def test_server_that_was_dead_gets_every_letter_once(database, start):
    server = MailServer()
    program = start(**mail_settings(server))
    letters = [write_letter(database, f"user{i}@example.com", token=TOKEN) for i in range(5)]
    # The log reports the outage before the letter that met it is postponed.
    wait_until(lambda: any(error_of(database, letter) for letter in letters), PATIENCE_S, "the outage")
    server.start()
    try:
        for letter in letters:
            make_due(database, letter)
        for letter in letters:
            wait_for_state(database, letter, SENT)
        assert Counter(one.recipient for one in server.received) == {f"user{i}@example.com": 1 for i in range(5)}
        wait_until(lambda: program.events("mail_server_reachable"), PATIENCE_S, "the log's line")
        assert len(program.events("mail_server_unreachable")) == 1
        assert len(program.events("mail_server_reachable")) == 1
    finally:
        server.stop()


def test_process_that_is_killed_before_it_marked_a_letter_sends_it_again(database, start, server):
    program = start(**mail_settings(server))
    first = threading.Event()

    def kill_once(_received):
        if not first.is_set():
            first.set()
            program.kill()
        return "250 taken"

    server.on_content = kill_once
    letter = write_letter(database, token=TOKEN)
    wait_until(lambda: len(server.received) == 1, PATIENCE_S, "the first copy")
    assert state_of(database, letter) == WAITING
    make_due(database, letter)
    program.start()
    wait_for_state(database, letter, SENT)
    assert len(server.received) == 2
    assert len({one.message()["Message-ID"] for one in server.received}) == 1


def test_letters_share_a_connection_and_the_bell_wakes_the_courier(kind, database, start, server):
    start(**mail_settings(server))
    letters = [write_letter(database, f"user{i}@example.com", token=TOKEN) for i in range(60)]
    for letter in letters:
        wait_for_state(database, letter, SENT)
    assert len(server.received) == 60
    assert server.connections <= 2, kind


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_replicas_share_the_letters_and_send_each_once(database, start, server):
    for _ in range(3):
        start(**mail_settings(server))
    letters = [write_letter(database, f"user{i}@example.com", token=TOKEN) for i in range(150)]
    for letter in letters:
        wait_for_state(database, letter, SENT)
    assert Counter(one.recipient for one in server.received) == {f"user{i}@example.com": 1 for i in range(150)}


def test_no_token_is_in_the_database_before_or_after(kind, database, start, server):
    server.on_recipient = lambda address: "450 later" if address.startswith("later") else "250 OK"
    start(**mail_settings(server))
    sent = write_letter(database, token=TOKEN)
    later = write_letter(database, "later@example.com", token=TOKEN)
    wait_for_state(database, sent, SENT)
    wait_for_error(database, later)
    assert database.rows("SELECT body IS NULL FROM mails WHERE id = ?", later)[0][0] in (0, False)
    if kind == "sqlite":
        for suffix in ("", "-wal"):
            assert TOKEN.encode() not in type(database.path)(f"{database.path}{suffix}").read_bytes()
    else:
        dump = subprocess.run(["pg_dump", database.url], capture_output=True, check=True).stdout
        assert b"COPY public.mails" in dump and TOKEN.encode() not in dump


def test_letter_speaks_the_language_of_its_templates(database, start, server, tmp_path):
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "reset-password.de.subject").write_text("Passwort zurücksetzen bei {{app}}\n")
    (folder / "reset-password.de.txt").write_text("Hallo {{first_name}}: {{link}}\n")
    start(**mail_settings(server, MAIL_TEMPLATES=str(folder)))
    letter = write_letter(database, locale="de-CH", token=TOKEN, first_name="Ädä")
    wait_for_state(database, letter, SENT)
    assert server.received[0].message()["Subject"] == "Passwort zurücksetzen bei Example"
    assert server.received[0].part("plain").strip() == f"Hallo Ädä: {FRONTEND}/reset-password?token={TOKEN}"


def test_hangup_turns_to_the_new_templates_and_keeps_all_where_one_is_wrong(database, start, server, tmp_path):
    folder = tmp_path / "templates"
    folder.mkdir()
    subject = folder / "reset-password.subject"
    subject.write_text("First")
    api_key = tmp_path / "api-key"
    api_key.write_text(API_KEY)
    program = start(**mail_settings(server, MAIL_TEMPLATES=str(folder), API_KEY=None, API_KEY_FILE=str(api_key)))

    def next_subject():
        wait_for_state(database, write_letter(database, token=TOKEN), SENT)
        return server.received[-1].message()["Subject"]

    def hang_up(outcome):
        program.process.send_signal(signal.SIGHUP)
        return wait_until(lambda: program.events(outcome), 20, outcome)[0]

    assert next_subject() == "First"
    subject.write_text("Second")
    hang_up("reloaded")
    assert next_subject() == "Second"
    subject.write_text("Third")
    (folder / "reset-password.txt").write_text("{{#link}}")
    api_key.write_text("another-integration-api-key-0f3b9d7c2a6e48159c0d")
    assert hang_up("reload_failed")["name"] == "MAIL_TEMPLATES"
    assert next_subject() == "Second"
    with program.api(API_KEY) as api:
        assert api.get("/users").status == 200


def test_hangup_turns_to_the_new_secret_of_letters(database, start, server, tmp_path):
    """Letters that wait under the old secret are sent once a process knows that secret again."""
    secret = tmp_path / "session-secret"
    secret.write_text(SESSION_SECRET)
    program = start(**mail_settings(server, SESSION_SECRET=None, SESSION_SECRET_FILE=str(secret)))
    secret.write_text("a-new-secret-of-letters-0123456789abcdef")
    program.process.send_signal(signal.SIGHUP)
    wait_until(lambda: program.events("reloaded"), 20, "the reload")
    letter = write_letter(database, token=TOKEN)
    wait_until(lambda: database.rows("SELECT last_error FROM mails WHERE id = ?", letter)[0][0], 20, "an attempt")
    secret.write_text(f"a-new-secret-of-letters-0123456789abcdef,{SESSION_SECRET}")
    program.process.send_signal(signal.SIGHUP)
    wait_until(lambda: len(program.events("reloaded")) == 2, 20, "the reload")
    make_due(database, letter)
    wait_for_state(database, letter, SENT)


def test_template_with_a_mistake_stops_the_start_with_its_line(command, tmp_path):
    (tmp_path / "invitation.fr.html").write_text("<p>\n{{#link}}</p>")
    result = command("serve", MAIL_TEMPLATES=str(tmp_path))
    assert result.returncode == 78
    assert f"{tmp_path}/invitation.fr.html, line 2: the section link is not closed" in result.stderr


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_development_without_a_server_writes_files_and_tells_the_link_beside_the_log(database, start):
    program = start(APP_ENV="development", LOG_FORMAT="json")
    letter = write_letter(database, token=TOKEN)
    wait_for_state(database, letter, SENT)
    file = program.directory / "data" / "outbox" / f"{letter}.eml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert TOKEN in file.read_text().replace("=\n", "").replace("=3D", "=")
    assert f"http://localhost:3000/reset-password?token={TOKEN}" in program.output()
    assert TOKEN.encode() not in program.log_bytes()


def production(database) -> dict[str, str]:
    """What production also needs."""
    return {"APP_ENV": "production", "TRUSTED_PROXIES": "127.0.0.1"}


def test_production_without_a_server_says_so_once_and_keeps_the_letters(database, start, command):
    program = start(**production(database))
    assert "no mails are waiting" in command("doctor", **production(database)).stdout
    letters = [write_letter(database, f"user{i}@example.com", token=TOKEN) for i in range(3)]
    for letter in letters:
        wait_until(lambda letter=letter: error_of(database, letter) or make_due(database, letter), PATIENCE_S, "a look")
    wait_until(lambda: program.events("mail_unconfigured"), PATIENCE_S, "the log's line")
    assert len(program.events("mail_unconfigured")) == 1
    assert error_of(database, letters[0]) == "SMTP_URL is not set"
    doctor = command("doctor", **production(database))
    assert doctor.returncode == 1
    assert "WRONG  mail: 3 mails are waiting, but SMTP_URL is not set" in doctor.stdout


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_test_mail_tries_the_server(command, server):
    sent = command("mail", "test", "ada@example.com", **mail_settings(server))
    assert (sent.returncode, sent.stdout) == (0, "A test mail is on its way to ada@example.com\n")
    assert server.received[0].message()["Subject"] == "Test mail"
    server.on_recipient = lambda address: "550 5.1.1 no such user"
    refused = command("mail", "test", "ada@example.com", "--json", **mail_settings(server))
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["sent"] is False and "5.1.1" in json.loads(refused.stdout)["error"]
    unset = command("mail", "test", "ada@example.com")
    assert unset.returncode == 1 and "SMTP_URL is not set" in unset.stderr
    assert command("mail", "test", "nobody").returncode == 1


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_settings_that_leak_links_stop_production(database, command):
    wrong = {"SMTP_URL": "smtp://mail.example.com", "SMTP_TLS": "off", "FRONTEND_URL": "http://app.example.com"}
    result = command("serve", **production(database), **wrong)
    assert result.returncode == 78
    for name in ("SMTP_TLS: is off", "MAIL_FROM: is not set", "FRONTEND_URL: is not https"):
        assert name in result.stderr
    assert SESSION_SECRET not in result.stderr


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_missing_library_says_what_to_install_and_loses_no_letter(database, start, server, tmp_path):
    (tmp_path / "libcurl.so.4").touch()
    program = start(**mail_settings(server), LD_LIBRARY_PATH=str(tmp_path))
    letter = write_letter(database, token=TOKEN)
    assert "libcurl4" in wait_for_error(database, letter)
    assert program.stop() == 0
    start(**mail_settings(server))
    make_due(database, letter)
    wait_for_state(database, letter, SENT)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_connection_that_the_server_closed_meanwhile_costs_no_attempt(database, start):
    server = MailServer()
    server.start()
    start(**mail_settings(server))
    first = write_letter(database, token=TOKEN)
    wait_for_state(database, first, SENT)
    server.stop()
    server.start()
    try:
        second = write_letter(database, token=TOKEN)
        wait_for_state(database, second, SENT)
        assert database.rows("SELECT attempts FROM mails WHERE id = ?", second) == [(0,)]
    finally:
        server.stop()


@pytest.mark.skipif(SANITIZED, reason="half a minute is as long with a sanitizer")
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_kept_connection_that_hangs_is_not_followed_by_another_one(database, start, server):
    """A second attempt to send the letter would last beyond its claim."""
    start(**mail_settings(server))
    wait_for_state(database, write_letter(database, token=TOKEN), SENT)
    server.hangs = True
    try:
        letter = write_letter(database, token=TOKEN)
        assert "timed out" in wait_for_error(database, letter)
        assert server.connections == 1
    finally:
        server.hangs = False
