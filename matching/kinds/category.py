"""One of a few words that group things, such as an industry or a status."""

from matching.kinds.folding import is_junk, plain
from matching.kinds.kind import Kind, Level, always_valid, as_text, each_pair, takes_text, whole
from matching.kinds.strings import as_they_are


def _standardise(value: object) -> str | None:
    text = as_text(value)
    return None if is_junk(text) else plain(text) or None


def _judge(one: str, other: str) -> int:
    if one == other:
        return 1
    return 3 if set(one.split()).isdisjoint(other.split()) else 2


KIND = Kind(
    name="category",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={"": whole},
    in_bulk={"": as_they_are},
    levels=(
        Level("same", "the same category", 0.75, 0.2),
        Level("overlap", "categories with a word in common", 0.1, 0.1),
        Level("different", "different categories", 0.15, 0.7),
    ),
    prepare=each_pair(_judge),
    accepts=takes_text,
)
