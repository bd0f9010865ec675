"""A small language for states, one line for each thing that stands: before, what happens, and after.

`crm:1 -> G1 auto`: a record, the golden record it belongs to, and whether it is there by itself, by a `steward`, or
because its own `source` says so. `G2 => G1`: an ID that leads elsewhere; `G2 => G1 + G3`: that split;
`G2 => none`: that retired. `crm:1 ? erp:7`: a doubtful pair that waits for a steward; `crm:1 ! erp:7`: a contradiction;
`crm:1 << crm:2`: a merge of a source that nothing else joins.
Golden records are numbered in the order in which they are named first.
"""

from dataclasses import dataclass, field
from typing import Any

from golden_records.identity import parse_golden_id
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import auditing, rebuild, resolving
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.intake import records, source_merges
from mdm.services.reading import golden
from mdm.services.rulebook import rules
from mdm.services.stewarding import tasks
from tests.conftest import AUTHOR

SITE = """
entity_type: site
id_prefix: sit
attributes: {number: {kind: identifier}, street: {kind: code}}
match:
  block_on: [[number], [street]]
  compare:
    - {attribute: number, levels: [{level: same, m: 0.9, u: 0.001}, {level: different, m: 0.4, u: 0.6}]}
    - {attribute: street, levels: [{level: same, m: 0.9, u: 0.1}, {level: different, m: 0.5, u: 0.5}]}
  prior: 0.3
  thresholds: {match: 0.95, review: 0.7}
"""


@dataclass
class States:
    """A hub and what its golden records are called in the story."""

    hub: Hub
    ids: dict[str, str] = field(default_factory=dict)
    decided: list[str] = field(default_factory=list)
    sent: int = 0

    def given(self, *lines: str) -> "States":
        """Bring records to where the lines say that they stand."""
        rules.apply(self.hub, SITE, file="site.yaml", author=AUTHOR)
        stewards: dict[str, str] = {}
        for line in lines:
            key, _, name, why = line.split()
            tied = why == "steward" and name in stewards
            self._put(key, number=key if tied else name)
            self.ids.setdefault(name, self._golden(key))
            if tied:
                self._decide(key, "same", stewards[name])
            elif why == "steward":
                stewards[name] = key
        self.decided.clear()
        assert self.found() == set(lines)
        return self

    def when(self, *lines: str) -> "States":
        """Let these things happen, one after another."""
        for line in lines:
            self._happen(line.split())
        resolving.resolve_all(self.hub, author=AUTHOR)
        return self

    def then(self, *lines: str) -> None:
        """Compare all that stands with the lines; a rebuild from the log gives the same."""
        found = self.found()
        assert found == set(lines)
        assert rebuild.verify(self.hub).match
        assert auditing.verify(self.hub).match

    def found(self) -> set[str]:
        """Everything that stands, in lines."""
        members: dict[str, list[str]] = {}
        for one in golden.export(self.hub, "site"):
            self._name(one["golden_id"])
            members[one["golden_id"]] = [f"{entry['source']}:{entry['source_id']}" for entry in one["crosswalk"]]
        reasons = self._reasons()
        names = {golden_id: name for name, golden_id in self.ids.items()}
        lines = {
            f"{key} -> {names[id_]} {reasons.get((key, id_), 'auto')}" for id_, keys in members.items() for key in keys
        }
        lines |= {line for name, id_ in self.ids.items() if (line := self._leads(name, id_, names)) is not None}
        for task in tasks.page(self.hub, entity_type="site", limit=100)["items"]:
            mark = {"review": "?", "contradiction": "!", "source_merge": "<<"}[task["kind"]]
            lines.add(f" {mark} ".join(sorted(_short(key) for key in task["records"])))
        return lines

    def _leads(self, name: str, golden_id: str, names: dict[str, str]) -> str | None:
        found = golden.get(self.hub, golden_id)
        if found["status"] == "active":
            return None
        to = [found["current_id"]] if "current_id" in found else found.get("successors", [])
        return f"{name} => {' + '.join(sorted(names[one] for one in to)) or 'none'}"

    def _reasons(self) -> dict[tuple[str, str], str]:
        """Why a record is where it is, unless it is there by itself."""
        with self.hub.database.read() as reader:
            keys = {row[0]: (f"{row[1]}:{row[2]}", row[3]) for row in reader.rows(
                "SELECT id, source, source_id, golden FROM source_record WHERE entity_type = 'site'")}  # fmt: skip
            links = reader.rows("SELECT record_id, other_id, kind FROM source_link")
            pairs = reader.rows(
                "SELECT left_id, right_id, position, verdict FROM decision_pair WHERE in_force ORDER BY 3"
            )
        latest = {(one, other): verdict for one, other, _, verdict in pairs}
        ties = [(one, other, "source" if kind == "source_merge" else kind) for one, other, kind in links]
        ties += [(one, other, "steward") for (one, other), verdict in latest.items() if verdict == "same"]
        ids = {parse_golden_id(id_)[1]: id_ for id_ in self.ids.values()}
        found: dict[tuple[str, str], str] = {}
        for one, other, why in ties:
            if keys[one][1] is not None and keys[one][1] == keys[other][1]:
                found |= {(keys[end][0], ids[keys[end][1]]): why for end in (one, other)}
        return found

    def _happen(self, words: list[str]) -> None:
        match words:
            case ["merge", *names]:
                ids = [self.ids[name] for name in names]
                self._kept(decisions.merge(self.hub, ids, reason="", author=AUTHOR, supersede=True))
            case ["split", name, *keys]:
                parting = [_key(key) for key in keys]
                self._kept(decisions.split(self.hub, self.ids[name], parting, reason="", author=AUTHOR, supersede=True))
            case ["undo", number]:
                self._kept(decisions.undo(self.hub, self.decided[int(number) - 1], reason="", author=AUTHOR))
            case [key, "gone"]:
                self._put(key, mode="delete")
            case [key, "like", name]:
                self._put(key, number=name)
            case [key, "near", name]:
                self._put(key, number=key, street=name)
            case [key, "merged", "into", other]:
                source_merges.merge(self.hub, _key(key), into=other.split(":")[1], author=AUTHOR, wait=True)
            case [left, "same" | "distinct" | "related" as verdict, right]:
                self._decide(left, verdict, right)
            case _:
                raise AssertionError(f"nothing like {' '.join(words)!r} can happen")

    def _put(self, key: str, mode: Any = "put", **values: str) -> None:
        source, source_id = key.split(":")
        self.sent += 1
        incoming = Incoming(source, "site", source_id, values, self.sent, None, mode)
        records.put(self.hub, incoming, author=AUTHOR, wait=True)

    def _decide(self, left: str, verdict: Any, right: str) -> None:
        made = decisions.verdict(self.hub, _key(left), _key(right), verdict, reason="", author=AUTHOR, supersede=True)
        self._kept(made)

    def _kept(self, made: decisions.Decided) -> None:
        self.decided.append(made.decision_id)

    def _golden(self, key: str) -> str:
        return next(
            one["golden_id"] for one in golden.export(self.hub, "site")
            if key in {f"{entry['source']}:{entry['source_id']}" for entry in one["crosswalk"]}
        )  # fmt: skip

    def _name(self, golden_id: str) -> None:
        if golden_id not in self.ids.values():
            self.ids[f"G{len(self.ids) + 1}"] = golden_id


def _key(written: str) -> Key:
    source, source_id = written.split(":")
    return Key(source, "site", source_id)


def _short(key: str) -> str:
    source, _, source_id = key.split(":", 2)
    return f"{source}:{source_id}"
