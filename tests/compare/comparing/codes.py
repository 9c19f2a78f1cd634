"""Removes the `code` members from a refusal: the one beside `error`, and the one in each entry of `details`. All other bytes stay."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

CODE_VALUE = re.compile(r'"[a-z][a-z0-9_]*"')
DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Member:
    """The position of one member of an object in the text."""

    name: str
    begin: int  # of its name
    value: int
    end: int


def without_codes(body: bytes) -> bytes:
    """The body as it was before codes were added; a body that is not a JSON refusal stays as it is."""
    try:
        text = body.decode()
        members = list(_members_of(text, 0))
    except (ValueError, IndexError):
        return body
    if "error" not in {member.name for member in members}:
        return body
    spans = _code_spans(text, members)
    for member in members:
        if member.name == "details":
            for entry in _objects_of(text, member.value):
                spans += _code_spans(text, entry)
    for begin, end in sorted(spans, reverse=True):
        text = text[:begin] + text[end:]
    return text.encode()


def _code_spans(text: str, members: list[Member]) -> list[tuple[int, int]]:
    """What is removed: each code member with one comma. A value that is not a snake_case word is no code, and stays."""
    spans = []
    for member in members:
        if member.name != "code" or not CODE_VALUE.fullmatch(text[member.value : member.end]):
            continue
        if text[member.begin - 1] == ",":
            spans.append((member.begin - 1, member.end))
        elif text[member.end] == ",":
            spans.append((member.begin, member.end + 1))
        else:
            spans.append((member.begin, member.end))
    return spans


def _members_of(text: str, begin: int) -> Iterator[Member]:
    """The members of the compact object at `begin`; ValueError if there is none."""
    if text[begin] != "{":
        raise ValueError("no object")
    position = begin + 1
    while text[position] != "}":
        name, colon = DECODER.raw_decode(text, position)
        if not isinstance(name, str) or text[colon] != ":":
            raise ValueError("no member")
        _, end = DECODER.raw_decode(text, colon + 1)
        yield Member(name, position, colon + 1, end)
        position = end + 1 if text[end] == "," else end


def _objects_of(text: str, begin: int) -> list[list[Member]]:
    """The objects of the compact array at `begin`."""
    if text[begin] != "[":
        return []
    found, position = [], begin + 1
    while text[position] == "{":
        found.append(list(_members_of(text, position)))
        _, end = DECODER.raw_decode(text, position)
        position = end + 1
    return found
