"""Sums that are kept; derived."""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from mdm.tables.columns import CLUSTERED


class KeptSum(SQLModel, table=True):
    """How many there are, or were on a day, of what is summed up; `store.sums` says what that is."""

    __tablename__ = "kept_sum"
    __table_args__ = (CLUSTERED,)
    what: str = Field(primary_key=True)
    day: str = Field(primary_key=True)  # in front of the rest, as those of the last days are asked for together
    entity_type: str = Field(primary_key=True)
    about: str = Field(primary_key=True)
    seconds: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    count: int = Field(sa_type=BigInteger)
