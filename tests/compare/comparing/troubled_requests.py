"""Clients that are too slow or too many, and a database that is unavailable."""

from contextlib import ExitStack

from harness.raw_http import RawConnection
from harness.waiting import wait_until

from .account_requests import new_body
from .exchange import Exchange, Message, Read, Send, Side
from .framing_requests import GET, HEAD
from .plan import Plan, message, method_of, single

CONNECTIONS_MAX = 5
UNFINISHED: tuple[bytes, ...] = (
    b"G",
    b"\r\n",
    b"GET /health HT",
    GET,
    GET + b"X-Half: a",
    HEAD + b"Content-Length: 10\r\n\r\n",
    HEAD + b"Content-Length: 10\r\n\r\n{",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
    HEAD + b"Expect: 100-continue\r\nContent-Length: 10\r\n\r\n",
    b"HEAD /health HTTP/1.1\r\nHost: x\r\n",
    b"GET /health HTTP/1.0\r\n",
    GET + b"\r\n" + GET,
    GET + b"\r\n",
    GET + b"\r\n" + HEAD + b"Content-Length: 10\r\n\r\n{",
)


def too_slow(_: Plan) -> list[Exchange]:
    """Each waits for the program's timeout: 408 within a request, a silent close between two."""
    sends = [(Send((Message(data),)),) for data in UNFINISHED]
    slow = [Exchange("slow clients", ("GET", "GET"), steps, half_close=False) for steps in sends]
    silent = Exchange("slow clients", (), (), half_close=False)
    used = Exchange("slow clients", ("GET",), (Send((message("GET /health"),)), Read()), half_close=False)
    return [*slow, silent, used]


def too_many(_: Plan) -> list[Exchange]:
    """One more connection than the program takes."""
    with_origin = message("GET /users", "Origin: https://app.example.com")
    requests = (message("GET /health"), with_origin, message("HEAD /users"))
    return [Exchange("too many clients", ("GET",), (Send((one,)),), before=_occupy) for one in requests]


def _occupy(side: Side) -> ExitStack:
    """Opens as many connections as the program serves."""
    stack = ExitStack()
    for _ in range(CONNECTIONS_MAX):
        wait_until(lambda: _is_served(stack, side.port), 20, "a place for a client")
    return stack


def _is_served(stack: ExitStack, port: int) -> bool:
    """Opens one more connection and keeps it until the stack is closed. It is not served while earlier ones have not left yet."""
    connection = RawConnection(port)
    stack.callback(connection.close)
    connection.send(GET + b"\r\n")
    is_served = connection.read_response().status == 200
    if is_served:
        connection.send(b"GET /")  # an idle connection, between two requests, would be closed to make room
    return is_served


def without_database(plan: Plan) -> list[Exchange]:
    """All kinds of requests, with a session that was never verified, so that no cache knows it."""
    user, late = plan.users[0], max(0, plan.logins - 1)
    requests = [
        message("GET /"),
        message("GET /users"),
        message("HEAD /users"),
        message("GET /users?limit=5"),
        message(f"GET /users/{user.mark}"),
        message("POST /users", body=new_body(plan)),
        message(f"PUT /users/{user.mark}", body={"first_name": "Away"}),
        message(f"DELETE /users/{user.mark}"),
        message(f"GET /users/{user.mark}/sessions"),
        message(f"DELETE /users/{user.mark}/sessions"),
        message("DELETE /sessions/987654"),
        message("POST /user-auth", body={"email": user.email, "password": user.password}),
        message("POST /user-auth/verify-session", body={"session": f"@@session.{late}@@"}),
        message("POST /user-auth/verify-session", body={"session": "x"}),
        message("POST /user-auth/verify-token", f"Authorization: Bearer @@token.{late}@@"),
        message("POST /user-auth/verify-token", "Authorization: Bearer x"),
        message("POST /user-auth/logout", body={"session": f"@@session.{late}@@"}),
        message("GET /nothing"),
        message("GET /health"),
        message("HEAD /health"),
    ]
    return [single(f"{method_of(request)} without the database", request) for request in requests]
