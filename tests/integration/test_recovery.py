"""How users get back in, change their password and prove their address: from the request to the mail and back."""

import json
import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from harness.accounts import PASSWORD, create_user, log_in, new_user, try_log_in, unique_email, verify_session, verify_token
from harness.http_client import Api
from harness.mail import FRONTEND, mail_server, mail_settings
from harness.openapi import operations, schema_of, violations
from harness.places import SANITIZED
from harness.waiting import wait_until

PATIENCE_S = 60
NEW_PASSWORD = "difference engine no. 2"
ON_ITS_WAY = {"message": "If the address is known, a mail is on its way"}
NO_LIMITS = {"RATE_LIMIT_MAIL_ADDRESS": "off", "RATE_LIMIT_MAIL_ACCOUNT": "off", "RATE_LIMIT_REDEEM": "off"}
LINK = re.compile(re.escape(FRONTEND) + r"(/[a-z-]+)\?token=(gt[rve]_[A-Za-z0-9_-]+)")
BY_ID = {operation.id: operation for operation in operations()}


@pytest.fixture
def server():
    with mail_server() as running:
        yield running


@pytest.fixture
def mailing(start, server):
    """A program that sends through the server, and a connection to it."""
    with start(**mail_settings(server), **NO_LIMITS).api() as api:
        yield api


def described(operation, response, status):
    assert response.status == status, (response.status, response.body)
    assert violations(response.json(), schema_of(BY_ID[operation], status)) == []
    return response.json()


def link_to(server, recipient, kind):
    """Path and token of the link in the next mail of this kind, which is removed from the server."""

    def find():
        for one in server.messages_to(recipient):
            found = LINK.search(one.part("plain"))
            if found and kind in found[1]:
                server.received.remove(one)
                return found
        return None

    found = wait_until(find, PATIENCE_S, f"a link to {recipient}")
    return found[1], found[2]


def subjects_to(server, recipient, count):
    wait_until(lambda: len(server.messages_to(recipient)) >= count, PATIENCE_S, f"{count} mails to {recipient}")
    return [one.message()["Subject"] for one in server.messages_to(recipient)]


def test_forgotten_password_is_reset_through_the_mail(mailing, server):
    user = create_user(mailing)
    login = log_in(mailing, user["email"])
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Origin": "https://evil.example"}
    answer = mailing.post("/user-auth/forgot-password", {"email": user["email"].upper()}, headers=headers)
    assert described("forgotPassword", answer, 202) == ON_ITS_WAY
    path, token = link_to(server, user["email"], "reset")
    assert path == "/reset-password" and re.fullmatch(r"gtr_[A-Za-z0-9_-]{43}[A-Za-z0-9]{6}", token)

    weak = mailing.post("/user-auth/reset-password", {"token": token, "password": "lovelace1815"})
    assert described("resetPassword", weak, 400)["details"][0]["code"] == "personal"
    body = {"token": token, "password": NEW_PASSWORD}
    assert described("resetPassword", mailing.post("/user-auth/reset-password", body), 200) == {
        "message": "Password has been reset"
    }
    refused = described("resetPassword", mailing.post("/user-auth/reset-password", body), 401)
    assert (refused["error"], refused["code"]) == ("Invalid or expired token", "invalid_or_expired_token")
    assert verify_session(mailing, login["session"]).status == 401
    assert verify_token(mailing, login["token"]).status == 401
    assert try_log_in(mailing, user["email"]).status == 401
    log_in(mailing, user["email"], NEW_PASSWORD)
    assert "Your password at Example was changed" in subjects_to(server, user["email"], 2)


def test_no_get_redeems_a_token(mailing, server):
    user = create_user(mailing)
    _, token = link_to(server, user["email"], "verify")
    for path in ("/user-auth/verify-email", "/user-auth/reset-password", "/user-auth/confirm-email"):
        assert mailing.get(f"{path}?token={token}").status == 405
    answer = mailing.post("/user-auth/verify-email", {"token": token})
    assert described("verifyEmail", answer, 200) == {"message": "Email verified", "userId": user["id"]}


