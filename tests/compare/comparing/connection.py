"""Plays an exchange against one side, over a new connection."""

import contextlib
import socket
import time

from .answers import split_all, split_first
from .comparison import Heard
from .exchange import Exchange, Read, Send, Side

WAIT_MAX_S = 90.0
RECEIVE_BYTES = 1 << 20


class Conversation:
    """The bytes of one connection, both ways. Ends with the other side's close, or after WAIT_MAX_S."""

    def __init__(self, port: int):
        self.sent = b""
        self.stream = b""
        self.ending = ""
        self._read_up_to = 0
        self._deadline = time.monotonic() + WAIT_MAX_S
        self._socket = socket.create_connection(("127.0.0.1", port), WAIT_MAX_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        self._socket.close()

    def send(self, data: bytes):
        """Sends the bytes. A side that has already refused the request may have closed; its answer is still read."""
        self.sent += data
        with contextlib.suppress(ConnectionError):
            self._socket.sendall(data)

    def read_answer(self, method: str):
        """Waits until one more answer is complete, or the connection has ended."""
        while not self.ending:
            found = split_first(self.stream[self._read_up_to :], method, ended=False)
            if found is not None:
                self._read_up_to = len(self.stream) - len(found[1])
                return
            self._receive()

    def say_no_more(self):
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def read_to_end(self):
        while not self.ending:
            self._receive()

    def _receive(self):
        self._socket.settimeout(max(0.01, self._deadline - time.monotonic()))
        try:
            data = self._socket.recv(RECEIVE_BYTES)
        except ConnectionResetError:
            # Whether the client sees a reset or a close depends on whether its last bytes arrived before or after the close.
            self.ending = "closed"
        except TimeoutError:
            self.ending = "still open"
        else:
            self.stream += data
            self.ending = "" if data else "closed"


def play(side: Side, exchange: Exchange) -> Heard:
    """Sends the exchange with the side's own values, and lets the side learn from the answers."""
    with contextlib.ExitStack() as stack:
        prepared = exchange.before(side) if exchange.before is not None else None
        if prepared is not None:
            stack.push(prepared)
        conversation = Conversation(side.port)
        stack.callback(conversation.close)
        for step in exchange.steps:
            if isinstance(step, Send):
                conversation.send(b"".join(side.render_message(message) for message in step.messages))
            elif isinstance(step, Read):
                conversation.read_answer(step.method)
        if exchange.half_close:
            conversation.say_no_more()
        conversation.read_to_end()
    if exchange.learn:
        answers = [answer for answer in split_all(conversation.stream, exchange.methods)[0] if answer.status >= 200]
        side.learn(exchange.learn, answers)
    return Heard(conversation.sent, conversation.stream, conversation.ending)
