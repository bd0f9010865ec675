"""What the types of parquet become: values that JSON has; exact numbers and times as text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mdm.entity_types import LONGEST_TEXT
from mdm.ingest.texts import typed_texts

if TYPE_CHECKING:
    from pyarrow import DataType


def readable(kind: "DataType") -> bool:
    """Whether an attribute can hold values of this type."""
    from pyarrow import types

    if types.is_dictionary(kind):
        return readable(kind.value_type)
    if _is_list(kind):
        return readable(kind.value_type)
    if types.is_struct(kind):
        return all(readable(kind.field(place).type) for place in range(kind.num_fields))
    return bool(_is_text(kind) or _becomes_text(kind) or _is_plain(kind))


def as_plain(column: Any) -> list[object]:
    """Give the values of a column as JSON has them: dates and times in ISO 8601, decimals as text, null as None.

    Bytes are read as text: much of what writes parquet does not say of its texts that they are.

    Raises:
        UnicodeDecodeError: a text is not UTF-8.
        ArrowInvalid: bytes are not.
    """
    from pyarrow import compute, types

    kind = column.type
    plain = _plain(kind)
    if plain != kind:
        column = column.cast(plain)
    if types.is_timestamp(kind):
        column = compute.replace_substring(column, " ", "T", max_replacements=1)
    return column.to_pylist()  # type: ignore[no-any-return]


def as_cells(column: Any) -> Sequence[object]:
    """Give the values of a column as `as_plain` does, but usual texts in one piece of memory."""
    return typed_texts(column, longest=LONGEST_TEXT) or as_plain(column)


def holds_bytes(kind: "DataType") -> bool:
    """Whether values of this type are, or have in them, bytes of which nothing says that they are text."""
    from pyarrow import types

    if types.is_struct(kind):
        return any(holds_bytes(kind.field(place).type) for place in range(kind.num_fields))
    if types.is_dictionary(kind) or _is_list(kind):
        return holds_bytes(kind.value_type)
    return bool(types.is_binary(kind) or types.is_large_binary(kind))


def _plain(kind: "DataType") -> "DataType":
    """The type that a column is turned into before its values are taken out."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(kind):
        return _plain(kind.value_type)
    if _is_list(kind):
        return pa.list_(_plain(kind.value_type))
    if types.is_struct(kind):
        fields = [kind.field(place) for place in range(kind.num_fields)]
        return pa.struct([(field.name, _plain(field.type)) for field in fields])
    return pa.string() if _becomes_text(kind) else kind


def _is_list(kind: "DataType") -> bool:
    from pyarrow import types

    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def _is_text(kind: "DataType") -> bool:
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind))


def _becomes_text(kind: "DataType") -> bool:
    from pyarrow import types

    in_time = types.is_date(kind) or types.is_timestamp(kind) or types.is_time(kind)
    return bool(in_time or types.is_decimal(kind) or types.is_binary(kind) or types.is_large_binary(kind))


def _is_plain(kind: "DataType") -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) or types.is_null(kind))
