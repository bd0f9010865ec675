"""What an entity type says of the sources that send its records: their environment, the form of their ids, and more."""

import re
from collections.abc import Callable
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PRODUCTION = "production"
IdForm = Literal["salesforce", "guid", "no_leading_zeros", "ignore_case"]
Environment = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
SourceName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^:]+$")]

_SALESFORCE = re.compile("([A-Za-z0-9]{15})([A-Za-z0-5]{3})?")
_GUID = re.compile(r"\{?([0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12})\}?")
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class SourceRules(BaseModel):
    """What is known of one source.

    environment: records of different environments are never candidates and never linked.  instance: which instance of
    its system it is, as the system itself names it; a record that says it comes from another is refused.  ids: the one
    form in which two spellings of an id are equal, also where its records refer to others.  written_back: the hub's
    golden records are written into this system, so that what comes back and equals them is no news.  origins: what a
    record names as its `origin` when the hub wrote it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    environment: Environment = PRODUCTION
    instance: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    ids: IdForm | None = None
    written_back: bool = False
    origins: tuple[str, ...] = ()

    @property
    def is_written_to(self) -> bool:
        """Whether what the hub wrote itself may come back from it."""
        return self.written_back or bool(self.origins)


Sources = Annotated[dict[SourceName, SourceRules], Field()]


def canonical_id(form: IdForm | None, source_id: str) -> str:
    """Write an id in the form of its source; one that is not of that form stays as it is."""
    return source_id if form is None else _FORMS[form](source_id)


def _salesforce(text: str) -> str:
    """Give the 18 characters of an id, of which the last three say which of the first fifteen are capitals.

    Source: Salesforce's rule for the case-safe form; with the suffix, an id whose case was lost is mended.
    """
    found = _SALESFORCE.fullmatch(text)
    if found is None:
        return text
    short, suffix = found[1], (found[2] or "").upper()
    if suffix:
        capitals = [bool(_SUFFIX.index(letter) >> bit & 1) for letter in suffix for bit in range(5)]
        if any(capital and not letter.isalpha() for capital, letter in zip(capitals, short, strict=True)):
            return text
        short = "".join(
            letter.upper() if capital else letter.lower() for capital, letter in zip(capitals, short, strict=True)
        )
    fives = (short[start : start + 5] for start in (0, 5, 10))
    return short + "".join(_SUFFIX[sum(letter.isupper() << bit for bit, letter in enumerate(five))] for five in fives)


def _guid(text: str) -> str:
    found = _GUID.fullmatch(text)
    return text if found is None else str(UUID(found[1]))


def _no_leading_zeros(text: str) -> str:
    return text.lstrip("0") or "0" if text.isascii() and text.isdigit() else text


_FORMS: dict[IdForm, Callable[[str], str]] = {
    "salesforce": _salesforce, "guid": _guid, "no_leading_zeros": _no_leading_zeros, "ignore_case": str.casefold,
}  # fmt: skip
