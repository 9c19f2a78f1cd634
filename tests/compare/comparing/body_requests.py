"""Bodies of many shapes, sent to every route that reads one."""

from .exchange import Exchange
from .plan import Plan, message, single

ROUTES = ("POST /users", "PUT /users/1", "POST /user-auth", "POST /user-auth/verify-session", "POST /user-auth/logout")
GOOD = b'{"email":"a@b.com"}'
SHAPES: tuple[bytes, ...] = (
    b"", b" ", b"\n\n", b"{}", b"[]", b"null", b"true", b"false", b"0", b"-1.5e3", b'"text"', b"nan", b"Infinity", b"{",
    b"}", b"[",
    b"{}{}", b"{} {}", b"{}x", b"{}\x00", b"{},", b"[{}]", b'[{"email":"a@b.com"}]', b"\x00", b"\xff",
    b"\xef\xbb\xbf{}",
    b"\xef\xbb\xbf" + GOOD, b"\xff\xfe{\x00}\x00", b"\xfe\xff\x00{\x00}", GOOD[:-1], GOOD + b",",
    b" \t\r\n" + GOOD + b" \t\r\n",
    GOOD + b"\x0b", GOOD + b"// end", b"/* begin */" + GOOD, b"{'email':'a@b.com'}", b"{email:\"a@b.com\"}",
    b'{"email"}',
    b'{"email":}', b'{"email"::"x"}', b'{"email" "x"}', b'{"email":"x",}', b'{,"email":"x"}',
    b'{"email":"x" "password":"y"}',
    b'{"email":"a@b.com","email":"a@b.com"}', b'{"email":"a","email":null}', b'{"email":null,"email":"a"}',
    b'{"email":1,"email":2}',
    b'{"session":"a","session":"b"}', b'{"password":"a","password":"b","email":"c","email":"d"}',
    b'{"\\u0065mail":"a","email":"b"}',
    b'{"\\u0065mail":"a@b.com"}', b'{"Email":"a@b.com"}', b'{"EMAIL":"x","email":"y"}', b'{"email ":"x"}', b'{"":"x"}',
    b'{"":{}}',
    b'{"other":"x"}', b'{"other":1,"other":2}', b'{"other":{"email":"x"}}', b'{"other":[1,2,3]}', b'{"__proto__":"x"}',
    b'{"email":null}', b'{"email":true}', b'{"email":false}', b'{"email":0}', b'{"email":-0.0}', b'{"email":1e999}',
    b'{"email":12345678901234567890123}', b'{"email":01}', b'{"email":+1}', b'{"email":.5}', b'{"email":5.}',
    b'{"email":1e}',
    b'{"email":0x10}', b'{"email":{}}', b'{"email":[]}', b'{"email":["a@b.com"]}', b'{"email":{"email":"x"}}',
    b'{"email":[[[]]]}',
    b'{"session":1}', b'{"session":null}', b'{"session":{}}', b'{"session":["x"]}', b'{"session":""}',
    b'{"session":" "}',
    b'{"password":1,"email":2,"first_name":3,"last_name":4,"session":5}', b'{"email":tru}', b'{"email":True}',
    b'{"email":None}',
    b'{"email":"\x00"}', b'{"email":"a\x01b"}', b'{"email":"a\nb"}', b'{"email":"a\tb"}', b'{"email":"\x7f"}',
    b'{"email":"\\u0000"}',
    b'{"email":"a\\u0000b@c.com","session":"\\u0000"}', b'{"email":"\\u0061\\u0040b.com"}',
    b'{"email":"\\n\\t\\r\\b\\f\\/\\\\\\""}',
    b'{"email":"\\x41"}', b'{"email":"\\u12"}', b'{"email":"\\u12G4"}', b'{"email":"\\U00000041"}', b'{"email":"\\a"}',
    b'{"email":"\\',
    b'{"email":"\\"}', b'{"email":"\\ud83d\\ude00@b.com"}', b'{"email":"\\ud83d"}', b'{"email":"\\ude00"}',
    b'{"email":"\\ud83d\\u0041"}',
    b'{"email":"\\ud83dx"}', b'{"email":"\\ud83d\\ud83d"}', b'{"session":"\\udfff"}', b'{"other":"\\ud800"}',
    b'{"\\ud800":"x"}',
    b'{"email":"\xff"}', b'{"email":"\xc3\x28"}', b'{"email":"\xc0\xaf"}', b'{"email":"\xed\xa0\x80"}',
    b'{"email":"\xf4\x90\x80\x80"}',
    b'{"email":"\xf0\x9f\x98"}', b'{"session":"\xff"}', b'{"other":"\xff"}', b'{"\xff":"x"}', b'{"email":"\xff\x00"}',
    b'{"email":"',
    b'{"email":"\xe2\x80\xa8@b.com"}', b'{"em\\u0000ail":"x"}', b'{"a\\"b":"x"}', b'{"<script>":"x"}',
    b'{"\xc3\xa9":"x"}',
    b'{"' + b"k" * 255 + b'":"x"}', b'{"' + b"k" * 256 + b'":"x"}', b'{"' + b"k" * 257 + b'":"x"}',
    b'{"' + b"k" * 3000 + b'":"x"}',
    b"[" * 15 + b"]" * 15, b'{"other":' + b"[" * 14 + b"]" * 14 + b"}", b'{"other":' + b"[" * 15 + b"]" * 15 + b"}",
    b'{"other":' + b"[" * 16 + b"]" * 16 + b"}", b'{"email":' + b"[" * 17 + b"]" * 17 + b"}",
    b'{"other":' + b"[" * 5000,
    b'{"a":' * 15 + b"1" + b"}" * 15, b'{"a":' * 16 + b"1" + b"}" * 16, b'{"a":' * 17 + b"1" + b"}" * 17,
    b'{"a":' * 4000,
    b"{" + b",".join(b'"f%d":"x"' % i for i in range(31)) + b"}",
    b"{" + b",".join(b'"f%d":"x"' % i for i in range(32)) + b"}",
    b"{" + b",".join(b'"f%d":"x"' % i for i in range(33)) + b"}",
    b"{" + b",".join(b'"f%d":"x"' % i for i in range(64)) + b"}",
    b"{" + b",".join(b'"f%d":1' % i for i in range(65)) + b"}",
    b"{" + b",".join(b'"email":"x"' for _ in range(70)) + b"}",
    b"email=a%40b.com&password=x", b"<email>a@b.com</email>", b"--x\r\nContent-Disposition: form-data\r\n",
    b"session=x",
    b" " * 65_530 + b"{}", b'{"session":"' + b"s" * 65_000 + b'"}', b'{"email":"' + b"e" * 60_000 + b'"}',
    b"{" + b" " * 60_000,
    b'{"password":"' + b"\\u0061" * 1025 + b'","email":"a@b.com"}', b'{"session":"' + b"\\n" * 4000 + b'"}',
    b'{"n":' + b"9" * 400 + b"}",
)  # fmt: skip
CONTENT_TYPES = (
    None, "", "application/json", "APPLICATION/JSON", "Application/Json ; charset=utf-8", "application/json;",
    "application/json;x",
    "application/json;charset=utf-16", "application/json; charset=latin1", "application/json\t", "application/jsonx",
    "application/json5",
    "application/vnd.api+json", "text/json", "text/plain", "text/html", "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/octet-stream", "application/json, text/plain", "text/plain; application/json", '"application/json"',
    "json", "*/*", ";",
)  # fmt: skip


