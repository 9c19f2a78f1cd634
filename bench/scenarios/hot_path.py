"""The calls that every request of every application makes, on one io thread, against one nginx worker that returns a
static answer to the same requests: once with the same header fields, and once with the body alone, which is 300 bytes less,
so that the load has less to read, too. Server and load have one core each."""

import json
import statistics
import subprocess
from contextlib import ExitStack
from pathlib import Path

from harness.gatehouse import API_KEY, Gatehouse, log_in
from harness.load import measure, write_bodies, write_requests
from harness.nginx import Nginx, Pages, Proxy
from harness.processes import SERVER_CORES
from harness.report import Row, at_least, below

CONNECTIONS = 32
LOGINS = 64
BATCH = 100
WARM_UP_SECONDS = 1
# Below this, the load was the limit, and requests per second say nothing about the servers.
BUSY = 0.93


def verify_token(options, folder):
    ours, same, bare = compare(options, folder, "/user-auth/verify-token", lambda login: f"Bearer {login['token']}")
    return rows_of("verify-token", ours, same, bare)


def verify_session(options, folder):
    ours, same, bare = compare(options, folder, "/user-auth/verify-session", lambda login: json.dumps({"session": login["session"]}))
    return [*rows_of("verify-session", ours, same, bare),
            below("CPU of a verify-session", median(ours, "cpu_us_per_request"), 7, "µs", "better-auth 1,343 µs, Express 35,688 µs")]


def verify_sessions(options, folder):
    """Many sessions in one call, against one call for each."""
    with ExitStack() as started:
        gatehouse = Gatehouse(folder, cores=SERVER_CORES, io_threads=1)
        started.callback(gatehouse.stop)
        client = gatehouse.client()
        sessions = [log_in(client)["session"] for _ in range(BATCH)]
        single = write_bodies(folder, "single", [{"session": session} for session in sessions])
        batched = write_bodies(folder, "batched", [{"sessions": sessions}])
        ones = [(gatehouse.pid, gatehouse.url("/user-auth/verify-session"))]
        all_at_once = [(gatehouse.pid, gatehouse.url("/user-auth/verify-sessions"))]
        (apart,), (together,) = take_turns(options, ones, single), take_turns(options, all_at_once, batched)
    rates = [median(together, "requests_per_second") * BATCH, median(apart, "requests_per_second")]
    return [at_least("verify-sessions, 100 in a call", *rates, 3, [f"{rates[0]:,.0f}/s", f"verify-session: {rates[1]:,.0f}/s"])]


def forward_auth(options, folder):
    """The request of a gateway, and a page of nginx that is protected by it, against one that is not."""
    folders = [Path(folder, name) for name in ("question", "page")]
    for own_folder in folders:
        own_folder.mkdir()
        own_folder.chmod(0o755)
    ours, same, _ = compare(options, folders[0], "/forward-auth", cookie_of)
    return [row_of("forward-auth, one io thread", ours, same, 0.85), *protected_pages(options, folders[1])]


def cookie_of(login):
    return f"Cookie session={login['session']}"


def protected_pages(options, folder):
    """Gatehouse and nginx share a core. nginx asks over a Unix socket, or over the port."""
    with ExitStack() as started:
        socket = Path(folder, "gatehouse.sock")
        gatehouse = start_on_socket(started, folder, socket)
        client = gatehouse.client()
        requests = write_requests(folder, "requests", [cookie_of(log_in(client)) for _ in range(LOGINS)])
        sides = []
        for name, upstream in (("socket", f"unix:{socket}"), ("port", f"127.0.0.1:{gatehouse.port}"), ("open", "")):
            own_folder = Path(folder, name)
            own_folder.mkdir()
            own_folder.chmod(0o755)
            nginx = Pages(own_folder, SERVER_CORES, upstream, API_KEY)
            started.callback(nginx.stop)
            sides.append((nginx.worker_pid, nginx.url("/page")))
        rates = [median(side, "requests_per_second") for side in take_turns(options, sides, requests)]
    unprotected = rates.pop()
    return [at_least(f"a page of nginx behind forward-auth, {way}", rate, unprotected, 0.40, [f"{rate:,.0f}/s", f"nginx alone: {unprotected:,.0f}/s"])
            for way, rate in zip(("Unix socket", "port"), rates)]


def start_on_socket(started, folder, socket):
    """A Gatehouse that also has a port. The socket is open to all, because nginx's worker is another user."""
    gatehouse = Gatehouse(folder, cores=SERVER_CORES, io_threads=1, listen_unix=socket, listen_unix_mode="0666")
    started.callback(gatehouse.stop)
    return gatehouse


