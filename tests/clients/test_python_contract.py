"""The Python client against the real program, on each database."""

import re
import socket

import pytest

from gatehouse_client import AuditFilter, CallOptions, GatehouseError, GatehouseUnavailable
from harness.accounts import unique_email
from harness.waiting import wait_until

PASSWORD = "correct horse battery"
PATIENCE_S = 60


@pytest.fixture
def gatehouse(clients, shared):
    """A client of the shared program with a long timeout, because the machine may stall."""
    return clients.of(f"http://127.0.0.1:{shared.port}", shared.settings["API_KEY"], timeout_s=PATIENCE_S)


def register(gatehouse):
    return gatehouse.users.create(first_name="Ada", last_name="Lovelace", email=unique_email(), password=PASSWORD)


def refusal_of(call):
    with pytest.raises(GatehouseError) as caught:
        call()
    return caught.value


def test_session_is_opened_checked_and_ended(gatehouse):
    user = register(gatehouse)
    browser = CallOptions(client_address="203.0.113.9", user_agent="M", request_id="a-login")
    login = gatehouse.login(user.email, PASSWORD, device_token="new", options=browser)
    assert login.user_id == user.id and re.fullmatch(r"[\w-]+", login.device_token)
    verified = gatehouse.session.verify(login.session)
    assert (verified.user_id, verified.email, verified.first_name) == (user.id, user.email, "Ada")
    assert gatehouse.token.verify(login.token).user_id == user.id
    assert gatehouse.session.verify_all(["x", login.session, None]) == [None, verified, None]
    (session,) = gatehouse.users.sessions(user.id)
    assert (session.ip_address, session.user_agent) == ("203.0.113.9", "M")
    gatehouse.session.logout(login.session)
    assert gatehouse.session.verify(login.session) is None and gatehouse.token.verify(login.token) is None
    types = [event.type for event in gatehouse.audit.list(AuditFilter(user=user.id), limit=1)]
    assert types[-1] == "user.created" and types[0] == "logout"
    (event,) = gatehouse.audit.list(AuditFilter(user=user.id, type="login.succeeded"))
    assert event.request_id == "a-login"
    assert event in list(gatehouse.audit.export(since="2020-01-01"))


def test_refresh_token_is_exchanged_for_its_successor(gatehouse):
    user = register(gatehouse)
    login = gatehouse.login(user.email, PASSWORD, refresh=True)
    attempt = "the first refresh of this login"
    refreshed = gatehouse.token.refresh(login.refresh_token, attempt=attempt)
    verified = gatehouse.token.verify(refreshed.token)
    assert (verified.user_id, verified.expires_at) == (user.id, refreshed.token_expires)
    assert refreshed.session_expires == login.session_expires
    again = gatehouse.token.refresh(login.refresh_token, attempt=attempt)
    gatehouse.token.refresh(again.refresh_token)
    assert refusal_of(lambda: gatehouse.token.refresh(login.refresh_token, attempt=attempt)).code == "refresh_reused"
    assert refusal_of(lambda: gatehouse.token.refresh(refreshed.refresh_token)).code == "invalid_refresh"
    assert gatehouse.session.verify(login.session) is None
    assert gatehouse.login(user.email, PASSWORD).refresh_token is None


def test_users_are_kept(gatehouse):
    user = register(gatehouse)
    assert gatehouse.users.get(user.id) == user and gatehouse.users.find(user.email.upper()) == user
    seen = gatehouse.users.tagged(user.id)
    assert gatehouse.users.update(user.id, last_name="King", if_match=seen.etag).last_name == "King"
    late = refusal_of(lambda: gatehouse.users.update(user.id, last_name="Noel", if_match=seen.etag))
    assert (late.status, late.code) == (412, "version_mismatch")
    assert refusal_of(lambda: gatehouse.users.delete(user.id, if_match=seen.etag)).status == 412
    taken = refusal_of(lambda: gatehouse.users.create(first_name="A", last_name="B", email=user.email, password=PASSWORD))
    assert (taken.status, taken.code) == (409, "email_taken")
    weak = refusal_of(lambda: gatehouse.users.update(user.id, password="short"))
    assert [(one.field, one.code) for one in weak.details] == [("password", "too_short")]
    assert user.id in [one.id for one in gatehouse.users.list(limit=2)]
    login = gatehouse.login(user.email, PASSWORD)
    gatehouse.users.disable(user.id, "left")
    assert gatehouse.session.verify(login.session) is None and gatehouse.users.account(user.id).disabled_at is not None
    gatehouse.users.enable(user.id)
    gatehouse.users.unlock(user.id)
    gatehouse.login(user.email, PASSWORD)
    assert gatehouse.users.end_sessions(user.id) == 1
    assert [one.id for one in gatehouse.users.search(user.email[:-4].upper())] == [user.id]
    gatehouse.login(user.email, PASSWORD, device_token="new")
    (device,) = gatehouse.users.devices(user.id)
    assert device.created_at == device.last_seen_at < device.expires_at and gatehouse.users.forget_devices(user.id) == 1
    gatehouse.users.send_reset(user.id)
    gatehouse.users.require_password_change(user.id)
    assert refusal_of(lambda: gatehouse.login(user.email, PASSWORD)).code == "password_change_required"
    gatehouse.users.delete(user.id)
    assert refusal_of(lambda: gatehouse.users.get(user.id)).code == "user_not_found"


