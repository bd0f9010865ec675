"""An open hub: its settings, its database, and the entity types in force."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache

from mdm.code_lists import CodeList, CodeLists, Value
from mdm.entity_types import EntityType, parse
from mdm.errors import NotFound, Unavailable
from mdm.settings import Settings
from mdm.store import code_lists, hubs, resolution, schema
from mdm.store.code_lists import Places
from mdm.store.database import Database, Transaction
from mdm.store.one_reading import OneReading
from mdm.store.xref import NOW

KEPT = 4


@lru_cache(maxsize=256)
def parsed(document: str) -> EntityType:
    """The entity type that a stored rules document describes."""
    return parse(document, file="the hub's rules")


@lru_cache(maxsize=256)
def code_list(document: str) -> CodeList:
    """The code list that a stored document holds."""
    return CodeList.model_validate_json(document)


def read_code_lists(transaction: Transaction, *, upto: int = NOW) -> CodeLists:
    """The code lists and mappings as of a position of the log, read anew."""
    documents, mapped = code_lists.lists_and_mappings(transaction, upto)
    return CodeLists(
        {name: code_list(document) for name, document in documents.items()},
        {Value(row.code_list, row.source, row.folded): str(row.code) for row in mapped},
    )


@dataclass(slots=True)
class Hub:
    """What every use case works on."""

    settings: Settings
    database: Database
    salt: bytes = field(repr=False)
    _documents: dict[str, str] = field(default_factory=dict, repr=False)
    _code_lists: dict[Places, CodeLists] = field(default_factory=dict, repr=False)

    def rules(self, version: str, *, seen_by: Transaction | None = None) -> EntityType:
        """The entity type as one rules version describes it.

        seen_by: a transaction that is open already. Whoever holds one hands it on, here and below: with a second they
        would wait for a connection that others, who wait for them, may hold.
        """
        if version not in self._documents:
            with self._reading(seen_by) as reader:
                self._documents[version] = resolution.document(reader, version)
        return parsed(self._documents[version])

    def entity_types(self, *, seen_by: Transaction | None = None) -> dict[str, EntityType]:
        """The entity types as the rules applied last describe them."""
        with self._reading(seen_by) as reader:
            versions = resolution.in_force(reader)
            if unread := set(versions.values()) - self._documents.keys():
                self._documents |= resolution.documents(reader, unread)
            return {name: self.rules(version, seen_by=reader) for name, version in sorted(versions.items())}

    def entity_type(self, name: str, *, seen_by: Transaction | None = None) -> EntityType:
        """One entity type; NotFound names the nearest."""
        known = self.entity_types(seen_by=seen_by)
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise NotFound(
                f"there is no entity type {name!r}; "
                + (f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known) or 'none'}")
            )
        return known[name]

    def code_lists(
        self, transaction: Transaction, *, upto: int = NOW, places: Places | None = None
    ) -> CodeLists:  # fmt: skip
        """The code lists and mappings as of a position of the log; the last few are kept in hand.

        places: up to where there are lists and mappings by then, where that has been read already.

        Not for a transaction that writes some itself: what it takes back would stay in hand.
        """
        places = code_lists.places(transaction, upto) if places is None else places
        found = self._code_lists.get(places)
        if found is None:
            found = self._code_lists[places] = read_code_lists(transaction, upto=upto)
            for one in list(self._code_lists)[:-KEPT]:
                self._code_lists.pop(one, None)
        return found

    @contextmanager
    def at_one_moment(self) -> Iterator["Hub"]:
        """The hub as it stands at one moment, for what is read together: one transaction, in which nothing is written.

        What its services read more than once, as most do the rules in force, is read from the database once.
        """
        with self.database.read() as reader:
            yield replace(self, database=OneReading(self.database, reader))

    def _reading(self, seen_by: Transaction | None) -> AbstractContextManager[Transaction]:
        return self.database.read() if seen_by is None else nullcontext(seen_by)

    def close(self) -> None:
        """Give the database's connections back."""
        self.database.close()


def open_hub(settings: Settings) -> Hub:
    """Open a hub that is ready to use; Unavailable says what to do when it is not."""
    database = Database(settings.database_url)
    if not database.exists():
        raise Unavailable(f"there is no hub at {database.url!r} yet: run `mdm init`")
    current, newest = schema.current(database), schema.newest()
    if current is None:
        raise Unavailable(f"there is no hub at {database.url!r} yet: run `mdm init`")
    if current != newest:
        raise Unavailable(f"a migration is pending ({current} → {newest}): run `mdm init`")
    with database.read() as reader:
        salt = hubs.salt(reader)
    return Hub(settings, database, salt)