def unix_socket(options, folder):
    """Behind nginx on the same core, over the Unix socket and over the port; nothing else differs. wrk itself can only use ports."""
    with ExitStack() as started:
        socket = Path(folder, "gatehouse.sock")
        gatehouse = start_on_socket(started, folder, socket)
        client = gatehouse.client()
        requests = write_requests(folder, "requests", [json.dumps({"session": log_in(client)["session"]}) for _ in range(LOGINS)])
        sides = []
        for name, upstream in (("socket", f"unix:{socket}"), ("port", f"127.0.0.1:{gatehouse.port}")):
            own_folder = Path(folder, name)
            own_folder.mkdir()
            own_folder.chmod(0o755)
            nginx = Proxy(own_folder, upstream, SERVER_CORES)
            started.callback(nginx.stop)
            sides.append((gatehouse.pid, nginx.url("/user-auth/verify-session")))
        ours, port = take_turns(options, sides, requests)
    texts = [f"{median(side, 'requests_per_second'):,.0f}/s, {median(side, 'cpu_us_per_request'):.1f} µs CPU" for side in (ours, port)]
    texts[1] = f"over its port: {texts[1]}"
    rates = [median(side, "requests_per_second") for side in (ours, port)]
    return [at_least("verify-session behind nginx, Unix socket", *rates, 1.00, texts)]


def compare(options, folder, path, request_of):
    """Results of Gatehouse, of nginx with the same answer and of nginx with the same body; `request_of` turns a login's
    answer into a line of the requests."""
    with ExitStack() as started:
        gatehouse = Gatehouse(folder, cores=SERVER_CORES, io_threads=1)
        started.callback(gatehouse.stop)
        client = gatehouse.client()
        logins = [log_in(client) for _ in range(LOGINS)]
        head, body = answer(client, path, logins[0])
        sides = [(gatehouse.pid, gatehouse.url(path)), nginx_side(started, Path(folder, "same"), path, body, like=head),
                 nginx_side(started, Path(folder, "bare"), path, body)]
        return take_turns(options, sides, write_requests(folder, "requests", [request_of(login) for login in logins]))


def jwks(options, folder):
    """The published key set, with one key in it."""
    path = "/.well-known/jwks.json"
    made = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
    key = subprocess.run(made, capture_output=True, check=True, text=True).stdout
    with ExitStack() as started:
        gatehouse = Gatehouse(folder, cores=SERVER_CORES, io_threads=1, jwt_private_key=key)
        started.callback(gatehouse.stop)
        client = gatehouse.client()
        head, body = client.receive_answer(client.encode("GET", path))
        sides = [(gatehouse.pid, gatehouse.url(path)), nginx_side(started, Path(folder, "same"), path, body, like=head)]
        ours, same = take_turns(options, sides, write_requests(folder, "requests", ["GET"]))
    return [row_of("published keys, one io thread", ours, same, 0.90)]


def nginx_side(started, folder, path, body, like=b""):
    """What take_turns() needs to measure an nginx that returns as much."""
    folder.mkdir()
    nginx = Nginx(folder, len(body), SERVER_CORES, like=like)
    started.callback(nginx.stop)
    return nginx.worker_pid, nginx.url(path)


def answer(client, path, login):
    """Head and body of a good answer; the call reads the session or the token, whichever it is about."""
    head, body = client.receive_answer(client.encode("POST", path, {"session": login["session"]}, login["token"]))
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(f"{path} failed: {head} {body}")
    return head, body


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


def rows_of(call, ours, same, bare):
    return [row_of(f"{call}, one io thread", ours, same, 1.00), row_of(f"{call}, nginx with fewer header fields", ours, bare, 0.95)]


def row_of(scenario, ours, peers, goal):
    texts = [f"{median(side, 'requests_per_second'):,.0f}/s, {median(side, 'cpu_us_per_request'):.1f} µs CPU" for side in (ours, peers)]
    if min(median(side, "busy") for side in (ours, peers)) >= BUSY:
        return at_least(scenario, median(ours, "requests_per_second"), median(peers, "requests_per_second"), goal, texts)
    # The load could not keep both busy, so what counts is what a core of each could do.
    row = at_least(scenario, median(peers, "cpu_us_per_request"), median(ours, "cpu_us_per_request"), goal, texts)
    return Row(scenario + " (per CPU time)", row.ours, row.peer, row.ratio, row.goal, row.met)
