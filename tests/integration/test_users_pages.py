"""GET /users in pages: every user exactly once, newest first, whatever is written meanwhile."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from harness.accounts import create_user

pytestmark = pytest.mark.sequential

LINK = re.compile(r'^<([^>]+)>; rel="next"$')


def next_path(response):
    """The path of the next page, or None on the last one."""
    link = response.header("Link")
    if link is None:
        return None
    assert LINK.match(link), link
    return LINK.match(link)[1]


def walk(api, path, between_pages=lambda: None):
    """All pages from `path` on."""
    pages = []
    while path is not None:
        response = api.get(path)
        assert response.status == 200, (path, response.body)
        pages.append(response.json())
        path = next_path(response)
        between_pages()
        assert len(pages) <= 1000, "the pages do not end"
    return pages


@pytest.fixture(scope="module")
def listed(request, shared):
    """The shared program with at least 25 users in it."""
    with shared.api() as api:
        for _ in range(25):
            create_user(api)
        yield api


@pytest.mark.parametrize("limit", [1, 7, 25, 1000])
def test_pages_together_are_the_whole_list(start, database, limit):
    program = start()
    database.insert_users(26)
    with program.api() as api:
        whole = [user["id"] for user in api.get("/users").json()]
        pages = walk(api, f"/users?limit={limit}")
    assert [user["id"] for page in pages for user in page] == whole
    assert all(len(page) == limit for page in pages[:-1])
    assert 0 < len(pages[-1]) <= limit


def test_pages_with_ties_in_time_hold_every_user_once(start, database):
    program = start()
    database.insert_users(40)
    database.run("UPDATE users SET created_at = (SELECT min(created_at) FROM users)")
    with program.api() as api:
        ids = [user["id"] for page in walk(api, "/users?limit=3") for user in page]
        whole = [user["id"] for user in api.get("/users").json()]
    assert ids == whole == sorted(ids, reverse=True)
    assert len(set(ids)) == 40


def test_last_page_that_is_full_has_no_link(start, database):
    program = start()
    database.insert_users(10)
    with program.api() as api:
        pages = walk(api, "/users?limit=5")
    assert [len(page) for page in pages] == [5, 5]


def test_empty_list_is_an_empty_array(start):
    with start().api() as api:
        for path in ("/users", "/users?limit=10"):
            response = api.get(path)
            assert (response.status, response.json(), response.header("Link")) == (200, [], None)


def test_users_created_meanwhile_do_not_disturb_the_pages(start, database):
    program = start()
    database.insert_users(12)
    with program.api() as api:
        before = [user["id"] for user in api.get("/users").json()]
        with program.api() as other:
            pages = walk(api, "/users?limit=4", between_pages=lambda: create_user(other))
    assert [user["id"] for page in pages for user in page] == before


def test_users_deleted_meanwhile_do_not_hide_others(start, database):
    program = start()
    database.insert_users(12)
    with program.api() as api:
        ids = [user["id"] for user in api.get("/users").json()]
        first = api.get("/users?limit=4")
        assert api.delete(f"/users/{ids[3]}").status == 200
        rest = walk(api, next_path(first))
    assert [user["id"] for page in rest for user in page] == ids[4:]


def test_link_keeps_the_limit_and_needs_nothing_else(listed):
    response = listed.get("/users?limit=2")
    query = parse_qs(urlsplit(next_path(response)).query, strict_parsing=True)
    assert set(query) == {"limit", "after"}
    assert query["limit"] == ["2"]


@pytest.mark.parametrize(
    "limit", ["0", "-1", "abc", "", "1.5", "-99999999999999999999", "1e3", "+5", "%20", "5x"]
)
def test_bad_limit_is_named(listed, limit):
    response = listed.get(f"/users?limit={limit}")
    assert response.status == 400
    assert [detail["field"] for detail in response.json()["details"]] == ["limit"]


@pytest.mark.parametrize(
    "cursor", ["", "x", "AAAA", "%00", "0", "MTIzNDU2", "a" * 500, "eyJpZCI6MX0", "' OR 1=1 --".replace(" ", "%20")]
)
def test_bad_cursor_is_named(listed, cursor):
    response = listed.get(f"/users?limit=2&after={cursor}")
    assert response.status == 400
    assert [detail["field"] for detail in response.json()["details"]] == ["after"]


def test_altered_cursor_is_refused(listed):
    """A cursor is authenticated: no position can be made up by changing one."""
    cursor = parse_qs(urlsplit(next_path(listed.get("/users?limit=2"))).query)["after"][0]
    refused = 0
    for i in range(len(cursor) - 1):
        changed = cursor[:i] + ("A" if cursor[i] != "A" else "B") + cursor[i + 1 :]
        refused += listed.get(f"/users?limit=2&after={changed}").status == 400
    assert refused == len(cursor) - 1


@pytest.mark.parametrize("query", ["limit=5&limit=6", "after=x&after=y", "email=a&email=b"])
def test_repeated_parameter_is_refused(listed, query):
    assert listed.get(f"/users?{query}").status == 400


@pytest.mark.parametrize("path", ["/users/1?x=1", "/health?deep=1"])
def test_parameters_elsewhere_do_no_harm(listed, path):
    assert listed.get(path).status in (200, 400, 404)
