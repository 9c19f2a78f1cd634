"""The SQL of the stores, read from the sources, so that what is tested is what the program sends."""

import re
from dataclasses import dataclass

from sources import SRC, literals_of, relative

_DEFINITION = re.compile(r"\b(?:Statement|Write)\s+\w+\s*\{(.*?)\};", re.DOTALL)
_SQL = re.compile(r"(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b")


@dataclass(frozen=True)
class StoreStatement:
    """One `Statement name{"its_name", "its SQL, maybe in " "several literals"};`, or a Write, whose topic follows."""

    name: str
    sql: str

    def __str__(self):
        return self.name

    @property
    def parameter_count(self) -> int:
        return max((int(number) for number in re.findall(r"\$(\d+)", self.sql)), default=0)

    def touches(self, *tables: str) -> bool:
        return any(re.search(rf"\b{table}\b", self.sql) for table in tables)


def store_statements() -> list[StoreStatement]:
    """Every statement of every store. Fails if a store has SQL in another form, which no test would check."""
    found = []
    for path in sorted(SRC.rglob("*_store.cpp")):
        text = path.read_text()
        found += [_read(body) for body in _DEFINITION.findall(text)]
        strange = [content for _, content in literals_of(_DEFINITION.sub("", text)) if _SQL.match(content)]
        assert not strange, f"{relative(path)} has SQL that is in no Statement and no Write: {strange}"
    names = [one.name for one in found]
    assert len(names) == len(set(names)), "two statements of one name"
    return found


def _read(body: str) -> StoreStatement:
    name, *parts = [content for _, content in literals_of(body)]
    assert parts, f"the SQL of {name} is no literal"
    return StoreStatement(name, "".join(parts))
