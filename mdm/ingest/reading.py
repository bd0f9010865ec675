"""How a file is to be read, where the caller says so, and what was found out about it."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Found:
    """What a reader found: None where it does not apply, such as the delimiter of a workbook.

    `share` says how much of the file has been read, from 0 to 1, while it is being read.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_line: int | None = None
    share: Callable[[], float] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the caller says of a file; what it leaves out is found.

    `expected`: names that columns may have, by which the header is told from a title. Without any, the first row
    that is not blank is the header.
    """

    encoding: str | None = None
    sheet: str | None = None
    expected: tuple[str, ...] = ()
    found: Found = field(default_factory=Found)
