"""The sequence of exchanges: each generator until all its cases have had a turn, then a random mix."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import account_requests as accounts
from . import auth_requests as auth
from . import body_requests as bodies
from . import framing_requests as framing
from . import header_requests as headers
from . import path_requests as paths
from .exchange import Exchange
from .plan import Plan

Make = Callable[[Plan], list[Exchange]]


@dataclass(frozen=True)
class Generator:
    """`least`: how often it runs before chance decides. `weight`: how often chance chooses it, relative to the others."""

    make: Make
    least: int
    weight: int


GENERATORS = (
    Generator(accounts.create, 20, 6),
    Generator(accounts.create_with_fields_missing, len(accounts.SUBSETS) - 1, 2),
    Generator(accounts.create_with_null, 4, 1),
    Generator(accounts.create_invalid, 60, 4),
    Generator(accounts.create_taken, 10, 3),
    Generator(accounts.show, 10, 6),
    Generator(accounts.bad_id, len(accounts.BAD_IDS), 1),
    Generator(accounts.change, 20, 5),
    Generator(accounts.change_refused, 14, 4),
    Generator(accounts.change_password, 4, 1),
    Generator(accounts.delete, 8, 2),
    Generator(accounts.list_all, 8, 2),
    Generator(accounts.list_query, len(accounts.QUERIES), 3),
    Generator(accounts.list_pages, 8, 3),
    Generator(accounts.list_with_altered_cursor, 16, 2),
    Generator(auth.log_in, 30, 4),
    Generator(auth.log_in_with_express_hash, 3, 1),
    Generator(auth.log_in_refused, 10, 2),
    Generator(auth.log_in_incomplete, 13, 2),
    Generator(auth.verify_session, 20, 12),
    Generator(auth.verify_token, 20, 12),
    Generator(auth.verify_altered_session, 32, 6),
    Generator(auth.verify_foreign_session, 16, 2),
    Generator(auth.verify_altered_token, 24, 4),
    Generator(auth.verify_forged_token, len(auth.FORGERIES), 6),
    Generator(auth.verify_oddly_sent_token, len(auth.AUTHORIZATIONS), 3),
    Generator(auth.log_out, 8, 4),
    Generator(auth.list_sessions, 8, 4),
    Generator(auth.end_sessions, 5, 1),
    Generator(auth.end_one_session, 10, 3),
    Generator(auth.use_expired_session, 4, 1),
    Generator(auth.use_orphaned_session, 3, 1),
    Generator(bodies.shaped, len(bodies.SHAPES), 6),
    Generator(bodies.shaped_within_a_good_body, 12, 4),
    Generator(bodies.typed, len(bodies.CONTENT_TYPES), 3),
    Generator(bodies.random_bytes, 20, 8),
    Generator(paths.every_method, len(paths.EVERY_METHOD_AND_PATH), 6),
    Generator(paths.spelled, len(paths.SPELLINGS), 4),
    Generator(paths.service, 10, 3),
    Generator(headers.keys, len(headers.KEY_FIELDS), 3),
    Generator(headers.preflight, len(headers.PREFLIGHTS), 4),
    Generator(headers.origins, len(headers.ORIGINS), 3),
    Generator(headers.request_ids, len(headers.REQUEST_IDS), 3),
    Generator(headers.other_fields, len(headers.FIELDS), 4),
    Generator(headers.hosts, len(headers.HOSTS), 2),
    Generator(framing.refused, len(framing.REFUSED), 4),
    Generator(framing.chunked, len(framing.CHUNKS), 3),
    Generator(framing.sized, len(framing.SIZES), 2),
    Generator(framing.kept, 10, 3),
    Generator(framing.pipelined, 6, 1),
    Generator(framing.in_pieces, 10, 2),
    Generator(framing.unfinished, 10, 2),
    Generator(framing.continued, 10, 2),
    Generator(framing.http_1_0, 8, 2),
)


def first_exchanges(plan: Plan) -> Iterator[Exchange]:
    """Users and logins, so that every later generator finds some."""
    for make in [accounts.create] * 8 + [auth.log_in] * 6 + [accounts.list_pages]:
        yield from make(plan)


def exchanges(plan: Plan, requests_min: int, thorough: bool) -> Iterator[Exchange]:
    """Exchanges with at least `requests_min` requests. `thorough`: first every generator runs as often as it needs."""
    sent = 0
    for make in _order(plan.rng, thorough):
        if sent >= requests_min and make is None:
            return
        for exchange in make(plan) if make is not None else []:
            sent += len(exchange.methods)
            yield exchange


def _order(rng: random.Random, thorough: bool) -> Iterator[Make | None]:
    """The generators in order; a None marks each point at which the sequence may end."""
    needed = [generator.make for generator in GENERATORS for _ in range(generator.least if thorough else 5)]
    rng.shuffle(needed)
    yield from needed
    weights = [generator.weight for generator in GENERATORS]
    while True:
        yield None
        yield rng.choices(GENERATORS, weights)[0].make