def test_unknown_and_known_emails_get_the_same_answer(mailing):
    known = create_user(mailing)["email"]
    for path in ("forgot-password", "resend-verification"):
        answers = [mailing.post(f"/user-auth/{path}", {"email": email}) for email in (known, unique_email(), "no address")]
        assert {(one.status, one.body) for one in answers} == {(202, json.dumps(ON_ITS_WAY, separators=(",", ":")).encode())}
        ids = {"X-Request-Id", "Date", "RateLimit"}
        names = [sorted(name for name in one.headers.keys() if name not in ids) for one in answers]
        assert names[0] == names[1] == names[2]


@pytest.mark.parametrize(
    ("path", "code", "body"),
    [
        ("forgot-password", "email_required", {}),
        ("resend-verification", "email_required", {"email": ""}),
        ("reset-password", "missing_reset_fields", {"token": "gtr_x"}),
        ("change-password", "missing_change_fields", {"session": "x", "currentPassword": "y"}),
        ("verify-email", "token_required", {}),
        ("confirm-email", "token_required", {"token": None}),
        ("change-email", "missing_email_fields", {"session": "x", "email": "a@example.com"}),
    ],
)
def test_body_without_a_field_is_refused(api, path, code, body):
    answer = api.post(f"/user-auth/{path}", body)
    assert (answer.status, answer.json()["code"]) == (400, code)


def test_token_that_is_none_is_refused_without_a_query(api):
    for path, extra in (("reset-password", {"password": NEW_PASSWORD}), ("verify-email", {}), ("confirm-email", {})):
        for token in ("x", "gtr_", "gtr_" + "A" * 49, "gte_" + "é" * 49):
            answer = api.post(f"/user-auth/{path}", {"token": token} | extra)
            assert (answer.status, answer.json()["code"]) == (401, "invalid_or_expired_token")


