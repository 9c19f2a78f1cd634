"""Waiting for a condition with a deadline: tests never sleep for a fixed time and hope."""

import time


class Overdue(AssertionError):
    """The condition did not hold before the deadline."""


def wait_until(condition, deadline_s=10.0, what="the condition", interval_s=0.01):
    """Calls `condition` until it returns something true and returns that; raises Overdue after `deadline_s`. The last
    call is always made after the deadline, however long this process was stalled before."""
    end = time.monotonic() + deadline_s
    while True:
        is_last = time.monotonic() >= end
        value = condition()
        if value:
            return value
        if is_last:
            raise Overdue(f"{what} did not hold within {deadline_s} s")
        time.sleep(interval_s)


def seconds_until(condition, deadline_s=10.0, what="the condition", interval_s=0.01) -> float:
    """How long wait_until() waited."""
    begin = time.monotonic()
    wait_until(condition, deadline_s, what, interval_s)
    return time.monotonic() - begin
