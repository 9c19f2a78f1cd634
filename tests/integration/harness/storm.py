"""Clients that write as fast as they can until something is killed, and a record of what they were told."""

import itertools
import threading
from dataclasses import dataclass, field

from .accounts import PASSWORD, create_user, is_alive, log_in, log_out, try_log_in
from .http_client import Api
from .places import SANITIZED
from .waiting import wait_until

ENOUGH_CREATED, ENOUGH_OF_EACH = (4, 2) if SANITIZED else (40, 6)


@dataclass
class History:
    """What one client wrote to one place, one value after the other, and which of them was acknowledged last."""

    user: dict
    values: list[str]
    acknowledged: int = 0

    def attempt(self, value: str) -> str:
        self.values.append(value)
        return value

    def acknowledge(self):
        self.acknowledged = len(self.values) - 1

    def possible(self) -> list[str]:
        """The last acknowledged value, and any attempted later: the answer may have been lost, not the write."""
        return self.values[self.acknowledged :]

    def overwritten(self) -> list[str]:
        return self.values[: self.acknowledged]


@dataclass
class Noted:
    """What was acknowledged."""

    created: list[dict] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)  # sessions that nobody tried to end
    ended: list[str] = field(default_factory=list)
    redeemed: list[str] = field(default_factory=list)  # tokens that have set a password
    names: list[History] = field(default_factory=list)
    passwords: list[History] = field(default_factory=list)


class Storm:
    """One client per thread, each with one kind of write. A client stops at the first answer that is not a success."""

    def __init__(self, program):
        self._port, self._key = program.port, program.settings["API_KEY"]
        self.noted = Noted()
        self._numbers = itertools.count(1)
        self._stop = threading.Event()
        self._struck = threading.Event()
        self._failed_before: list[str] = []
        with program.api() as api:
            self._login = create_user(api)
            self.noted.names = [History(user, [user["first_name"]]) for user in (create_user(api), create_user(api))]
            self.noted.passwords = [History(create_user(api), [PASSWORD])]
            self._forgetful = create_user(api, password=f"{PASSWORD} 0")
        steps = [
            self._create,
            self._create,
            self._rename,
            self._create_and_delete,
            self._open_two_and_end_one,
            self._change_password,
            self._redeem,
        ]
        self._threads = [threading.Thread(target=self._repeat, args=(step,)) for step in steps]

    def run_until(self, strike):
        """Runs until there is enough of every kind of write, then strikes in the middle of them."""
        for thread in self._threads:
            thread.start()
        try:
            wait_until(lambda: self._failed_before or self._has_enough(), 180, "acknowledged writes")
            self._struck.set()
            strike()
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join(90)
        assert not any(thread.is_alive() for thread in self._threads), "a client hangs"
        assert self._failed_before == []

    def _has_enough(self) -> bool:
        noted = self.noted
        histories = [history.acknowledged for history in noted.names + noted.passwords]
        others = [len(noted.deleted), len(noted.opened), len(noted.ended), len(noted.redeemed)]
        return len(noted.created) >= ENOUGH_CREATED and min(histories + others) >= ENOUGH_OF_EACH

    def _repeat(self, step):
        with Api(self._port, self._key) as api:
            try:
                while not self._stop.is_set():
                    step(api)
            except Exception as failure:  # noqa: BLE001 a cut connection ends the client; before the strike none may be
                if not self._struck.is_set():
                    self._failed_before.append(repr(failure))

    def _create(self, api):
        self.noted.created.append(create_user(api))

    def _rename(self, api):
        for history in self.noted.names:
            name = history.attempt(f"Renamed {next(self._numbers)}")
            assert api.put(f"/users/{history.user['id']}", {"first_name": name}).status == 200
            history.acknowledge()

    def _create_and_delete(self, api):
        user = create_user(api)
        assert api.delete(f"/users/{user['id']}").status == 200
        self.noted.deleted.append(user["id"])

    def _open_two_and_end_one(self, api):
        kept, short = (log_in(api, self._login["email"])["session"] for _ in range(2))
        self.noted.opened.append(kept)
        assert log_out(api, short).status == 200
        self.noted.ended.append(short)

    def _change_password(self, api):
        for history in self.noted.passwords:
            session = log_in(api, history.user["email"], history.values[-1])["session"]
            password = history.attempt(f"{PASSWORD} {next(self._numbers)}")
            assert api.put(f"/users/{history.user['id']}", {"password": password}).status == 200
            history.acknowledge()
            self.noted.ended.append(session)

    def _redeem(self, api):
        assert api.post(f"/users/{self._forgetful['id']}/require-password-change").status == 200
        changes = len(self.noted.redeemed)
        demanded = try_log_in(api, self._forgetful["email"], f"{PASSWORD} {changes}")
        assert demanded.status == 403
        token = demanded.json()["resetToken"]
        body = {"token": token, "password": f"{PASSWORD} {changes + 1}"}
        assert api.post("/user-auth/reset-password", body).status == 200
        self.noted.redeemed.append(token)

    def assert_kept(self, api):
        """Every acknowledged write is there, and nothing that it ended is back."""
        for user in self.noted.created:
            shown = api.get(f"/users/{user['id']}")
            assert shown.status == 200, f"user {user['id']} was acknowledged and is gone"
            assert shown.json() == user
        for user_id in self.noted.deleted:
            assert api.get(f"/users/{user_id}").status == 404, f"user {user_id} was deleted and is back"
        for session in self.noted.opened:
            assert is_alive(api, session), "a session that was opened and not ended is dead"
        for session in self.noted.ended:
            assert not is_alive(api, session), "a session that was ended is alive again"
        for token in self.noted.redeemed:
            again = api.post("/user-auth/reset-password", {"token": token, "password": PASSWORD})
            assert again.status == 401, "a token that was used is good again"
        for history in self.noted.names:
            assert api.get(f"/users/{history.user['id']}").json()["first_name"] in history.possible()
        for history in self.noted.passwords:
            assert_passwords(api, history)


def assert_passwords(api, history: History):
    """Exactly one of the possible passwords logs in; the ones before do not."""
    email = history.user["email"]
    statuses = [try_log_in(api, email, password).status for password in history.possible()]
    assert sorted(statuses) == [200] + [401] * (len(statuses) - 1), statuses
    for password in history.overwritten()[-3:]:
        assert try_log_in(api, email, password).status == 401, "a password that was replaced is good again"
