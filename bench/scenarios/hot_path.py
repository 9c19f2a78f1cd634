"""The calls that every request of every application makes, on one io thread, against one nginx worker that returns a
static body of the same size to the same requests. Server and load have a core each."""

import json
import statistics

from harness.gatehouse import API_KEY, Gatehouse, log_in
from harness.load import measure, write_requests
from harness.nginx import Nginx
from harness.processes import SERVER_CORES
from harness.report import Row, at_least, below

CONNECTIONS = 32
LOGINS = 64
WARM_UP_SECONDS = 1
# Below this the load was the limit, and requests a second say nothing about the servers.
BUSY = 0.93


def verify_token(options, folder):
    ours, peers = compare(options, folder, "/user-auth/verify-token", lambda login: f"Bearer {login['token']}")
    return [row_of("verify-token, one io thread", ours, peers, 0.90)]


def verify_session(options, folder):
    ours, peers = compare(options, folder, "/user-auth/verify-session", lambda login: json.dumps({"session": login["session"]}))
    return [row_of("verify-session, one io thread", ours, peers, 0.85),
            below("CPU of a verify-session", median(ours, "cpu_us_per_request"), 7, "µs", "better-auth 1,343 µs, Express 35,688 µs")]


def compare(options, folder, path, request_of):
    """Results of Gatehouse and of nginx; `request_of` makes a line of the requests out of a login's answer."""
    gatehouse = Gatehouse(folder, cores=SERVER_CORES, io_threads=1)
    nginx = None
    try:
        client = gatehouse.client()
        logins = [log_in(client) for _ in range(LOGINS)]
        nginx = Nginx(folder, answer_bytes(client, path, logins[0]), SERVER_CORES)
        sides = [(gatehouse.pid, gatehouse.url(path)), (nginx.worker_pid, nginx.url(path))]
        return take_turns(options, sides, write_requests(folder, "requests", [request_of(login) for login in logins]))
    finally:
        gatehouse.stop()
        if nginx:
            nginx.stop()


def answer_bytes(client, path, login):
    """Of a good answer; the call reads the session or the token, whichever it is about."""
    status, answer = client.exchange(client.encode("POST", path, {"session": login["session"]}, login["token"]))
    if status != 200:
        raise RuntimeError(f"{path} failed: {status} {answer}")
    return len(answer)


def take_turns(options, sides, requests):
    """A list of results for each side; each round measures all of them."""
    results = [[] for _ in sides]
    for number in range(options.rounds):
        for side, (pid, url) in enumerate(sides):
            if number == 0:
                measure(pid, url, requests, API_KEY, WARM_UP_SECONDS, CONNECTIONS)
            results[side].append(measure(pid, url, requests, API_KEY, options.seconds, CONNECTIONS))
    return results


def median(results, field):
    return statistics.median(getattr(result, field) for result in results)


def row_of(scenario, ours, peers, goal):
    texts = [f"{median(side, 'requests_per_second'):,.0f}/s, {median(side, 'cpu_us_per_request'):.1f} µs CPU" for side in (ours, peers)]
    if min(median(side, "busy") for side in (ours, peers)) >= BUSY:
        return at_least(scenario, median(ours, "requests_per_second"), median(peers, "requests_per_second"), goal, texts)
    # The load could not keep both busy: what a core of each could do counts.
    row = at_least(scenario, median(peers, "cpu_us_per_request"), median(ours, "cpu_us_per_request"), goal, texts)
    return Row(scenario + " (per CPU time)", row.ours, row.peer, row.ratio, row.goal, row.met)
