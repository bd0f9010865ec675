"""The two documents: a code list, and how one source writes its codes. Made by `parse`, which checks them across."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from mdm.code_lists.spelling import fold
from mdm.entity_types import EntityTypeName

LONGEST_VALUE = 1_000
MOST_CODES, MOST_ALIASES, MOST_MAPPED = 20_000, 1_000, 20_000


def _a_code(written: str) -> str:
    rest = written.replace("_", "").replace("-", "").replace(".", "")
    if not (written[:1].isalnum() and rest.isalnum() and written.isascii()):
        raise ValueError("a code is made of letters, digits, _, - and ., and starts with a letter or digit")
    return written


def _a_value(written: str) -> str:
    if not fold(written):
        raise ValueError("nothing is left of it without spaces, dashes and dots")
    return written


def _a_source(written: str) -> str:
    if ":" in written:
        raise ValueError("a source has no colon in its name")
    return written


ListName = EntityTypeName
CodeName = Annotated[str, StringConstraints(min_length=1, max_length=63), AfterValidator(_a_code)]
Written = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_VALUE), AfterValidator(_a_value)
]
SourceName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_a_source)
]
# What tells the two ways of writing one code apart, for messages: where it stands in the document, and its code.
Spelling = tuple[tuple[str | int, ...], str, str]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Code(_Document):
    """One code: what people call it, and other ways of writing it."""

    label: Written | None = None
    aliases: tuple[Written, ...] = Field((), max_length=MOST_ALIASES)


class CodeList(_Document):
    """The codes of one list, by code."""

    code_list: ListName
    label: str | None = Field(None, max_length=LONGEST_VALUE)
    codes: dict[CodeName, Code] = Field(min_length=1, max_length=MOST_CODES)

    @property
    def written(self) -> Iterator[Spelling]:
        """Every way of writing a code in this document: (where it stands, the text, the code)."""
        for code, entry in self.codes.items():
            yield ("codes", code), code, code
            if entry.label is not None:
                yield ("codes", code, "label"), entry.label, code
            for place, alias in enumerate(entry.aliases):
                yield ("codes", code, "aliases", place), alias, code

    @cached_property
    def spellings(self) -> dict[str, str]:
        """The code that each folded spelling leads to."""
        return {fold(text): code for _, text, code in self.written}


class CodeMapping(_Document):
    """How one source writes the codes of a list; a value without a code (null) is mapped no longer."""

    code_list: ListName
    source: SourceName
    map: dict[Written, CodeName | None] = Field(min_length=1, max_length=MOST_MAPPED)
    reason: str | None = Field(None, max_length=2_000)

    @property
    def folded(self) -> dict[str, str | None]:
        """The code of each folded value."""
        return {fold(value): code for value, code in self.map.items()}
