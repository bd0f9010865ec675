"""The parts of a source key, as people and systems write them: what cannot be one, and why."""

import re

from mdm.errors import Fault, InvalidInput

LONGEST_NAME = 100
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def wrong_with(value: str, *, longest: int, is_name: bool = True) -> str | None:
    """Say what keeps a text from being a part of a key, None where nothing does.

    is_name: of a source or an entity type, which a written key is parted after.
    """
    if not value.strip() or value != value.strip():
        return "must not be blank or begin or end with a space"
    if len(value) > longest:
        return f"has {len(value):,} characters; at most {longest:,} are taken"
    if found := _CONTROL.search(value):
        return f"holds the control character U+{ord(found[0]):04X}"
    return "must not hold a colon: a key is split at its first two" if is_name and ":" in value else None


def ensure_source(name: str) -> None:
    """Raise InvalidInput for a name that no source can have."""
    if wrong := wrong_with(name, longest=LONGEST_NAME):
        detail = f"source {wrong}"
        raise InvalidInput(detail, faults=[Fault("/source", detail, "key", name)])
