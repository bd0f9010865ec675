"""A code out of a list, such as a role, a grade or a unit. Case, spaces and dashes do not count."""

from matching.kinds.identifier import compact
from matching.kinds.kind import Kind, Level, always_valid, same_or_different, takes_text, whole
from matching.kinds.strings import as_they_are

KIND = Kind(
    name="code",
    help=__doc__ or "",
    standardise=compact,
    valid=always_valid,
    parts={"": whole},
    in_bulk={"": as_they_are},
    levels=(Level("same", "the same code", 0.9, 0.15), Level("different", "different codes", 0.1, 0.85)),
    prepare=same_or_different,
    accepts=takes_text,
)