def test_changed_password_answers_as_a_login_and_ends_all_other_sessions(mailing, server):
    user = create_user(mailing)
    one, other = log_in(mailing, user["email"]), log_in(mailing, user["email"])
    body = {"session": one["session"], "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    wrong = described("changePassword", mailing.post("/user-auth/change-password", body | {"currentPassword": "x"}), 401)
    assert wrong["error"] == "Invalid credentials"
    weak = described("changePassword", mailing.post("/user-auth/change-password", body | {"newPassword": "football"}), 400)
    assert weak["details"][0]["field"] == "newPassword"
    assert verify_session(mailing, one["session"]).status == 200
    changed = described("changePassword", mailing.post("/user-auth/change-password", body), 200)
    assert verify_session(mailing, changed["session"]).json()["userId"] == user["id"]
    assert verify_token(mailing, changed["token"]).status == 200
    for old in (one, other):
        assert verify_session(mailing, old["session"]).status == 401
    again = mailing.post("/user-auth/change-password", body)
    assert (again.status, again.json()["code"]) == (401, "session_ended")
    log_in(mailing, user["email"], NEW_PASSWORD)


def test_email_moves_with_the_confirmation_from_the_new_address(mailing, server):
    user, new_email = create_user(mailing), unique_email("new")
    link_to(server, user["email"], "verify")
    session = log_in(mailing, user["email"])["session"]
    body = {"session": session, "password": PASSWORD, "email": new_email}
    assert mailing.post("/user-auth/change-email", body | {"password": "wrong"}).status == 401
    assert mailing.post("/user-auth/change-email", body | {"email": "none"}).status == 400
    described("changeEmail", mailing.post("/user-auth/change-email", body), 202)
    path, token = link_to(server, new_email, "confirm")
    assert path == "/confirm-email" and log_in(mailing, user["email"])
    confirmed = described("confirmEmail", mailing.post("/user-auth/confirm-email", {"token": token}), 200)
    assert confirmed == {"message": "Email changed", "userId": user["id"]}
    assert verify_session(mailing, session).json()["user"]["email"] == new_email
    assert mailing.get(f"/users/{user['id']}/account").json()["emailVerifiedAt"]
    assert try_log_in(mailing, user["email"]).status == 401 and log_in(mailing, new_email)
    subjects = subjects_to(server, user["email"], 1)
    assert len(subjects) == 1 and "email address" in subjects[0] and "changed" in subjects[0]


def test_address_of_another_user_looks_free_and_is_told_to_its_owner(mailing, server):
    owner, user = create_user(mailing), create_user(mailing)
    link_to(server, owner["email"], "verify")
    session = log_in(mailing, user["email"])["session"]
    body = {"session": session, "password": PASSWORD}
    taken = mailing.post("/user-auth/change-email", body | {"email": owner["email"]})
    free = mailing.post("/user-auth/change-email", body | {"email": unique_email()})
    assert (taken.status, taken.body) == (free.status, free.body)
    assert subjects_to(server, owner["email"], 1) == ["Your email address at Example"]
    assert "token=" not in server.messages_to(owner["email"])[0].part("plain")


def test_address_that_was_taken_meanwhile_is_a_conflict(mailing, server):
    user, new_email = create_user(mailing), unique_email("new")
    body = {"session": log_in(mailing, user["email"])["session"], "password": PASSWORD, "email": new_email}
    assert mailing.post("/user-auth/change-email", body).status == 202
    _, token = link_to(server, new_email, "confirm")
    other = create_user(mailing, email=new_email)
    described("confirmEmail", mailing.post("/user-auth/confirm-email", {"token": token}), 409)
    assert mailing.delete(f"/users/{other['id']}").status == 200
    assert mailing.post("/user-auth/confirm-email", {"token": token}).status == 200


def test_registration_asks_for_verification_only_where_mail_is_sent(start, server, database):
    silent = start()
    with silent.api() as api:
        create_user(api)
    assert silent.stop() == 0
    assert database.rows("SELECT count(*) FROM mails") == [(0,)]
    german = {"Accept-Language": "de-AT, de;q=0.9"}
    with start(**mail_settings(server)).api() as api:
        body = new_user()
        assert api.post("/users", body, headers=german).status == 201
        assert link_to(server, body["email"], "verify")[0] == "/verify-email"


def test_unverified_user_logs_in_after_the_link(start, server):
    with start(**mail_settings(server), REQUIRE_VERIFIED_EMAIL="true", **NO_LIMITS).api() as api:
        email = create_user(api)["email"]
        link_to(server, email, "verify")
        assert try_log_in(api, email, "wrong").status == 401
        assert described("logIn", try_log_in(api, email), 403)["code"] == "email_not_verified"
        _, token = link_to(server, email, "verify")
        assert api.post("/user-auth/verify-email", {"token": token}).status == 200
        log_in(api, email)


def test_password_that_must_change_is_reset_with_the_answers_token(start, database):
    with start().api() as api:
        user = create_user(api)
        database.run("UPDATE users SET must_change_password = ?", True if database.kind == "postgres" else 1)
        assert try_log_in(api, user["email"], "wrong").status == 401
        refused = described("logIn", try_log_in(api, user["email"]), 403)
        assert refused["code"] == "password_change_required"
        body = {"token": refused["resetToken"], "password": NEW_PASSWORD}
        assert api.post("/user-auth/reset-password", body).status == 200
        log_in(api, user["email"], NEW_PASSWORD)
        assert api.get(f"/users/{user['id']}/account").json()["emailVerifiedAt"] is None


def test_link_let_somebody_who_must_change_the_password_keep_it(mailing, server):
    user = create_user(mailing)
    assert mailing.post(f"/users/{user['id']}/require-password-change").status == 200
    assert mailing.post("/user-auth/forgot-password", {"email": user["email"]}).status == 202
    _, token = link_to(server, user["email"], "reset")
    kept = mailing.post("/user-auth/reset-password", {"token": token, "password": PASSWORD})
    assert (kept.status, kept.json()["details"][0]["field"]) == (400, "password")
    assert mailing.post("/user-auth/reset-password", {"token": token, "password": NEW_PASSWORD}).status == 200
    log_in(mailing, user["email"], NEW_PASSWORD)


def test_mails_of_one_address_and_to_one_user_are_limited(start, server):
    with start(**mail_settings(server)).api() as api:
        user = create_user(api)
        link_to(server, user["email"], "verify")
        forgot = {"email": user["email"]}
        client = {"X-Client-Address": "198.51.100.7"}
        answers = [api.post("/user-auth/forgot-password", forgot, headers=client) for _ in range(11)]
        assert [one.status for one in answers] == [202] * 10 + [429]
        assert answers[0].header("RateLimit-Policy") == '"mail-address";q=30;w=3600'
        other = {"X-Client-Address": "198.51.100.8"}
        assert api.post("/user-auth/forgot-password", forgot, headers=other).status == 202
        again = create_user(api)["email"]
        assert api.post("/user-auth/forgot-password", {"email": again}, headers=other).status == 202
        link_to(server, again, "reset")
        wait_until(lambda: len(server.messages_to(user["email"])) >= 3, PATIENCE_S, "the links")
        assert len(server.messages_to(user["email"])) == 3, "RATE_LIMIT_MAIL_ACCOUNT is 5/1h/3"


def test_changes_that_failed_used_up_the_mails_about_those_that_did_not(start, server):
    """Somebody who had the password could thus take the account over without its owner hearing of it."""
    with start(**mail_settings(server)).api() as api:
        user, other = create_user(api), create_user(api)
        path, taken = f"/users/{user['id']}", {"email": other["email"], "password": NEW_PASSWORD}
        assert [api.put(path, taken).status for _ in range(4)] == [409] * 4
        stale = {"If-Match": f'"{user["id"]}-9"'}
        assert [api.put(path, {"email": unique_email()}, headers=stale).status for _ in range(4)] == [412] * 4
        assert api.put(path, {"password": NEW_PASSWORD}).status == 200
        assert api.put(path, {"email": unique_email()}).status == 200
        wait_until(lambda: len(server.messages_to(user["email"])) >= 3, PATIENCE_S, "both mails and the first one")


def test_confirmations_that_failed_used_up_the_mail_about_the_last(start, server):
    with start(**mail_settings(server)).api() as api:
        user = create_user(api)
        wanted = {"session": log_in(api, user["email"])["session"], "password": PASSWORD}

        def confirm(email, is_taken_meanwhile):
            assert api.post("/user-auth/change-email", wanted | {"email": email}).status == 202
            _, token = link_to(server, email, "confirm")
            if is_taken_meanwhile:
                create_user(api, email=email)
            return api.post("/user-auth/confirm-email", {"token": token}).status, token

        status, token = confirm(unique_email("taken"), is_taken_meanwhile=True)
        assert status == 409
        assert {api.post("/user-auth/confirm-email", {"token": token}).status for _ in range(3)} == {409}
        assert confirm(unique_email("free"), is_taken_meanwhile=False)[0] == 200
        wait_until(lambda: len(server.messages_to(user["email"])) >= 2, PATIENCE_S, "the mail to the old address")


def test_owner_of_an_unverified_address_was_sent_a_strangers_text(mailing, server):
    stranger = create_user(mailing)
    link_to(server, stranger["email"], "verify")
    email = f"evil.example/{unique_email()}"
    wanted = {"session": log_in(mailing, stranger["email"])["session"], "password": PASSWORD, "email": email}
    assert mailing.post("/user-auth/change-email", wanted).status == 202
    _, token = link_to(server, email, "confirm")
    assert mailing.post("/user-auth/confirm-email", {"token": token}).status == 200
    subjects_to(server, stranger["email"], 1)
    assert "evil" not in server.messages_to(stranger["email"])[0].part("plain")


def test_address_that_is_sent_no_more_links_was_on_record_as_sent_one(start, server):
    with start(**mail_settings(server)).api() as api:
        email = unique_email("wanted")
        for _ in range(4):
            user = create_user(api)
            wanted = {"session": log_in(api, user["email"])["session"], "password": PASSWORD, "email": email}
            assert api.post("/user-auth/change-email", wanted).status == 202
        events = api.get("/audit?type=email.change_requested").json()["events"]
        assert [(one["outcome"], one["reason"]) for one in events] == [("refused", "too_many_mails")] + [("ok", None)] * 3


def test_other_spelling_of_the_same_password_was_taken_for_another_one(mailing):
    composed, apart = "p\u00e4ssw\u00f6rter 1815", "pa\u0308sswo\u0308rter 1815"
    user = create_user(mailing, password=composed)
    body = {"session": log_in(mailing, user["email"], apart)["session"], "currentPassword": composed, "newPassword": apart}
    refused = mailing.post("/user-auth/change-password", body)
    assert (refused.status, refused.json()["details"][0]["field"]) == (400, "newPassword")


def test_mail_that_is_given_up_is_on_record(start, server, database):
    server.on_recipient = lambda address: "550 nobody of that name"
    with start(**mail_settings(server)).api() as api:
        create_user(api)
        events = wait_until(lambda: api.get("/audit?type=mail.failed").json()["events"], PATIENCE_S, "the event")
        assert events[0]["details"]["kind"] == "verify-email" and events[0]["outcome"] == "error"


def test_user_agent_of_any_length_and_form_lets_its_user_in(mailing, server):
    user = create_user(mailing)
    _, token = link_to(server, user["email"], "verify")
    assert mailing.post("/user-auth/verify-email", {"token": token}).status == 200
    for user_agent in ("x" * 4000, "\xff\xfe <script>"):
        client = {"X-Client-Address": "198.51.100.7", "X-Client-User-Agent": user_agent, "X-Device-Token": "new"}
        log_in(mailing, user["email"], headers=client)

    def told():
        return [one.part("plain") for one in server.messages_to(user["email"])]

    # One mail may come twice before the other one comes.
    for part in ("x" * 60, "<script>"):
        wait_until(lambda part=part: any(part in text for text in told()), PATIENCE_S, f"a mail about {part}")
    assert all("198.51.100.7" in text for text in told())


def test_development_prints_the_link_and_keeps_the_mail_in_a_file(start, tmp_path):
    program = start(APP_ENV="development", RUN_SEEDS="false")
    with program.api() as api:
        email = create_user(api)["email"]
        assert api.post("/user-auth/forgot-password", {"email": email}).status == 202
    printed = r"http://localhost:3000/reset-password\?token=gtr_\S+"
    wait_until(lambda: re.search(printed, program.output()), PATIENCE_S, "the link")
    files = list(program.directory.glob("data/outbox/*.eml"))
    assert len(files) == 1 and files[0].stat().st_mode & 0o777 == 0o600


def test_tokens_are_in_the_database_in_no_readable_form(mailing, server, database):
    user = create_user(mailing)
    tokens = [link_to(server, user["email"], "verify")[1]]
    wait_until(lambda: database.rows("SELECT count(*) FROM mails WHERE body IS NOT NULL") == [(0,)], PATIENCE_S, "its end in the outbox")
    server.on_recipient = lambda address: "450 later"
    assert mailing.post("/user-auth/forgot-password", {"email": user["email"]}).status == 202
    assert database.rows("SELECT count(*) FROM mails WHERE body IS NOT NULL") == [(1,)]
    everything = repr([database.rows(f"SELECT * FROM {table}") for table in ("mails", "one_time_tokens", "audit_events")])
    assert not any(token in everything for token in tokens) and "gtr_" not in everything


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
@pytest.mark.parametrize(("path", "wanted"), [("change-password", {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}), ("change-email", {"password": PASSWORD, "email": "new@example.com"})])
def test_right_password_keeps_no_place_when_what_it_is_for_fails(start, server, database, path, wanted):
    """Each attempt holds one of two places until it ends; one that was not given back would be held for 15 s."""
    program = start(LOCKOUT_FREE="2", DB_LOCK_TIMEOUT="100ms", **mail_settings(server), **NO_LIMITS)
    with program.api() as api, database.connect() as connection, connection.cursor() as cursor:
        user = create_user(api)
        body = {"session": log_in(api, user["email"])["session"]} | wanted
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM users WHERE id = %s FOR UPDATE", (user["id"],))
        begin = time.monotonic()
        for _ in range(3):
            assert api.post(f"/user-auth/{path}", body).status == 503
        cursor.execute("COMMIT")
        assert api.post(f"/user-auth/{path}", body).status in (200, 202)
        # If the machine stalled meanwhile, the test proves nothing.
        assert time.monotonic() - begin < 15


def test_log_of_postgres_holds_no_hash_and_no_token(cluster, start_on_cluster, server):
    """It shows the row that a CHECK refuses, and a key that exists already: an email, but nothing that gives access."""
    program = start_on_cluster(**mail_settings(server), **NO_LIMITS)
    with program.api() as api:
        owner, other = create_user(api), create_user(api)
        assert api.post("/users", new_user(email=owner["email"])).status == 409
        assert api.put(f"/users/{other['id']}", {"email": owner["email"]}).status == 409
        assert api.post("/user-auth/forgot-password", {"email": owner["email"]}).status == 202
        _, token = link_to(server, owner["email"], "reset")
        body = {"token": token, "password": NEW_PASSWORD}
        assert [api.post("/user-auth/reset-password", body).status for _ in range(2)] == [200, 401]
        assert try_log_in(api, owner["email"]).status == 401
    log = (cluster.root / "log").read_text(errors="replace")
    assert "ERROR" in log, "nothing was refused"
    for secret in ("$argon2id", token, NEW_PASSWORD):
        assert secret not in log


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
def test_one_token_is_redeemed_once_on_three_replicas(start, server):
    with ExitStack() as stack:
        replicas = [stack.enter_context(start(**mail_settings(server), **NO_LIMITS).api()) for _ in range(3)]
        email = create_user(replicas[0])["email"]
        assert replicas[0].post("/user-auth/forgot-password", {"email": email}).status == 202
        _, token = link_to(server, email, "reset")

        def redeem(number):
            with Api(replicas[number % 3].port, replicas[0].key) as own:
                body = {"token": token, "password": f"the password of attempt {number}"}
                return own.post("/user-auth/reset-password", body).status

        with ThreadPoolExecutor(30) as pool:
            statuses = list(pool.map(redeem, range(90)))
        assert sorted(set(statuses)) == [200, 401] and statuses.count(200) == 1
        log_in(replicas[1], email, f"the password of attempt {statuses.index(200)}")


@pytest.mark.serial
@pytest.mark.skipif(SANITIZED, reason="a sanitizer's own cost hides what is measured")
def test_forgotten_passwords_take_the_same_time_for_everybody(start):
    with start(**NO_LIMITS).api() as api:
        known = create_user(api)["email"]
        seconds = {known: [], unique_email(): []}
        for _ in range(30):
            for email, times in seconds.items():
                begin = time.perf_counter()
                assert api.post("/user-auth/forgot-password", {"email": email}).status == 202
                times.append(time.perf_counter() - begin)
        one, other = (statistics.median(times) for times in seconds.values())
        assert one == pytest.approx(other, rel=0.05)
