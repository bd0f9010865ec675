"""A pointer to a record of another entity type, by the key that the source uses for it."""

from matching.kinds.kind import (
    Kind,
    Level,
    always_valid,
    as_text,
    same_or_different,
    takes_text,
    whole,
)


def _standardise(value: object) -> str | None:
    return as_text(value) or None


KIND = Kind(
    name="reference",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={"": whole},
    levels=(
        Level("same", "refers to the same record", 0.9, 0.05),
        Level("different", "refers to different records", 0.1, 0.95),
    ),
    prepare=same_or_different,
    accepts=takes_text,
)
