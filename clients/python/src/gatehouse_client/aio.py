"""The client for asyncio."""

import asyncio
import builtins
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import Any, TypeVar

import httpx

from . import calls
from .attempts import Attempts
from .calls import AuditFilter, Call, Page
from .errors import GatehouseError, GatehouseUnavailable
from .models import (
    Account,
    ApiKey,
    AuditEvent,
    Device,
    Health,
    IssuedKey,
    Login,
    PasswordJudgement,
    PasswordPolicy,
    Readiness,
    RefreshedToken,
    Session,
    TaggedUser,
    User,
    VerifiedSession,
    VerifiedToken,
)
from .options import CallOptions
from .wire import RETRIES, TIMEOUT_S, Lines, Wire, refuses_credential, result_of, stream_refusal_of, unavailable

Result = TypeVar("Result")
Item = TypeVar("Item")

# For closing the connection of a call that is given up.
CLEANUP_S = 1.0


class Transport:
    """Sends calls, and repeats them where that is safe. Tasks of one event loop share it."""

    def __init__(self, wire: Wire, http: httpx.AsyncClient):
        self._wire = wire
        self._http = http

    async def run(self, call: Call[Result], options: CallOptions | None) -> Result:
        told = options or CallOptions()
        return await _repeat(self._wire.attempts(call, told), lambda share_s: self._once(call, told, share_s))

    async def run_or_none(self, call: Call[Result], options: CallOptions | None) -> Result | None:
        """The result; None if the service refuses the credential that the call is about."""
        try:
            return await self.run(call, options)
        except GatehouseError as failure:
            if refuses_credential(call, failure):
                return None
            raise

    async def _once(self, call: Call[Result], options: CallOptions, timeout_s: float) -> Result:
        # httpx gets no timeout: the attempt as a whole is bounded, not its steps.
        request = self._wire.request(self._http, call, options, None)
        try:
            response = await _within(timeout_s, self._http.send(request, follow_redirects=False))
        except (httpx.RequestError, TimeoutError) as failure:
            raise unavailable(call, failure) from failure
        return result_of(call, response.status_code, response.headers, response.content)

    async def lines(self, call: Call[Item], options: CallOptions | None) -> AsyncIterator[Item]:
        """The results of an answer with one per line. Until it begins, it is requested like any other; then the time is for each wait."""
        told = options or CallOptions()
        attempts = self._wire.attempts(call, told)
        response = await _repeat(attempts, lambda share_s: self._begun(call, told, httpx.Timeout(share_s, read=attempts.timeout_s)))
        try:
            lines = Lines(call, response)
            async for part in response.aiter_bytes():
                for item in lines.feed(part):
                    yield item
            lines.end()
        except httpx.RequestError as failure:
            raise unavailable(call, failure) from failure
        finally:
            await response.aclose()

    async def _begun(self, call: Call[Item], options: CallOptions, timeout: httpx.Timeout) -> httpx.Response:
        """A successful answer whose body is still to come."""
        try:
            response = await self._http.send(self._wire.request(self._http, call, options, timeout), stream=True, follow_redirects=False)
            if response.is_success:
                return response
            async with aclosing(response):
                raise stream_refusal_of(response, await response.aread())
        except httpx.RequestError as failure:
            raise unavailable(call, failure) from failure


async def _repeat(attempts: Attempts, once: Callable[[float], Awaitable[Result]]) -> Result:
    """Calls once(), with the seconds that it may take, until it succeeds or may not be called again."""
    while True:
        try:
            return await once(attempts.share_s())
        except (GatehouseError, GatehouseUnavailable) as failure:
            pause_s = attempts.pause_s(failure)
            if pause_s is None:
                raise
        await asyncio.sleep(pause_s)


