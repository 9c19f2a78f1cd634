"""The API's description: its operations, and whether a value is as its schemas say (JSON Schema 2020-12)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest

from .places import OPENAPI

METHODS = ("get", "put", "post", "delete")
# Keywords for readers. They check nothing.
ANNOTATIONS = {"title", "description", "examples"}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    id: str
    needs_key: bool
    has_body: bool
    responses: dict
    takes_any_method: bool

    def __str__(self):
        return f"{'ANY' if self.takes_any_method else self.method} {self.path}"

    def example_path(self) -> str:
        return self.path.replace("{id}", "1")


@cache
def document() -> dict:
    yaml = pytest.importorskip("yaml", reason="python3-yaml is not installed: api/openapi.yaml cannot be read")
    whole = yaml.safe_load(OPENAPI.read_text())
    for path, item in whole["paths"].items():
        if "$ref" in item:
            text = (OPENAPI.parent / item["$ref"]).read_text()
            whole["paths"][path] = yaml.safe_load(text.replace(f"../{OPENAPI.name}#", "#"))
    return whole


def operations() -> list[Operation]:
    """Every operation described."""
    whole = document()
    return [
        Operation(
            method.upper(),
            path,
            one["operationId"],
            one.get("security", whole["security"]) != [],
            "requestBody" in one,
            one["responses"],
            one.get("x-any-method", False),
        )
        for path, item in whole["paths"].items()
        for method, one in item.items()
        if method in METHODS
    ]


def resolve(node: dict) -> dict:
    """The node itself, or what its $ref refers to."""
    while "$ref" in node:
        target = document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def schema_of(operation: Operation, status: int) -> dict:
    """The schema of the answer with this status; fails if the description has none."""
    assert str(status) in operation.responses, f"{operation} answers {status}, which its description does not have"
    return resolve(operation.responses[str(status)])["content"]["application/json"]["schema"]


def violations(value, schema: dict) -> list[str]:
    """Why the value does not match the schema; empty when it does. Formats are not checked: 2020-12 makes them annotations."""
    jsonschema = _jsonschema()
    validator = jsonschema.Draft202012Validator(schema | {"components": document()["components"]})  # its references point there
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def schemas() -> Iterator[dict]:
    """Every schema of the description, those within others included."""
    yield from _schemas_below(document())
    for schema in document()["components"]["schemas"].values():
        yield from _with_inner_schemas(schema)


def unknown_keywords(schema: dict) -> set[str]:
    """The keywords of this schema, not of inner ones, that 2020-12 does not have: a validator would ignore them silently."""
    return set(schema) - set(_jsonschema().Draft202012Validator.VALIDATORS) - ANNOTATIONS


def _jsonschema():
    return pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed: no schema can be checked")


def _schemas_below(node) -> Iterator[dict]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "schema":
                yield from _with_inner_schemas(value)
            else:
                yield from _schemas_below(value)
    elif isinstance(node, list):
        for value in node:
            yield from _schemas_below(value)


def _with_inner_schemas(schema: dict) -> Iterator[dict]:
    yield schema
    for inner in [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]:
        if isinstance(inner, dict):
            yield from _with_inner_schemas(inner)
