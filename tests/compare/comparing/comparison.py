"""Whether the two sides' bytes for one exchange are the same answer."""

from dataclasses import dataclass

from .answers import split_all
from .masking import Allowance, Masked, mask

# Both sides get a request at the same moment, but the machine may be busy with one of them.
TIMES_APART_MAX_S = 30.0


@dataclass(frozen=True)
class Heard:
    """What one side was sent and what came back until the connection ended."""

    sent: bytes
    stream: bytes
    ending: str = "closed"  # or how else the connection ended


@dataclass(frozen=True)
class Difference:
    """One exchange that the two builds answer differently, masked as it was compared."""

    label: str
    reason: str
    request: bytes
    old: bytes
    new: bytes


def compare(label: str, methods: tuple[str, ...], old: Heard, new: Heard, allowance: Allowance) -> Difference | None:
    """The difference, or None if there is none."""
    old_masked, new_masked = _masked(methods, old, allowance, False), _masked(methods, new, allowance, True)
    reason = _reason(old_masked, new_masked)
    return Difference(label, reason, old.sent, old_masked.text, new_masked.text) if reason else None


def statuses(methods: tuple[str, ...], heard: Heard) -> list[int]:
    """The status of each final answer."""
    return [answer.status for answer in split_all(heard.stream, methods)[0] if answer.status >= 200]


def _masked(methods: tuple[str, ...], heard: Heard, allowance: Allowance, is_new: bool) -> Masked:
    answers, rest = split_all(heard.stream, methods)
    parts = [mask(answer, heard.sent, allowance, is_new) for answer in answers]
    ending = b"<%s>" % heard.ending.encode()
    return Masked(
        b"".join([*(part.text + b"\r\n" for part in parts), rest, ending]),
        tuple(time for part in parts for time in part.times),
    )


def _reason(old: Masked, new: Masked) -> str:
    if old.text != new.text:
        return "the answers differ"
    apart = max((abs(one - other) for one, other in zip(old.times, new.times, strict=True)), default=0.0)
    return f"a time differs by {apart:.0f} s" if apart > TIMES_APART_MAX_S else ""