async def _within(timeout_s: float, work: Coroutine[Any, Any, Result]) -> Result:
    """The result of `work`, or TimeoutError. It runs in a separate task, because what httpx waits with may swallow a cancellation by
    asyncio.timeout() (anyio 3, of Debian 12). Cancelling the caller cancels it, too."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=timeout_s)
        if task.done():
            return task.result()
        raise TimeoutError
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=CLEANUP_S)


async def _items(page: Callable[[str | None], Awaitable[Page[Item]]]) -> AsyncIterator[Item]:
    """The items of all pages. The next page is requested when the previous one is used up."""
    after = None
    while True:
        found = await page(after)
        for item in found.items:
            yield item
        after = found.next
        if after is None:
            return


class Sessions:
    def __init__(self, transport: Transport):
        self._transport = transport

    async def verify(self, session: str | None, *, options: CallOptions | None = None) -> VerifiedSession | None:
        """Whose session it is; None if the session is not valid, or no longer valid."""
        if session is None or not calls.may_be_credential(session):
            return None
        return await self._transport.run_or_none(calls.verify_session(session), options)

    async def verify_all(
        self, sessions: Sequence[str | None], *, options: CallOptions | None = None
    ) -> list[VerifiedSession | None]:
        """The same for many sessions, in their order. Each request asks for up to a hundred."""
        verified: builtins.list[VerifiedSession | None] = []
        for call in calls.verify_sessions(sessions):
            verified += await self._transport.run(call, options)
        return verified

    async def logout(self, session: str, *, options: CallOptions | None = None) -> None:
        """Ends a session by its value. It is not an error if the session has already ended."""
        await self._transport.run(calls.log_out(session), options)

    async def end(self, session_id: int, *, options: CallOptions | None = None) -> None:
        """Ends a session by its number, which `users.sessions()` returns."""
        await self._transport.run(calls.end_session(session_id), options)


class Tokens:
    def __init__(self, transport: Transport):
        self._transport = transport

    async def verify(self, token: str | None, *, options: CallOptions | None = None) -> VerifiedToken | None:
        """Whose token it is; None if the token is not valid, or its session has ended."""
        if token is None or not calls.may_be_credential(token):
            return None
        return await self._transport.run_or_none(calls.verify_token(token), options)

    async def refresh(self, refresh_token: str, *, attempt: str | None = None, options: CallOptions | None = None) -> RefreshedToken:
        """Exchanges a refresh token for a new token and a new refresh token. `attempt` is a random text of 16 to 64 characters: store it
        with the token, and call again with both if no answer came. Refusals: `invalid_refresh` if the session has ended, and
        `refresh_reused` if somebody else has used the token."""
        return await self._transport.run(calls.refresh_token(refresh_token, attempt), options)


class Users:
    def __init__(self, transport: Transport):
        self._transport = transport

    async def create(self, *, first_name: str, last_name: str, email: str, password: str, options: CallOptions | None = None) -> User:
        """Registers a user. Refusals: `email_taken`, and `validation_failed` with the fields in `details`."""
        return await self._transport.run(calls.create_user(first_name, last_name, email, password), options)

    async def get(self, user_id: int, *, options: CallOptions | None = None) -> User:
        """Reads a user. Refusal: `user_not_found`."""
        return await self._transport.run(calls.get_user(user_id), options)

    async def tagged(self, user_id: int, *, options: CallOptions | None = None) -> TaggedUser:
        """The same, with the tag that `if_match` of a change takes."""
        return await self._transport.run(calls.tagged_user(user_id), options)

    async def find(self, email: str, *, options: CallOptions | None = None) -> User | None:
        """The user with that address, compared as at a login; None if there is none."""
        return await self._transport.run(calls.find_user(email), options)

    async def search(self, beginning: str, *, options: CallOptions | None = None) -> "builtins.list[User]":
        """Users whose address, last or first name begins with the text, newest first; at most 100."""
        return await self._transport.run(calls.search_users(beginning), options)

    async def update(
        self,
        user_id: int,
        *,
        first_name: str | None = None,
        last_name: str | None = None,
        email: str | None = None,
        password: str | None = None,
        if_match: str | None = None,
        options: CallOptions | None = None,
    ) -> User:
        """Changes the fields that are given. A new password ends the user's sessions. With the `etag` from tagged() as `if_match`, nothing
        is changed if the user has changed since. Refusals: those of create() and get(), and `version_mismatch`."""
        call = calls.update_user(user_id, if_match, first_name=first_name, last_name=last_name, email=email, password=password)
        return await self._transport.run(call, options)

    async def delete(self, user_id: int, *, if_match: str | None = None, options: CallOptions | None = None) -> None:
        """Deletes a user and ends all of the user's sessions. Refusals: `user_not_found`, `user_referenced`, `version_mismatch`."""
        await self._transport.run(calls.delete_user(user_id, if_match), options)

    def list(self, *, limit: int | None = None, options: CallOptions | None = None) -> AsyncIterator[User]:
        """All users, newest first. `limit` is how many users one request asks for, from 1 to 1,000."""
        return _items(lambda after: self.page(limit=limit, after=after, options=options))

    async def page(self, *, limit: int | None = None, after: str | None = None, options: CallOptions | None = None) -> Page[User]:
        """One page of that list."""
        return await self._transport.run(calls.page_of_users(limit, after), options)

    async def sessions(self, user_id: int, *, options: CallOptions | None = None) -> "builtins.list[Session]":
        """The user's open sessions, newest first; at most 1,000."""
        return await self._transport.run(calls.sessions_of(user_id), options)

    async def end_sessions(self, user_id: int, *, options: CallOptions | None = None) -> int:
        """Logs a user out everywhere, and returns how many sessions ended."""
        return await self._transport.run(calls.end_sessions_of(user_id), options)

    async def account(self, user_id: int, *, options: CallOptions | None = None) -> Account:
        """What an operator may want to know before helping a user."""
        return await self._transport.run(calls.account_of(user_id), options)

    async def disable(self, user_id: int, reason: str | None = None, *, options: CallOptions | None = None) -> None:
        """Ends all sessions of a user and refuses further logins. `reason`, of at most 300 bytes, is for the audit trail."""
        await self._transport.run(calls.disable_user(user_id, reason), options)

    async def enable(self, user_id: int, *, options: CallOptions | None = None) -> None:
        """Lets a disabled user in again."""
        await self._transport.run(calls.enable_user(user_id), options)

    async def unlock(self, user_id: int, *, options: CallOptions | None = None) -> None:
        """Forgets all failed password attempts for a user, so that the right password is accepted from everywhere."""
        await self._transport.run(calls.unlock_user(user_id), options)

    async def require_password_change(self, user_id: int, *, options: CallOptions | None = None) -> None:
        """Makes the next login end with `password_change_required`; open sessions continue."""
        await self._transport.run(calls.require_password_change(user_id), options)

    async def send_reset(self, user_id: int, *, options: CallOptions | None = None) -> None:
        """Sends a user the mail of `password.forgot()`. Refusals: `user_not_found`, `user_disabled`."""
        await self._transport.run(calls.send_reset(user_id), options)

    async def devices(self, user_id: int, *, options: CallOptions | None = None) -> "builtins.list[Device]":
        """The known devices of a user, the most recent login first."""
        return await self._transport.run(calls.devices_of(user_id), options)

    async def forget_devices(self, user_id: int, *, options: CallOptions | None = None) -> int:
        """Forgets a user's known devices. Returns how many there were."""
        return await self._transport.run(calls.forget_devices_of(user_id), options)


