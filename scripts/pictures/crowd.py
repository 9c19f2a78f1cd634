"""People who log in, use their session at both replicas and log out, and for a while some who guess their passwords."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cluster.parts import Failed

PASSWORD = "correct horse battery staple"
PEOPLE = 16
CHECKS = 50  # per session
SECONDS = 90
GUESSERS = 4
GUESSES = (40, 60)  # from when until when, in seconds
GUESSED = 6  # how many of the people the guessers know
ASK_MAX_S = 30
CHECK_PAUSE_S = 0.015
GUESS_PAUSE_S = 0.05


class Caller:
    """A back end that passes on its user's address. Belongs to one thread."""

    def __init__(self, ports: list[int], key: str, address: str):
        self._connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=ASK_MAX_S) for port in ports]
        self._headers = {"X-API-Key": key, "Content-Type": "application/json", "X-Client-Address": address}

    def post(self, replica: int, path: str, body: dict) -> tuple[int, dict]:
        connection = self._connections[replica % len(self._connections)]
        connection.request("POST", path, body=json.dumps(body), headers=self._headers)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else {}

    def close(self):
        for connection in self._connections:
            connection.close()


@dataclass
class Crowd:
    """All of these people. run() returns when they have finished."""

    ports: list[int]
    key: str
    failures: list[str] = field(default_factory=list)
    _begin: float = 0.0

    def register(self):
        for number in range(PEOPLE):
            caller = Caller(self.ports, self.key, address(number))
            user = {"first_name": "Some", "last_name": "Body", "email": email(number), "password": PASSWORD}
            status, answer = caller.post(0, "/users", user)
            if status != 201:
                raise Failed(f"no user could be made: {status} {answer}")
            caller.close()

    def run(self):
        self._begin = time.monotonic()
        lives = [(self._live, number) for number in range(PEOPLE)] + [(self._guess, number) for number in range(GUESSERS)]
        threads = [threading.Thread(target=self._run_one, args=life, daemon=True) for life in lives]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _run_one(self, life: Callable[[int], None], number: int):
        try:
            life(number)
        except (OSError, http.client.HTTPException, ValueError) as failure:
            self.failures.append(repr(failure))

    def _wait(self, moment_s: float):
        time.sleep(max(self._begin + moment_s - time.monotonic(), 0))

    def _now(self) -> float:
        return time.monotonic() - self._begin

    def _live(self, number: int):
        """People arrive one after the other, and leave in the same order."""
        caller = Caller(self.ports, self.key, address(number))
        self._wait(number * 1.5)
        while self._now() < SECONDS - (PEOPLE - number):
            self._visit(caller, number)
        caller.close()

    def _visit(self, caller: Caller, number: int):
        status, login = caller.post(number, "/user-auth", {"email": email(number), "password": PASSWORD})
        if status != 200:
            self.failures.append(f"a login: {status} {login}")
            return
        session = {"session": login["session"]}
        for check in range(CHECKS):
            caller.post(number + check, "/user-auth/verify-session", session)
            time.sleep(CHECK_PAUSE_S)
        caller.post(number, "/user-auth/logout", session)

    def _guess(self, number: int):
        caller = Caller(self.ports, self.key, f"198.51.100.{number + 1}")
        self._wait(GUESSES[0])
        guess = 0
        while self._now() < GUESSES[1]:
            guess += 1
            caller.post(guess, "/user-auth", {"email": email((number + guess) % GUESSED), "password": f"guess {number} {guess}"})
            time.sleep(GUESS_PAUSE_S)
        caller.close()


def address(number: int) -> str:
    return f"203.0.113.{number + 1}"


def email(number: int) -> str:
    return f"user{number}@example.com"