def test_api_key_is_made_used_rotated_and_revoked(gatehouse, clients, shared):
    url = f"http://127.0.0.1:{shared.port}"
    issued = gatehouse.api_keys.create("shop", "auth users:read", expires_in_s=3600)
    key = issued.api_key
    assert (key.name, key.scopes, key.tells_client, key.created_by) == ("shop", "auth users:read", False, "key API_KEY")
    shop = clients.of(url, issued.secret, timeout_s=PATIENCE_S)
    assert shop.session.verify("x") is None
    assert refusal_of(lambda: shop.users.delete(1)).code == "missing_scope"
    rotated = gatehouse.api_keys.rotate(key.id, 0)
    assert refusal_of(lambda: shop.session.verify("x")).code == "invalid_api_key"
    assert clients.of(url, rotated.secret, timeout_s=PATIENCE_S).session.verify("x") is None
    assert key.id in [one.id for one in gatehouse.api_keys.list()]
    gatehouse.api_keys.revoke(key.id)
    assert refusal_of(lambda: gatehouse.api_keys.get(key.id)).code == "api_key_not_found"


def test_refusals_are_told_apart(gatehouse, clients, shared):
    assert gatehouse.session.verify("x") is None and gatehouse.token.verify("a.b.c") is None
    assert refusal_of(lambda: gatehouse.login("nobody@example.com", "wrong")).code == "invalid_credentials"
    stranger = clients.of(f"http://127.0.0.1:{shared.port}", "not-the-key", timeout_s=PATIENCE_S)
    assert refusal_of(lambda: stranger.session.verify("x")).code == "invalid_api_key"
    assert gatehouse.health().status == "healthy" and gatehouse.ready().status == "ready"
    assert gatehouse.password.policy().length_min == 8
    assert gatehouse.password.check("football").code == "common"


def token_in(program, kind):
    """The token of the newest link that the program prints in development mode."""
    found = wait_until(lambda: re.findall(rf"\?token=({kind}_\S+)", program.output()), PATIENCE_S, f"a link with {kind}")
    return found[-1]


def test_passwords_and_addresses_are_changed_with_links(clients, start):
    program = start(APP_ENV="development", RUN_SEEDS="false")
    gatehouse = clients.of(f"http://127.0.0.1:{program.port}", program.settings["API_KEY"], timeout_s=PATIENCE_S)
    user = register(gatehouse)
    gatehouse.email.resend(user.email)
    assert gatehouse.email.verify(token_in(program, "gtv")) == user.id
    gatehouse.password.forgot(user.email)
    reset = token_in(program, "gtr")
    gatehouse.password.reset(reset, "a quite different one")
    assert refusal_of(lambda: gatehouse.password.reset(reset, "another one yet")).code == "invalid_or_expired_token"
    session = gatehouse.login(user.email, "a quite different one").session
    login = gatehouse.password.change(session=session, current_password="a quite different one", new_password=PASSWORD)
    assert gatehouse.session.verify(session) is None
    address = unique_email()
    gatehouse.email.change(session=login.session, password=PASSWORD, email=address)
    assert gatehouse.email.confirm(token_in(program, "gte")) == user.id
    assert gatehouse.users.get(user.id).email == address


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_service_that_stands_still_is_unavailable(clients, start):
    program = start()
    gatehouse = clients.of(f"http://127.0.0.1:{program.port}", program.settings["API_KEY"])
    with program.standing_still(), pytest.raises(GatehouseUnavailable) as caught:
        gatehouse.session.verify("x", options=CallOptions(timeout_s=0.3))
    assert caught.value.reason == "timeout"
    assert gatehouse.session.verify("x", options=CallOptions(timeout_s=PATIENCE_S)) is None


def test_address_where_nothing_listens_is_unavailable(clients):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(GatehouseUnavailable) as caught:
            clients.of(f"http://127.0.0.1:{bound.getsockname()[1]}").session.verify("x")
    assert caught.value.reason == "network"