class Passwords:
    def __init__(self, transport: Transport):
        self._transport = transport

    async def policy(self, *, options: CallOptions | None = None) -> PasswordPolicy:
        """The rules for new passwords."""
        return await self._transport.run(calls.password_policy(), options)

    async def check(self, password: str, email: str | None = None, *, options: CallOptions | None = None) -> PasswordJudgement:
        """Checks a new password before it is set, for forms. With `email`, the password must not be made of that address, either."""
        return await self._transport.run(calls.check_password(password, email), options)

    async def forgot(self, email: str, *, options: CallOptions | None = None) -> None:
        """Sends a mail with a link for a new password to the address. The outcome does not tell whether somebody has the address."""
        await self._transport.run(calls.forgot_password(email), options)

    async def reset(self, token: str, password: str, *, options: CallOptions | None = None) -> None:
        """Sets a new password with the token from that link, and ends all sessions of the user. Refusals: `invalid_or_expired_token`, and
        `validation_failed` for the password, after which the token can be used again."""
        await self._transport.run(calls.reset_password(token, password), options)

    async def change(
        self, *, session: str, current_password: str, new_password: str, device_token: str | None = None, options: CallOptions | None = None
    ) -> Login:
        """Changes the password of a user who is logged in. Returns a new session, which replaces all others. `device_token` is that from
        the device's cookie. Refusals: `invalid_credentials`, `session_ended`, `email_not_verified`, `validation_failed`."""
        return await self._transport.run(calls.change_password(session, current_password, new_password, device_token), options)


class Emails:
    def __init__(self, transport: Transport):
        self._transport = transport

    async def verify(self, token: str, *, options: CallOptions | None = None) -> int | None:
        """The id of the user whose address the token from a mail proves; None if the token is unknown, used or too old."""
        return await self._transport.run_or_none(calls.verify_email(token), options)

    async def resend(self, email: str, *, options: CallOptions | None = None) -> None:
        """Sends the verification mail again. The outcome does not tell whether somebody has the address."""
        await self._transport.run(calls.resend_verification(email), options)

    async def change(
        self, *, session: str, password: str, email: str, device_token: str | None = None, options: CallOptions | None = None
    ) -> None:
        """Sends a mail to the new address; confirm() with its token changes to that address. `device_token` is that from the device's
        cookie. Refusals: `invalid_credentials`, `session_ended`. The outcome is the same if somebody else has the address."""
        await self._transport.run(calls.change_email(session, password, email, device_token), options)

    async def confirm(self, token: str, *, options: CallOptions | None = None) -> int:
        """Changes to the new address and returns the user's id. Refusals: `invalid_or_expired_token`, and `email_taken` if somebody
        has taken the address meanwhile."""
        return await self._transport.run(calls.confirm_email(token), options)


