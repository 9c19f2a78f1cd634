"""What the comparison reports: counts by status and by route, and the first differences in full."""

from collections import Counter
from dataclasses import dataclass, field

from .comparison import Difference

SHOWN_MAX = 20
SHOWN_BYTES_MAX = 1500


@dataclass
class Report:
    """Counts the requests, and the answers of the old side."""

    requests: int = 0
    by_status: Counter = field(default_factory=Counter)
    by_route: dict[str, Counter] = field(default_factory=dict)
    differences: list[tuple[str, Difference]] = field(default_factory=list)

    def count(self, label: str, requests: int, statuses: list[int]):
        self.requests += requests
        self.by_status.update(statuses)
        self.by_route.setdefault(label, Counter()).update(statuses)

    def text(self) -> str:
        lines = [f"{self.requests} requests to each side, {self.by_status.total()} answers", "", "answers by status"]
        lines += [f"  {status}: {count}" for status, count in sorted(self.by_status.items())]
        lines += ["", "answers by route"]
        for label, counter in sorted(self.by_route.items(), key=lambda item: item[0].split(" ")[::-1]):
            parts = ", ".join(f"{status} × {count}" for status, count in sorted(counter.items()))
            lines.append(f"  {label}: {parts or 'closed without an answer'}")
        for number, (profile, difference) in enumerate(self.differences[:SHOWN_MAX], 1):
            lines += ["", f"difference {number}, profile {profile}, {difference.label}: {difference.reason}"]
            begin = first_difference(difference.old, difference.new)
            lines += ["--- request", shown(difference.request)]
            lines += ["--- old", shown(difference.old, begin), "--- new", shown(difference.new, begin)]
        lines += ["", f"{len(self.differences)} differences"]
        return "\n".join(lines)


def first_difference(old: bytes, new: bytes) -> int:
    """Where two answers begin to differ."""
    shorter = min(len(old), len(new))
    return next((i for i in range(shorter) if old[i] != new[i]), shorter)


def shown(data: bytes, point: int = 0) -> str:
    """The bytes around `point` as text: printable ones as they are, line by line, the others as escapes."""
    begin = max(0, point - SHOWN_BYTES_MAX // 2)
    part = data[begin : begin + SHOWN_BYTES_MAX]
    text = part.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    text = "".join(c if c == "\n" or c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    before = f"{begin} bytes before …\n" if begin else ""
    left = len(data) - begin - len(part)
    return before + text + (f"\n… {left} bytes more" if left else "")
