"""A list whole, taken page by page so that it is never held at once."""

from collections.abc import Callable, Iterator
from typing import Any

Document = dict[str, Any]


def whole_list(page: Callable[[str | None], Document]) -> Iterator[Document]:
    """Every item of a list, in its order.

    page: gives the page after a cursor, None for the first: `{"items", "next"}`, where `next` of the last is None.
    """
    cursor: str | None = None
    while True:
        found = page(cursor)
        yield from found["items"]
        cursor = found["next"]
        if cursor is None:
            return
