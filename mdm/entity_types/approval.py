"""Which decisions about an entity type a second person has to approve, and on how many a blind one is asked for."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

BULK = 20
"""Tasks that one person may decide at once, whatever the rules say."""


Share = Annotated[float, Field(ge=0, le=1)]
"""Of the tasks about pairs that somebody decides alone, how many a second steward answers blind; 0.02 is one in 50."""


class Over(BaseModel):
    """A decision over more than so many records."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    records: Annotated[int, Field(ge=1)]


class Approval(BaseModel):
    """Which decisions need a second person.

    merge: those that make golden records one, all or those over so many records.  split: those that part one, likewise.
    undo: all of them.  override: of these attributes.
    different: making one of golden records with different valid values of these attributes.
    confirmed: making one of golden records that people have put together, each by itself, before.
    priority: verdicts on what an open task of this priority or more is about: so much hangs on it.
    bulk: decisions of more tasks than this at once.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    merge: bool | Over = False
    split: bool | Over = False
    undo: bool = False
    override: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    confirmed: bool = False
    priority: Annotated[int, Field(ge=1, le=100)] | None = None
    bulk: Annotated[int, Field(ge=0, le=BULK)] = BULK
