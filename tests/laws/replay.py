"""Put histories into real hubs, resolve them as a script says, and read back what stands."""

import zlib
from dataclasses import dataclass, field
from typing import Any

import orjson

from mdm.log import Author, Fact, key_token
from mdm.services import resolving
from mdm.services.hub import Hub
from mdm.services.rulebook import rules
from mdm.store import code_lists, digests, log
from mdm.store.database import Transaction
from tests.laws import plain_hub, small_world
from tests.laws.plain_facts import pair

AUTHOR = Author("law", "2026-03-01T09:30:00.000000Z")


@dataclass
class Driven:
    """A hub with the small world's entity types in one of their variants, and the facts put into it so far."""

    hub: Hub
    variant: int = 0
    author: Author = AUTHOR
    facts: dict[str, list[tuple[int, str, dict[str, Any]]]] = field(default_factory=lambda: {"place": [], "thing": []})
    positions: dict[int, int] = field(default_factory=dict)
    representatives: dict[str, str] = field(default_factory=dict)
    alive: set[str] = field(default_factory=set)
    variants: dict[str, int] = field(default_factory=dict)
    plain: dict[str, tuple[Any, plain_hub.State]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for of in ("place", "thing"):
            self.apply(of, self.variant)

    def apply(self, of: str, variant: int) -> None:
        """Put other rules in force."""
        self.variants[of] = variant
        standing = self.hub.entity_types().get(of)
        if standing is None or standing.version != small_world.entity_type(of, variant).version:
            rules.apply(self.hub, small_world.rules(of, variant), file=of, author=self.author)

    def put(self, number: int, fact: small_world.Fact) -> None:
        """Append one fact as the log would hold it."""
        with self.hub.database.write() as writer:
            self._append(writer, number, fact)

    def put_all(self, facts: list[small_world.Fact]) -> None:
        """Append the first facts of a history in one transaction."""
        with self.hub.database.write() as writer:
            for number, fact in enumerate(facts):
                self._append(writer, number, fact)

    def _append(self, writer: Transaction, number: int, fact: small_world.Fact) -> None:
        of, kind, body = fact
        body = dict(body)
        if kind == "undo":
            body["undoes"] = self.positions[body["undoes"]]
        if kind in {"verdict", "override"}:
            body["supersedes"] = [self.positions[target] for target in body["supersedes"]]
        token = key_token(self.hub.salt, f"{body['source']}:{of}:{body['source_id']}") if "source_id" in body else None
        written = Fact(kind, None if kind in small_world.FOR_ALL else of, body, token)  # type: ignore[arg-type]
        position = log.append(writer, [written], author=self.author)
        if kind in {"code_list", "code_mapping"}:
            code_lists.keep(writer, kind, body, position=position)
        self.positions[number] = position
        for each in ("place", "thing") if kind in small_world.FOR_ALL else (of,):
            self.facts[each].append((position, kind, body))

    def catch_up(self, stands: Hub) -> None:
        """Learn of the decisions that services have put into the log."""
        known = {position for facts in self.facts.values() for position, *_ in facts}
        with stands.database.read() as reader:
            rows = reader.rows(
                "SELECT log.position, kind, entity_type, body FROM log"
                " JOIN payload ON payload.position = log.position WHERE kind IN ('verdict', 'override', 'undo')"
                " ORDER BY log.position"
            )
        for position, kind, of, body in rows:
            if position not in known:
                self.facts[of].append((position, kind, orjson.loads(body)))

    def resolve(self, of: str) -> None:
        resolving.resolve(self.hub, of, author=self.author)

    def settle(self) -> None:
        resolving.resolve_all(self.hub, author=self.author)

    def neutral(self) -> str:
        with self.hub.database.read() as reader:
            return digests.neutral(reader)

    def digest(self) -> str:
        with self.hub.database.read() as reader:
            return digests.state(reader)

    def expected(self, of: str) -> plain_hub.State:
        """What the plain hub makes of the same facts; it is asked anew only when there are others, or other rules."""
        known = (self.representatives, self.alive) if of == "thing" else ({}, set())
        asked = (self.variants[of], len(self.facts[of]), *known)
        if of not in self.plain or self.plain[of][0] != asked:
            tick = max((body["date"] for _, kind, body in self.facts[of] if kind == "tick"), default=None)
            entity_type = small_world.entity_type(of, self.variants[of])
            self.plain[of] = asked, plain_hub.state(entity_type, self.facts[of], *known, tick)
        found = self.plain[of][1]
        if of == "place":
            self.representatives, self.alive = found.representatives, found.alive
        return found

    def found(self, of: str, stands: Hub) -> plain_hub.State:
        """What stands in the real hub, in the plain hub's terms."""
        state = plain_hub.State()
        with stands.database.read() as reader:
            rows = reader.rows(
                "SELECT id, source, source_id, golden, deleted FROM source_record WHERE entity_type = ?", of
            )
            versions = reader.rows(
                "SELECT golden, attributes, lineage FROM golden_version"
                " WHERE until IS NULL AND attributes IS NOT NULL AND entity_type = ?",
                of,
            )
            edges = reader.rows("SELECT left_id, right_id, weight FROM edge")
            tasks = reader.rows(
                "SELECT kind, left_id, right_id, weight, about FROM task WHERE status = 'open' AND entity_type = ?", of
            )
        keys = {id_: f"{source}:{of}:{source_id}" for id_, source, source_id, _, _ in rows}
        members: dict[int, set[str]] = {}
        for id_, _, _, golden, deleted in rows:
            if golden is not None:
                state.golden[keys[id_]] = golden
                if not deleted:
                    members.setdefault(golden, set()).add(keys[id_])
        state.values = {
            frozenset(members.get(golden, ())): (bytes(attributes), orjson.loads(zlib.decompress(lineage)))
            for golden, attributes, lineage in versions
        }
        state.edges = {pair(keys[a], keys[b]): weight for a, b, weight in edges if a in keys}
        state.tasks = {
            (kind, keys[left], orjson.loads(about)["attribute"]) if kind == "conflict" else
            (kind, *pair(keys[left], keys[right]), about) if kind == "constraint" else
            _named(kind, about) if about else
            (kind, *pair(keys[left], keys[right])) if left is not None else (kind, of): weight
            for kind, left, right, weight, about in tasks
        }  # fmt: skip
        return state


def _named(kind: str, about: str) -> tuple[str, ...]:
    said = orjson.loads(about)
    return kind, said["source"], said["value"].lower()
