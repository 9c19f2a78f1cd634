"""Leases: which process may run a job."""

import time

from .endings import time_in_sql


def leave_to_another(database, name: str):
    """Nobody here runs the job with that lease for an hour, nor goes on with it: each step of a job asks who holds it."""
    held = f"VALUES ('{name}', 'somebody else', {time_in_sql(database, time.time() + 3_600)})"
    update = "UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at"
    database.run(f"INSERT INTO leases (name, holder, expires_at) {held} ON CONFLICT (name) DO {update}")
