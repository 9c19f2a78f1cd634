"""When a request is sent, how long each attempt may take, and when it is sent again. It knows neither threads nor asyncio."""

import random
import time
from dataclasses import dataclass, field

from .errors import GatehouseError, GatehouseUnavailable

# The pause before the first repetition is random, between 0 and this; the maximum doubles with each further repetition.
PAUSE_S = 0.1
TOO_MANY = 429
PASSING = (502, 503, 504)
# The service is still working on the same request, which was given up here.
IN_PROGRESS = "idempotency_in_progress"


@dataclass
class Attempts:
    """The attempts of one call. All of them together take at most `timeout_s`, of which each attempt of a request that may be repeated
    gets an equal share, so that one silent replica does not use it up. A request that the service does only once gets all that is left,
    because an attempt that is given up loses its place in the service's queue; and while the service says that it is still working on
    it, asking again is not counted."""

    timeout_s: float
    retries: int
    repeatable: bool
    once: bool = False
    made: int = 0
    end: float = field(init=False)

    def __post_init__(self) -> None:
        if not (self.timeout_s > 0 and self.retries >= 0):
            raise ValueError("timeout_s must be more than 0, and retries not less")
        self.end = time.monotonic() + self.timeout_s

    def share_s(self) -> float:
        """How long the next attempt may take."""
        left = max(self.end - time.monotonic(), 0.001)
        return left / (self.retries - self.made + 1) if self.repeatable and not self.once else left

    def pause_s(self, failure: GatehouseError | GatehouseUnavailable) -> float | None:
        """How long to wait before the next attempt; None if there is none, and the call fails with this failure."""
        awaited = self.once and isinstance(failure, GatehouseError) and failure.code == IN_PROGRESS
        wait = self._wanted_pause_s(failure) if awaited or self.made < self.retries else None
        if not awaited:
            self.made += 1
        return wait if wait is not None and time.monotonic() + wait < self.end else None

    def _wanted_pause_s(self, failure: GatehouseError | GatehouseUnavailable) -> float | None:
        drawn: float = random.random() * PAUSE_S * 2**self.made
        if isinstance(failure, GatehouseUnavailable):
            return drawn if self.repeatable else None
        # After a 429 nothing has been done, whatever the request was.
        is_passing = failure.status in PASSING or failure.code == IN_PROGRESS
        if failure.status != TOO_MANY and not (self.repeatable and is_passing):
            return None
        wait = drawn if failure.retry_after_s is None else failure.retry_after_s
        # Not every such attempt is counted, so nothing else keeps the call from asking again without a pause.
        return max(wait, PAUSE_S) if failure.code == IN_PROGRESS else wait
