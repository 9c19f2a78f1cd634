"""Answers cut out of the bytes of a connection (RFC 9112). Nothing is normalised here: every byte stays as it came."""

from dataclasses import dataclass

CHUNKED = b"\r\ntransfer-encoding: chunked\r\n"
NO_BODY = (204, 304)


@dataclass(frozen=True)
class Answer:
    """One answer. `body` is everything after the header, including the chunk sizes."""

    head: bytes  # the status line and the header lines, without the empty line
    body: bytes
    to_head: bool  # it answers a HEAD

    @property
    def status(self) -> int:
        words = self.head.split(b" ", 2)
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0

    def field(self, name: str) -> bytes | None:
        """The value of the first header line of this name."""
        wanted = name.lower().encode() + b":"
        for line in self.head.split(b"\r\n")[1:]:
            if line.lower().startswith(wanted):
                return line[len(wanted) :].strip()
        return None


def split_first(stream: bytes, method: str, ended: bool) -> tuple[Answer, bytes] | None:
    """The first answer and the bytes after it; None while it is incomplete. `ended`: no more bytes will come."""
    end = stream.find(b"\r\n\r\n")
    if end < 0 or not stream.startswith(b"HTTP/"):
        return None
    head, rest = stream[:end], stream[end + 4 :]
    size = _body_size(Answer(head, b"", method == "HEAD"), rest, ended)
    if size is None:
        return None
    return Answer(head, rest[:size], method == "HEAD"), rest[size:]


def split_all(stream: bytes, methods: tuple[str, ...]) -> tuple[list[Answer], bytes]:
    """All answers of an ended connection, and the remaining bytes that are no answer. `methods` are those of the
    requests in order; an interim answer (1xx) uses none up."""
    answers: list[Answer] = []
    waiting = list(methods)
    while stream:
        found = split_first(stream, waiting[0] if waiting else "", ended=True)
        if found is None:
            break
        answer, stream = found
        answers.append(answer)
        if answer.status >= 200 and waiting:
            waiting.pop(0)
    return answers, stream


def _body_size(answer: Answer, rest: bytes, ended: bool) -> int | None:
    if answer.status < 200 or answer.status in NO_BODY:
        return 0
    if answer.to_head:
        # A HEAD whose request line could not be read is answered with a body.
        return len(rest) if ended and rest and not rest.startswith(b"HTTP/") else 0
    if CHUNKED in (answer.head + b"\r\n").lower():
        return _chunks_size(rest) if not ended else _chunks_size(rest) or len(rest)
    length = answer.field("content-length")
    if length is not None and length.isdigit():
        size = int(length)
        return size if len(rest) >= size else len(rest) if ended else None
    return len(rest) if ended else None


def _chunks_size(rest: bytes) -> int | None:
    """The size in bytes of a chunked body without trailers; None while it is incomplete."""
    position = 0
    while True:
        end = rest.find(b"\r\n", position)
        if end < 0:
            return None
        try:
            size = int(rest[position:end], 16)
        except ValueError:
            return len(rest)
        position = end + 2 + size + 2
        if position > len(rest):
            return None
        if size == 0:
            return position
