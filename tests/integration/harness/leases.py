"""Leases: which process may run a job."""

import time

from .endings import time_in_sql


def leave_to_another(database, name: str):
    """Gives the lease to another holder for an hour. No program starts or continues the job: each step checks the holder."""
    held = f"VALUES ('{name}', 'somebody else', {time_in_sql(database, time.time() + 3_600)})"
    update = "UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at"
    database.run(f"INSERT INTO leases (name, holder, expires_at) {held} ON CONFLICT (name) DO {update}")
