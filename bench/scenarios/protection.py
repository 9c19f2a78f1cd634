"""What rate limits and API keys in the database cost."""

import json
import statistics
import subprocess

from harness.gatehouse import API_KEY, BUILD, Gatehouse, log_in
from harness.load import measure, write_bodies, write_requests
from harness.processes import ALL_CORES, CORES, SERVER_CORES, pinned
from harness.redis import Redis
from harness.report import at_least, below

from .hot_path import LOGINS, median, take_turns
from .login import GOOD_LOGIN

CHARGES = 5_000_000
CHECKS = 5_000_000
WIDE = "1000000/1s/1000000"


def limits(options, folder):
    return [charge(options), check_key(options), verify_session_with_limits(options, folder)]


def cpu_ns(options, program, times):
    """The median time that one of so many operations takes."""
    command = [BUILD / "bench" / program, str(times)]
    taken = [float(subprocess.run(command, check=True, capture_output=True, text=True, preexec_fn=pinned(SERVER_CORES)).stdout)
             for _ in range(options.rounds)]
    return statistics.median(taken)


def charge(options):
    return below("a request charged to a rate limit", cpu_ns(options, "bench_charge_limit", CHARGES), 150, "ns", "10,000 addresses")


def check_key(options):
    return below("an API key of the database, from memory", cpu_ns(options, "bench_check_api_key", CHECKS), 300, "ns", "100 keys")


def verify_session_with_limits(options, folder):
    """Two processes on one database."""
    off = {name: "off" for name in ("rate_limit_address", "rate_limit_api_key", "rate_limit_bad_key")}
    on = off | {"rate_limit_address": WIDE, "rate_limit_api_key": WIDE, "trusted_backends": "192.0.2.1"}
    services = []
    try:
        for name, settings in (("on", on), ("off", off)):
            services.append(Gatehouse(folder, cores=SERVER_CORES, name=name, io_threads=1, **settings))
        client = services[0].client()
        bodies = [json.dumps({"session": log_in(client)["session"]}) for _ in range(LOGINS)]
        sides = [(service.pid, service.url("/user-auth/verify-session")) for service in services]
        with_limits, without = take_turns(options, sides, write_requests(folder, "requests", bodies))
    finally:
        for service in services:
            service.stop()
    times = [median(side, "cpu_us_per_request") for side in (with_limits, without)]
    return at_least("verify-session with rate limits, per CPU time", times[1], times[0], 0.97,
                    (f"{times[0]:.2f} µs CPU", f"without: {times[1]:.2f} µs CPU"))


def logins_counted_in_redis(options, folder):
    """Two processes on one database, only one of which counts in Redis."""
    limited = {"rate_limit_address": WIDE, "rate_limit_login": WIDE, "trusted_backends": "192.0.2.1"}
    processes = [Redis(folder)]
    try:
        for name, settings in (("shared", {"redis_url": processes[0].url}), ("alone", {})):
            processes.append(Gatehouse(folder, name=name, **limited, **settings))
            log_in(processes[-1].client())
        bodies = write_bodies(folder, "login", GOOD_LOGIN)
        rates = [[], []]
        for _ in range(options.rounds):
            for rate, service in zip(rates, processes[1:]):
                rate.append(measure(service.pid, service.url("/user-auth"), bodies, API_KEY, options.seconds, 4 * len(CORES),
                                    ALL_CORES).requests_per_second)
    finally:
        for process in processes:
            process.stop()
    shared, alone = (statistics.median(rate) for rate in rates)
    return [at_least("logins counted in Redis", shared, alone, 0.97, (f"{shared:,.1f}/s", f"counted in the process: {alone:,.1f}/s"))]
