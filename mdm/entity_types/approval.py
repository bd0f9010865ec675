"""Which decisions about an entity type a second person has to approve."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

BULK = 20
"""Tasks that one person may decide at once, whatever the rules say."""


class Over(BaseModel):
    """A decision over more than so many records."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    records: Annotated[int, Field(ge=1)]


class Approval(BaseModel):
    """Which decisions need a second person.

    merge: those that make golden records one, all or those over so many records.  split and undo: all of them.
    override: of these attributes.  different: making one of golden records with different valid values of these.
    bulk: decisions of more tasks than this at once.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    merge: bool | Over = False
    split: bool = False
    undo: bool = False
    override: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    bulk: Annotated[int, Field(ge=0, le=BULK)] = BULK
