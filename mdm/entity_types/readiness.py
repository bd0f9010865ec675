"""What a business process needs of a golden record before it may start, as entity types declare it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Referring = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[^.]+$")]
"""An attribute of another entity type: `rate_card.customer`."""


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Active(_Document):
    """The attributes that say from which day it is active, and the last day on which it is."""

    start: str | None = Field(None, alias="from")
    end: str | None = Field(None, alias="to")


class Referred(_Document):
    """That something refers to it.

    by: an attribute of another entity type that leads to it; with `via`, to what this reference of it means.
    in_force: the dated lines there of which one has to be in force; each: for every combination of these fields.
    fall_back: lines of what is above it, of what that refers to, and those for all count as well, as `mdm rate` looks
    for them; `each` is then of the combinations that its own lines have.
    """

    by: Referring
    via: str | None = None
    in_force: str | None = None
    each: tuple[str, ...] = ()
    fall_back: bool = False

    @model_validator(mode="after")
    def _falls_back_on_lines(self) -> "Referred":
        if self.fall_back and self.in_force is None:
            raise ValueError("fall_back looks for lines: say which (`in_force`)")
        return self

    @property
    def entity_type(self) -> str:
        """The entity type that refers."""
        return self.by.partition(".")[0]

    @property
    def attribute(self) -> str:
        """Its attribute that does."""
        return self.by.partition(".")[2]


class Readiness(_Document):
    """The systems that must know a thing, the attributes it must have, that it is active, and what refers to it."""

    systems: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    active: Active | None = None
    referring: tuple[Referred, ...] = ()

    @property
    def named(self) -> list[tuple[tuple[str | int, ...], str]]:
        """Every attribute of the entity type itself that is named, and where."""
        found: list[tuple[tuple[str | int, ...], str]] = [
            (("attributes", place), name) for place, name in enumerate(self.attributes)
        ]
        days = (("from", self.active.start), ("to", self.active.end)) if self.active else ()
        found += [(("active", word), name) for word, name in days if name is not None]
        vias = [(place, one.via) for place, one in enumerate(self.referring)]
        return [*found, *((("referring", place, "via"), via) for place, via in vias if via is not None)]