class Audit:
    def __init__(self, transport: Transport):
        self._transport = transport

    def list(
        self, wanted: AuditFilter = AuditFilter(), *, limit: int | None = None, options: CallOptions | None = None
    ) -> AsyncIterator[AuditEvent]:
        """Events, newest first."""
        return _items(lambda after: self.page(wanted, limit=limit, after=after, options=options))

    async def page(
        self, wanted: AuditFilter = AuditFilter(), *, limit: int | None = None, after: str | None = None, options: CallOptions | None = None
    ) -> Page[AuditEvent]:
        """One page of events. It may be short, or empty, although older events follow: only `next` says whether it is the last page."""
        return await self._transport.run(calls.page_of_events(wanted, limit, after), options)

    def export(
        self, *, since: str | None = None, until: str | None = None, options: CallOptions | None = None
    ) -> AsyncIterator[AuditEvent]:
        """All events of a period, oldest first, as one stream of any length. The timeout of the call is for each wait for more of it."""
        return self._transport.lines(calls.exported_event(since, until), options)


class ApiKeys:
    def __init__(self, transport: Transport):
        self._transport = transport

    async def create(
        self, name: str, scopes: str, *, tells_client: bool | None = None, expires_in_s: int | None = None, options: CallOptions | None = None
    ) -> IssuedKey:
        """Creates a key. Its secret is returned only once. Refusals: `missing_scope` if the key may do what this client's key may not,
        `validation_failed`, `too_many_api_keys`."""
        return await self._transport.run(calls.create_api_key(name, scopes, tells_client, expires_in_s), options)

    async def list(self, *, options: CallOptions | None = None) -> "builtins.list[ApiKey]":
        """All keys, oldest first; at most about 1,000."""
        return await self._transport.run(calls.api_keys(), options)

    async def get(self, key_id: str, *, options: CallOptions | None = None) -> ApiKey:
        """Reads a key. Refusal: `api_key_not_found`."""
        return await self._transport.run(calls.get_api_key(key_id), options)

    async def rotate(self, key_id: str, grace_s: int | None = None, *, options: CallOptions | None = None) -> IssuedKey:
        """Returns a new secret. The previous one stays valid for `grace_s`, by default a day. Refusals: `missing_scope` as for
        create(), `api_key_not_found`, `api_key_expired`."""
        return await self._transport.run(calls.rotate_api_key(key_id, grace_s), options)

    async def revoke(self, key_id: str, *, options: CallOptions | None = None) -> None:
        """Revokes a key at once, on every replica. Refusal: `api_key_not_found`."""
        await self._transport.run(calls.revoke_api_key(key_id), options)


class AsyncClient:
    """The calls of the service. A call fails with GatehouseError if the service refuses it, with GatehouseUnavailable if nobody
    answers, and with ValueError if an argument cannot be sent.

    Calls that can safely be sent twice are repeated after a network failure and after 502, 503 and 504: those that read, check, refresh
    or log out, and those that create users or create or rotate API keys, for which the service recognises a repetition by a key that
    the client generates. Every call is repeated after 429. `Retry-After` says when; a call that would have to wait longer than it may
    take fails at once. While the service is still working on an earlier request with the same key, the call asks again until its time
    is up.

    `timeout_s` is for a call with all its repetitions.

    It keeps connections open: use one for the whole program, and aclose() it, or use it as an asynchronous context manager.
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        timeout_s: float = TIMEOUT_S,
        retries: int = RETRIES,
        transport: httpx.AsyncBaseTransport | None = None,
    ):
        wire = Wire.make(url, api_key, timeout_s, retries)
        self._http = httpx.AsyncClient(transport=transport)
        self._transport = Transport(wire, self._http)
        self.session = Sessions(self._transport)
        self.token = Tokens(self._transport)
        self.users = Users(self._transport)
        self.password = Passwords(self._transport)
        self.email = Emails(self._transport)
        self.audit = Audit(self._transport)
        self.api_keys = ApiKeys(self._transport)

    async def login(
        self, email: str, password: str, *, refresh: bool = False, device_token: str | None = None, options: CallOptions | None = None
    ) -> Login:
        """Opens a session. Refusals: `invalid_credentials`, also for an unknown email, and `rate_limited`. `device_token` is that
        from the device's cookie, or `new` to get one; a text that cannot be one, such as a cookie that was tampered with, counts as `new`.
        `refresh` asks for a refresh token as well, for clients that keep tokens instead of a session."""
        return await self._transport.run(calls.log_in(email, password, refresh, device_token), options)

    async def health(self, *, options: CallOptions | None = None) -> Health:
        """Whether the service can do its work, and if not, why."""
        return await self._transport.run(calls.health(), options)

    async def ready(self, *, options: CallOptions | None = None) -> Readiness:
        """Whether requests should be sent to the service."""
        return await self._transport.run(calls.ready(), options)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()
