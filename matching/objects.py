"""Objects of many records, kept as a column of each field: fields repeat where whole objects do not."""

from collections.abc import Mapping, Sequence
from typing import overload

Object = dict[str, object] | None


class Objects(Sequence[Object]):
    """One object a record, made when it is asked for; without a field that is None, and None where all are."""

    def __init__(self, fields: Mapping[str, Sequence[object]]) -> None:
        """Take the columns of the fields, at least one, all equally long."""
        self.fields = fields

    def __len__(self) -> int:
        return len(next(iter(self.fields.values())))

    @overload
    def __getitem__(self, place: int) -> Object: ...
    @overload
    def __getitem__(self, place: slice) -> "Objects": ...
    def __getitem__(self, place: int | slice) -> "Object | Objects":
        if isinstance(place, slice):
            return Objects({field: cells[place] for field, cells in self.fields.items()})
        return {field: cell for field, cells in self.fields.items() if (cell := cells[place]) is not None} or None
