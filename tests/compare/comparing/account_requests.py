"""Users: created, shown, changed, deleted, listed, and everything that is refused on the way."""

import itertools

from .exchange import Exchange, Learn
from .plan import Plan, PlannedUser, message, single

FIRST_NAMES = (
    "Ada",
    "Grace",
    "José",
    "Zoë \U0001f469‍\U0001f4bb",
    "李",
    "O'Neil",
    'Quo"te',
    "Back\\slash",
    "</script>",
    "  spaced  ",
    "a" * 255,
    "é" * 127,
    "\u2028line",
    "\ufeffmark",
    "null",
    "0",
)
BAD_NAMES = (
    " ", "\t\r\n", "a" * 256, "é" * 128, "tab\there", "new\nline", "\x7f", "a\x01", "\u00a0", "a\x00b", "\x00",
)  # fmt: skip
GOOD_EMAIL_FORMS = (
    "u%d@example.com",
    "U%d.Upper@Example.COM",
    "u%d+tag@example.com",
    "u%d@localhost",
    "ü%d@exämple.com",
    '"u%d"@example.com',
    "u%d@1.2.3.4",
    "u%d@a-b.c-d",
    "u%d!#$%%&'*/=?^_`{|}~-@example.com",
)
BAD_EMAILS = (
    " ",
    "plain",
    "@example.com",
    "a@",
    "a@@b.com",
    "a@b@c.com",
    "a b@example.com",
    " a@example.com",
    "a@example.com ",
    "a@exa mple.com",
    "a@-b.com",
    "a@b-.com",
    "a@.com",
    "a@b..com",
    "a@b.com.",
    "a@b_c.com",
    "a@[1.2.3.4]",
    "a@b.com\n",
    "a\x01@b.com",
    "a\x7f@b.com",
    "a" * 65 + "@example.com",
    "a@" + "b" * 64 + ".com",
    "a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 63,
    "a@b.com" + "m" * 300,
    "a@\u3002com",
    "a@b,com",
)
LONG_PASSWORDS = ("a" * 1024, "é" * 512)
PASSWORDS = (
    "x ray 17", "correct horse battery staple", "pässwörd \U0001f511", " " * 8, "\t" * 9, '"\\/' * 3, "\x01" * 8, *LONG_PASSWORDS,
)  # fmt: skip
BAD_PASSWORDS = ("a" * 1025, "é" * 513, "a\x00b", "\x00", "x", "é" * 7, "football", "FOOTBALL")
FIELDS = ("first_name", "last_name", "email", "password")
SUBSETS = [names for count in range(5) for names in itertools.combinations(FIELDS, count)]
BAD_IDS = (
    "0", "-1", "+1", "01", "007", "1a", "12abc", "abc", "1.0", "1e3", "0x1", "%31", "1%20", "1 ", "١", "null", "NaN",
    "-", "*",
    "9223372036854775807", "9223372036854775808", "99999999999999999999", "1,2", "1;2", "@@user.0@@.json", "1&a=b",
    "..", ".",
    "1'--", "a" * 300,
)  # fmt: skip
QUERIES = (
    "", "limit=1", "limit=3", "limit=100", "limit=1000", "limit=1001", "limit=0", "limit=-1", "limit=+5", "limit=abc",
    "limit=",
    "limit", "limit=5.0", "limit=05", "limit= 5", "limit=%35", "LIMIT=5", "limit=5&limit=6", "limit=5&limit=",
    "limit=5&",
    "&limit=5", "&&&", "=", "=5", "after", "after=", "after=x", "after=x&after=y", "after=%00", "limit=5;after=x",
    "page=1",
    "_=1", "sort=asc&limit=2", "a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10", "limit=99999999999999999999", "limit=5#x",
    "limit=5?limit=6", "é=1", "a%22b=1", 'a"b=1', "a\\b=1", "<a>=1", "limit[]=5", "limit=5%26", "limit=\xa05",
)  # fmt: skip


