"""The two Python clients behind one interface, so that one test covers both."""

import asyncio
import inspect
import json
from collections.abc import AsyncIterator

import httpx

from gatehouse_client import AsyncClient, Client

KINDS = ("threads", "asyncio")
URL = "http://gatehouse.test"
KEY = "unit-test-api-key"


class Blocking:
    """An AsyncClient, or a part of it, whose calls block. Iterators are read to their end."""

    def __init__(self, wrapped, runner: asyncio.Runner):
        self._wrapped = wrapped
        self._runner = runner

    def __getattr__(self, name: str):
        found = getattr(self._wrapped, name)
        return self._call(found) if callable(found) else Blocking(found, self._runner)

    def _call(self, function):
        def call(*arguments, **options):
            result = function(*arguments, **options)
            if isinstance(result, AsyncIterator):
                return self._runner.run(_all(result))
            return self._runner.run(result) if inspect.isawaitable(result) else result

        return call


async def _all(items: AsyncIterator) -> list:
    return [item async for item in items]


class Double:
    """Stands in for the service: gives the answers it was told to give, the last one for ever, and records the requests."""

    def __init__(self, *fates):
        self.asked: list[httpx.Request] = []
        self._fates = list(fates)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        fate = self._fates.pop(0) if len(self._fates) > 1 else self._fates[0]
        if isinstance(fate, Exception):
            raise fate
        status, body, headers = fate
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(status, headers={"X-Request-Id": "from-header"} | headers, content=content)

    @property
    def only(self) -> httpx.Request:
        (request,) = self.asked
        return request


def answer(body, status=200, **headers):
    return status, body, headers


def refusal(status: int, code: str, retry_after: int | None = None):
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return status, {"error": f"Text of {code}", "code": code, "requestId": "from-body"}, headers


class Clients:
    """Makes clients of one kind."""

    def __init__(self, kind: str, runner: asyncio.Runner):
        self.kind = kind
        self._runner = runner

    def of(self, url: str = URL, key: str = KEY, **options):
        if self.kind == "threads":
            return Client(url, key, **options)
        return Blocking(AsyncClient(url, key, **options), self._runner)

    def asking(self, double: Double, **options):
        return self.of(transport=httpx.MockTransport(double.answer), **options)
