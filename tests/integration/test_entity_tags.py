"""ETag and If-Match: a change of a user overwrites nothing that its caller has not seen."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from harness.accounts import create_user, log_in


@pytest.fixture
def ada(api):
    return create_user(api)


def tag_of(api, user) -> str:
    response = api.get(f"/users/{user['id']}")
    assert response.status == 200
    return response.header("ETag")


def change(api, user, name, *if_match):
    return api.put(f"/users/{user['id']}", {"first_name": name}, headers={"If-Match": ", ".join(if_match)})


def refused(response) -> bool:
    return response.status == 412 and response.json()["code"] == "version_mismatch"


def test_tag_names_the_version_that_is_shown(api, ada):
    first = tag_of(api, ada)
    assert first == f'"{ada["id"]}-1"'
    changed = change(api, ada, "Augusta", first)
    assert changed.status == 200 and changed.header("ETag") == f'"{ada["id"]}-2"' == tag_of(api, ada)


def test_user_who_has_not_changed_is_not_sent_again(api, ada):
    path, tag = f"/users/{ada['id']}", tag_of(api, ada)
    for named in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        response = api.get(path, headers={"If-None-Match": named})
        assert (response.status, response.body, response.header("ETag")) == (304, b"", tag)
        assert response.header("Content-Length") is None
    assert api.get(path, headers={"If-None-Match": '"other"'}).json() == ada


def test_change_of_what_was_not_seen_is_refused_and_changes_nothing(api, ada):
    old = tag_of(api, ada)
    assert change(api, ada, "Augusta", old).status == 200
    session = log_in(api, ada["email"])["session"]
    response = api.put(f"/users/{ada['id']}", {"first_name": "A", "password": "another horse battery"}, headers={"If-Match": old})
    assert refused(response)
    assert api.get(f"/users/{ada['id']}").json()["first_name"] == "Augusta"
    assert api.post("/user-auth/verify-session", {"session": session}).status == 200
    assert log_in(api, ada["email"])


def test_deletion_of_what_was_not_seen_is_refused(api, ada):
    path, old = f"/users/{ada['id']}", tag_of(api, ada)
    assert change(api, ada, "Augusta", old).status == 200
    assert refused(api.delete(path, headers={"If-Match": old}))
    assert api.delete(path, headers={"If-Match": tag_of(api, ada)}).status == 200


def test_only_a_strong_tag_of_this_user_is_the_one_seen(api, ada):
    tag = tag_of(api, ada)
    for named in (f"W/{tag}", '"other"', tag.strip('"'), f'"{ada["id"]}-01x"', f'"{ada["id"] + 1}-1"', '""', f'"{ada["id"]}-9"'):
        assert refused(change(api, ada, "Augusta", named)), named
    assert change(api, ada, "Augusta", '"other"', tag).status == 200
    assert change(api, ada, "Ada", "*").status == 200


def test_user_who_is_gone_is_not_found_whatever_was_seen(api, ada):
    path, tag = f"/users/{ada['id']}", tag_of(api, ada)
    assert api.delete(path).status == 200
    assert change(api, ada, "Augusta", tag).status == 404
    assert api.delete(path, headers={"If-Match": tag}).status == 404


def test_of_two_who_have_seen_the_same_one_changes_it(start):
    with start().api() as first, start().api() as second:
        for number in range(10):
            user = create_user(first)
            tag, together = tag_of(first, user), Barrier(2)

            def try_it(api, user=user, tag=tag, together=together, number=number):
                together.wait()
                return change(api, user, f"Name {number}", tag)

            with ThreadPoolExecutor(2) as pool:
                answers = list(pool.map(try_it, (first, second)))
            assert sorted(answer.status for answer in answers) == [200, 412]


def test_login_that_renews_the_hash_is_no_new_version(start, database):
    with start(PASSWORD_HASH="pbkdf2-sha512").api() as api:
        user = create_user(api)
    with start().api() as api:
        log_in(api, user["email"])
        ((stored,),) = database.rows("SELECT password_hash FROM users")
        assert stored.startswith("$argon2id$") and tag_of(api, user) == f'"{user["id"]}-1"'


def test_change_that_others_make_by_sql_is_a_new_version(start, database):
    with start().api() as api:
        user = create_user(api)
        database.run(f"UPDATE users SET last_name = 'King' WHERE id = {user['id']}")
        assert tag_of(api, user) == f'"{user["id"]}-2"'
        database.run(f"UPDATE users SET last_name = 'King', password_hash = 'x' WHERE id = {user['id']}")
        assert tag_of(api, user) == f'"{user["id"]}-2"'


def test_where_it_is_required_a_change_without_is_refused(start):
    with start(REQUIRE_IF_MATCH="true").api() as api:
        user = create_user(api)
        path = f"/users/{user['id']}"
        for response in (api.put(path, {"first_name": "Augusta"}), api.delete(path)):
            assert (response.status, response.json()["code"]) == (428, "if_match_required")
        assert change(api, user, "Augusta", tag_of(api, user)).status == 200
