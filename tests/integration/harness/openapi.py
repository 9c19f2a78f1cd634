"""The API's description: its operations, and a validator for the part of JSON Schema 2020-12 that it uses."""

import re
from dataclasses import dataclass
from functools import cache

import pytest

from .places import OPENAPI

METHODS = ("get", "put", "post", "delete")
KNOWN = {
    "$ref",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "minItems",
    "enum",
    "const",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "format",
    "description",
    "examples",
    "summary",
    "title",
}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    id: str
    needs_key: bool
    has_body: bool
    responses: dict

    def __str__(self):
        return f"{self.method} {self.path}"

    def example_path(self) -> str:
        return self.path.replace("{id}", "1")


@cache
def document() -> dict:
    yaml = pytest.importorskip("yaml", reason="python3-yaml is not installed: api/openapi.yaml cannot be read")
    return yaml.safe_load(OPENAPI.read_text())


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
        )
        for path, item in whole["paths"].items()
        for method, one in item.items()
        if method in METHODS
    ]


def resolve(node: dict) -> dict:
    """The node itself, or what its $ref stands for."""
    while "$ref" in node:
        target = document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def schema_of(operation: Operation, status: int) -> dict:
    """The schema of the answer with this status; fails where the description knows none."""
    assert str(status) in operation.responses, f"{operation} answers {status}, which its description does not have"
    return resolve(operation.responses[str(status)])["content"]["application/json"]["schema"]


def violations(value, schema: dict, where="$") -> list[str]:
    """Why the value does not match the schema; empty when it does."""
    schema = resolve(schema)
    unknown = set(schema) - KNOWN
    assert not unknown, f"the validator does not know {unknown}"
    if "const" in schema and value != schema["const"]:
        return [f"{where} is not {schema['const']!r}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where} is none of {schema['enum']}"]
    if "type" in schema and not _has_type(value, schema["type"]):
        return [f"{where} is no {schema['type']}"]
    if isinstance(value, str):
        return _text_violations(value, schema, where)
    if isinstance(value, dict):
        return _object_violations(value, schema, where)
    if isinstance(value, list):
        found = [f"{where} has too few items"] if len(value) < schema.get("minItems", 0) else []
        return found + [
            text for i, item in enumerate(value) for text in violations(item, schema.get("items", {}), f"{where}[{i}]")
        ]
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return [f"{where} is out of range"]
    return []


def _has_type(value, wanted) -> bool:
    checks = {
        "string": isinstance(value, str),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "boolean": isinstance(value, bool),
        "array": isinstance(value, list),
        "object": isinstance(value, dict),
        "null": value is None,
    }
    return any(checks[name] for name in ([wanted] if isinstance(wanted, str) else wanted))


def _text_violations(value: str, schema: dict, where: str) -> list[str]:
    found = []
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        found.append(f"{where} has a wrong length")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{where} does not match {schema['pattern']}")
    return found


def _object_violations(value: dict, schema: dict, where: str) -> list[str]:
    properties = schema.get("properties", {})
    found = [f"{where} lacks {name}" for name in schema.get("required", []) if name not in value]
    if schema.get("additionalProperties") is False:
        found += [f"{where} has an extra {name}" for name in value if name not in properties]
    for name, member in value.items():
        if name in properties:
            found += violations(member, properties[name], f"{where}.{name}")
    return found
