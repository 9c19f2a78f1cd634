"""Clients that send requests all the time while something else happens, and count the failures."""

import threading
from collections.abc import Callable, Sequence

from .raw_http import RawConnection
from .waiting import wait_until


class Load:
    """Four clients that send the requests one after the other over a new connection, again and again.

    Any answer but a 200 is a failure, and so is any exception; a client goes on after it.
    """

    def __init__(self, port: int, requests: Sequence[bytes], make_context: Callable = lambda: None):
        self._port, self._requests, self._make_context = port, requests, make_context
        self._stop = threading.Event()
        self.answers = 0
        self.failures: list = []
        self._threads = [threading.Thread(target=self._run) for _ in range(4)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self):
        while not self._stop.is_set():
            try:
                with RawConnection(self._port, timeout_s=60, tls=self._make_context()) as connection:
                    for request in self._requests:
                        connection.send(request)
                        response = connection.read_response()
                        self.answers += 1
                        if response.status != 200:
                            self.failures.append((request[:40], response.status, response.body[:100]))
            except Exception as failure:  # noqa: BLE001: every failure counts
                self.failures.append(repr(failure))

    def wait_for(self, answers: int):
        """Waits for this many more answers, or for the first failure."""
        enough = self.answers + answers
        wait_until(lambda: self.failures or self.answers >= enough, 120, "answers")
