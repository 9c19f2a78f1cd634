"""Rows that people changed by hand, with times that are not dates: they have a meaning, and no answer is damaged by them."""

import re

import pytest

from harness.accounts import create_user, create_users, log_in

FAR = {
    "postgres": ("'infinity'", "'-infinity'", "'20000-01-01 00:00:00+00'"),
    "sqlite": ("9223372036854775807", "-9223372036854775807 - 1", "568971820800000000"),
}


@pytest.fixture
def users(start, database):
    """A connection, and five users of which three have no date."""
    with start().api() as api:
        made = create_users(api, 5)
        for user, time in zip(made, FAR[database.kind], strict=False):
            database.run(f"UPDATE users SET created_at = {time}, updated_at = {time} WHERE id = {user['id']}")
        yield api, made


def test_created_at_that_is_no_date_is_shown_as_an_end_of_the_calendar(users):
    api, made = users
    shown = [api.get(f"/users/{user['id']}").json()["created_at"] for user in made[:3]]
    assert shown == ["9999-12-31T23:59:59.999Z", "0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"]


def test_pages_have_every_user_once_whatever_its_date(users):
    api, made = users
    found, path = [], "/users?limit=1"
    while path:
        page = api.get(path)
        found += [user["id"] for user in page.json()]
        link = re.match(r"<([^>]+)>", page.header("Link") or "")
        path = link and link[1]
    assert sorted(found) == sorted(user["id"] for user in made)
    assert [user["id"] for user in api.get("/users").json()] == found


def test_session_with_times_that_are_no_dates_is_listed_with_dates(start, database):
    with start().api() as api:
        user = create_user(api)
        log_in(api, user["email"])
        database.run(f"UPDATE sessions SET expires_at = {FAR[database.kind][0]}, created_at = {FAR[database.kind][1]}")
        (session,) = api.get(f"/users/{user['id']}/sessions").json()
        assert session["expiresAt"] == "9999-12-31T23:59:59.999Z"
        assert session["createdAt"] == "0000-01-01T00:00:00.000Z"
