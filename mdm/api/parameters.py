"""What comes in by path and query, read alike everywhere: source keys, pages, moments.

Dependencies that only read what came in are `async`: others are sent to a thread, which costs more than they do.
"""

from typing import Annotated, NamedTuple

from fastapi import Depends, Path, Query

from mdm.errors import Fault, InvalidInput
from mdm.ingest.key_parts import LONGEST_NAME, wrong_with
from mdm.log import Key

LONGEST_ID = 1_000

Source = Annotated[str, Path(description="The system that sends the record.", examples=["crm"])]
TypeName = Annotated[str, Path(description="The entity type.", examples=["customer"])]
SourceId = Annotated[str, Path(description="The record's id there, percent-encoded, %2F included.", examples=["0015g"])]
GoldenId = Annotated[str, Path(description="A golden ID.", examples=["cus_000002a"])]
TypeFilter = Annotated[str | None, Query(alias="type", description="Only this entity type.", examples=["customer"])]
DryRun = Annotated[bool, Query(description="Tell what would come of it, and write nothing.")]
Cursor = Annotated[str | None, Query(description="`next` of the page before.", max_length=200)]
Limit = Annotated[int, Query(description="The most items of one page.", ge=1, le=1_000)]
AsOf = Annotated[
    str | None, Query(description="As it stood then: an ISO 8601 date or time, or a log position.", max_length=64)
]
On = Annotated[
    str | None,
    Query(description="Of dated lines and values those in force on that day.", max_length=10, examples=["2026-03-01"]),
]


class When(NamedTuple):
    """The moment a reader asks about: how things were known (`as_of`), and the day that is meant (`on`)."""

    as_of: str | None
    on: str | None


async def _when(as_of: AsOf = None, on: On = None) -> When:
    return When(as_of, on)


AtTime = Annotated[When, Depends(_when)]


def key(source: str, entity_type: str, source_id: str, *, pointer: str = "/path") -> Key:
    """Read a source key; InvalidInput names the part that cannot be one."""
    limits = {"source": LONGEST_NAME, "entity_type": LONGEST_NAME, "source_id": LONGEST_ID}
    for (name, longest), value in zip(limits.items(), (source, entity_type, source_id), strict=True):
        wrong = wrong_with(value, longest=longest, is_name=name != "source_id")
        if wrong is not None:
            detail = f"{name} {wrong}"
            raise InvalidInput(detail, faults=[Fault(f"{pointer}/{name}", detail, "key")])
    return Key(source, entity_type, source_id)


async def _path_key(source: Source, entity_type: TypeName, source_id: SourceId) -> Key:
    return key(source, entity_type, source_id)


PathKey = Annotated[Key, Depends(_path_key)]


def written_key(text: str, *, pointer: str) -> Key:
    """Read a key written `source:entity_type:source_id`."""
    try:
        parsed = Key.parse(text)
    except ValueError as error:
        raise InvalidInput(str(error), faults=[Fault(pointer, str(error), "key")]) from error
    return key(parsed.source, parsed.entity_type, parsed.source_id, pointer=pointer)