def _label(route: str) -> str:
    return route.replace("/1", "/{id}")


def shaped(plan: Plan) -> list[Exchange]:
    """One shape, to three of the routes; whatever else the body misses comes after what is wrong with its form."""
    shape = plan.turn("shape", SHAPES)
    return [single(_label(route), message(route, body=shape)) for route in plan.rng.sample(ROUTES, 3)]


def shaped_within_a_good_body(plan: Plan) -> list[Exchange]:
    """One wrong member among good ones."""
    good = '"first_name":"A","last_name":"B","email":"m%d@example.com","password":"p p p p p"' % plan.next_number()
    odd = plan.turn("odd member", (
        '"first_name":"C"', '"email":null', '"role":"admin"', '"id":5', '"created_at":"x"', '"password":["p"]',
        '"last_name":{"a":1}',
        '"nickname":null', '"first_name":"\\ud800"', '"is_admin":true', '"email":"other@example.com"',
        '"\\u0070assword":"q"',
    ))  # fmt: skip
    members = plan.rng.choice((f"{good},{odd}", f"{odd},{good}"))
    route = plan.rng.choice(("POST /users", "PUT /users/2"))
    return [single(route.replace("/2", "/{id}"), message(route, body="{" + members + "}"))]


def typed(plan: Plan) -> list[Exchange]:
    """One content type, to two routes, with a body and without one."""
    content_type = plan.turn("content type", CONTENT_TYPES)
    routes = plan.rng.sample(ROUTES, 2)
    body = plan.rng.choice((b'{"session":"x"}', b"{}", b"", b"session=x"))
    fields = ("Content-Encoding: gzip", "Content-Type: application/json", "Content-Type: text/plain")
    more = plan.rng.choice(((), *((field,) for field in fields)))
    return [single(_label(route), message(route, *more, body=body, content_type=content_type)) for route in routes]


def random_bytes(plan: Plan) -> list[Exchange]:
    """A good body with a few bytes changed, taken out or put in."""
    body = bytearray(b'{"email":"a@b.com","password":"\\u00e9 \xc3\xa9","first_name":"x","session":"y"}')
    for _ in range(plan.rng.randint(1, 3)):
        at = plan.rng.randrange(len(body))
        new_bytes = bytes(plan.rng.choice(b'{}[]",:\\u0 \x00\xff\n1en') for _ in range(plan.rng.randint(0, 2)))
        body[at : at + plan.rng.randint(0, 2)] = new_bytes
    route = plan.rng.choice(ROUTES)
    return [single(_label(route), message(route, body=bytes(body)))]