def new_body(plan: Plan, **changes) -> dict:
    """A body for POST /users that is accepted."""
    form = plan.rng.choice(GOOD_EMAIL_FORMS)
    body = {
        "first_name": plan.rng.choice(FIRST_NAMES),
        "last_name": plan.rng.choice(FIRST_NAMES),
        "email": form % plan.next_number(),
        "password": plan.rng.choice(PASSWORDS),
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


def create(plan: Plan) -> list[Exchange]:
    body = new_body(plan)
    items = list(body.items())
    plan.rng.shuffle(items)
    index = plan.next_number()
    plan.users.append(PlannedUser(index, body["email"], body["password"], (body["first_name"], body["last_name"])))
    return [single("POST /users", message("POST /users", body=dict(items)), Learn("user", index))]


def create_with_fields_missing(plan: Plan) -> list[Exchange]:
    left_out = plan.turn("missing", SUBSETS[1:])
    nothing: dict[str, str] = {}
    empty = plan.rng.choice((nothing, {name: "" for name in left_out}))
    body = {name: value for name, value in new_body(plan).items() if name not in left_out} | empty
    return [single("POST /users", message("POST /users", body=body))]


def create_with_null(plan: Plan) -> list[Exchange]:
    body = new_body(plan) | {plan.turn("null field", FIELDS): None}
    return [single("POST /users", message("POST /users", body=body))]


def _invalid_change(plan: Plan) -> dict:
    kind = plan.rng.randrange(5)
    if kind == 0:
        return {plan.rng.choice(FIELDS[:2]): plan.turn("bad name", BAD_NAMES)}
    if kind == 1:
        return {"password": plan.turn("bad password", BAD_PASSWORDS)}
    if kind == 2:
        bad = (plan.rng.choice(values) for values in (BAD_NAMES, BAD_NAMES, BAD_EMAILS, BAD_PASSWORDS))
        return dict(zip(FIELDS, bad, strict=True))
    return {"email": plan.turn("bad email", BAD_EMAILS)}


def create_invalid(plan: Plan) -> list[Exchange]:
    return [single("POST /users", message("POST /users", body=new_body(plan) | _invalid_change(plan)))]


def _another_spelling(plan: Plan, email: str) -> str:
    return plan.rng.choice((email, email.upper(), email.lower(), email.title(), email.swapcase()))


def create_taken(plan: Plan) -> list[Exchange]:
    taken = plan.rng.choice((_another_spelling(plan, plan.user().email), "bulk7@example.com", "BULK8@EXAMPLE.com"))
    return [single("POST /users", message("POST /users", body=new_body(plan, email=taken)))]


def show(plan: Plan) -> list[Exchange]:
    method = plan.rng.choice(("GET", "GET", "HEAD"))
    return [single(f"{method} /users/{{id}}", message(f"{method} /users/{plan.user_path()}"))]


def bad_id(plan: Plan) -> list[Exchange]:
    form = plan.turn("bad id", BAD_IDS)
    return [
        single(f"{method} {pattern}", message(f"{method} {pattern.replace('{id}', form)}", body=body))
        for method, pattern, body in (
            ("GET", "/users/{id}", None),
            ("PUT", "/users/{id}", {"first_name": "Bad"}),
            ("DELETE", "/users/{id}", None),
            ("GET", "/users/{id}/sessions", None),
            ("DELETE", "/users/{id}/sessions", None),
            ("DELETE", "/sessions/{id}", None),
        )
        if form not in ("01", "007", "9223372036854775807") or method == "GET"
    ]


def change(plan: Plan) -> list[Exchange]:
    """Changes any of the fields except the password; the plan remembers the new email."""
    names = [name for name in plan.turn("changed fields", SUBSETS) if name != "password"]
    user = plan.user()
    body = {name: value for name, value in new_body(plan).items() if name in names}
    if "email" in body:
        user.email = body["email"]
    return [
        single("PUT /users/{id}", message(f"PUT /users/{user.mark}", body=body)),
        single("GET /users/{id}", message(f"GET /users/{user.mark}")),
    ]


def change_refused(plan: Plan) -> list[Exchange]:
    kind = plan.turn("refused change", range(7))
    path = f"/users/{plan.user_path()}"
    body = (
        _invalid_change(plan),
        {"email": plan.user().email},
        {"email": "Bulk9@example.com"},
        {"password": ""},
        {"first_name": None, "email": None},
        {"id": 1, "first_name": "Whole", "created_at": "2020-01-01T00:00:00.000Z"},
        {"first_name": "", "last_name": ""},
    )[kind]
    return [single("PUT /users/{id}", message(f"PUT {path}", body=body))]


def change_password(plan: Plan) -> list[Exchange]:
    user = plan.user()
    user.password = plan.rng.choice(PASSWORDS)
    return [single("PUT /users/{id}", message(f"PUT /users/{user.mark}", body={"password": user.password}))]


def delete(plan: Plan) -> list[Exchange]:
    """Deletes a user, then uses that user once more. The first user is never deleted."""
    if len(plan.users) < 5:
        return create(plan)
    user = plan.users.pop(plan.rng.randrange(1, len(plan.users)))
    again = plan.rng.choice((
        single("DELETE /users/{id}", message(f"DELETE /users/{user.mark}")),
        single("GET /users/{id}", message(f"GET /users/{user.mark}")),
        single("PUT /users/{id}", message(f"PUT /users/{user.mark}", body={"first_name": "Gone"})),
        single("POST /user-auth", message("POST /user-auth", body={"email": user.email, "password": user.password})),
        single("GET /users/{id}/sessions", message(f"GET /users/{user.mark}/sessions")),
    ))  # fmt: skip
    return [single("DELETE /users/{id}", message(f"DELETE /users/{user.mark}")), again]


def list_all(plan: Plan) -> list[Exchange]:
    """The streamed list, also for HTTP/1.0 and HEAD."""
    method = plan.rng.choice(("GET", "GET", "HEAD"))
    version = plan.rng.choice(("HTTP/1.1", "HTTP/1.0"))
    kept = plan.rng.choice(((), ("Connection: keep-alive",), ("Connection: close",)))
    return [single(f"{method} /users", message(f"{method} /users", *kept, version=version))]


def list_query(plan: Plan) -> list[Exchange]:
    return [single("GET /users?…", message(f"GET /users?{plan.turn('query', QUERIES)}"))]


def list_pages(plan: Plan) -> list[Exchange]:
    """The first page, and the following ones by the cursors that each side gives."""
    limit = plan.rng.choice((1, 2, 7, 50, 128, 129, 1000))
    exchanges = [single("GET /users?…", message(f"GET /users?limit={limit}"), Learn("cursor", plan.cursors))]
    for _ in range(plan.rng.randint(1, 4)):
        target = f"/users?limit={limit}&after=@@cursor.{plan.cursors}@@"
        plan.cursors += 1
        exchanges.append(single("GET /users?…", message(f"GET {target}"), Learn("cursor", plan.cursors)))
    plan.cursors += 1
    return exchanges


def list_with_altered_cursor(plan: Plan) -> list[Exchange]:
    change = plan.turn("cursor change", ("flip", "insert", "cut", "behead", "lengthen", "upper", "double", "join"))
    number = plan.rng.randrange(max(1, plan.cursors)) if change == "join" else None
    cursor = plan.altered(plan.cursor(), change, number)
    return [
        single("GET /users?…", message(f"GET /users?after={cursor}")),
        single("GET /users?…", message(f"GET /users?after={plan.cursor()}&limit=2")),
        single("GET /users?…", message(f"GET /users?after={plan.cursor()}&after={cursor}")),
    ]
