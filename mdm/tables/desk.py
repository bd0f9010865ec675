"""What people keep for themselves at the desk."""

from sqlmodel import Field, SQLModel


class SavedFilter(SQLModel, table=True):
    """A choice of tasks that somebody has given a name, for themselves or for all; `choice` is JSON."""

    __tablename__ = "saved_filter"
    owner: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    shared: bool
    choice: str
    saved_at: str
