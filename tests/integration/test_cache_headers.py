"""What browsers, proxies and CDNs may keep of each route's answers."""

import pytest

from harness.openapi import operations
from harness.program import API_KEY
from harness.raw_http import RawConnection, message

pytestmark = pytest.mark.sequential

# The only answers that caches may keep; an ETag tells a newer one from an older one. Everything that is not in this table is
# personal, or true only for a moment.
PUBLIC = {
    "GET /.well-known/jwks.json": "public, max-age=3600, stale-while-revalidate=600",
    "GET /openapi.yaml": "public, max-age=300",
}
KEY = f"X-API-Key: {API_KEY}"


def request_of(operation, *headers):
    body = b"{}" if operation.has_body else b""
    method = "GET" if operation.takes_any_method else operation.method
    return message(f"{method} {operation.example_path().replace('/*', '/x')}", *headers, body=body)


def head_of(program, request):
    """The answer's status line and headers; streams are not read."""
    with RawConnection(program.port) as connection:
        connection.send(request)
        return connection.read_head()


@pytest.mark.parametrize("headers", [(KEY,), ()], ids=["with_key", "without_key"])
@pytest.mark.parametrize("operation", operations(), ids=str)
def test_answer_may_be_kept_only_where_the_table_says_so(parsing, operation, headers):
    answer = head_of(parsing, request_of(operation, *headers))
    assert answer.headers["cache-control"] == PUBLIC.get(str(operation), "no-store"), answer.status
    assert ("etag" in answer.headers) >= (str(operation) in PUBLIC)


def test_every_route_of_the_table_is_there():
    assert set(PUBLIC) <= {str(operation) for operation in operations()}


def test_description_is_sent_only_to_those_who_do_not_have_it(parsing):
    first = head_of(parsing, message("GET /openapi.yaml"))
    assert first.status == 200
    tag = first.headers["etag"]
    assert head_of(parsing, message("GET /openapi.yaml", f"If-None-Match: {tag}")).status == 304
    assert head_of(parsing, message("GET /openapi.yaml", 'If-None-Match: "another"')).status == 200
