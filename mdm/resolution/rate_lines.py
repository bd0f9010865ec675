"""What a commit keeps of dated lines beside golden records: what is wrong with them, and whom they are for."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from golden_records.line_findings import LineFinding
from golden_records.survive import Survived
from mdm.log import Key, canonical, key_token
from mdm.resolution.references import target
from mdm.resolution.work import Work
from mdm.store import line_findings, line_holders
from mdm.store.database import Transaction
from mdm.store.line_findings import BAR, StoredFinding
from mdm.store.line_holders import FOR_ALL, StoredHolder

Holders = list[tuple[str, int]]
"""The attribute that says whom lines are for, and the key tokens that it means."""


@dataclass(frozen=True, slots=True)
class AboutLines:
    """What there is to keep of the dated lines of one golden record."""

    findings: dict[str, list[LineFinding]]
    holders: Holders


NOTHING = AboutLines({}, [])


def about_lines(work: Work, survived: Survived) -> AboutLines:
    """What is wrong with the lines that survived, and whom they are for; nothing where a type has no lines."""
    if not work.entity_type.lines:
        return NOTHING
    return AboutLines(survived.findings, _holders(work, survived))


def _holders(work: Work, survived: Survived) -> Holders:
    """What the first of its references that has a value means; the first declared is the nearest."""
    for attribute in work.entity_type.references:
        if attribute in survived.attributes:
            value = survived.attributes[attribute]
            said = value if isinstance(value, list) else [value]
            keys = {target(work.entity_type, attribute, "", str(one)) for one in said}  # golden values are whole keys
            return [(attribute, key_token(work.salt, key)) for key in sorted(keys)]
    return [FOR_ALL]


def write(
    writer: Transaction, work: Work, about: dict[int, AboutLines], ended: Iterable[int], *, position: int
) -> None:
    """End what no longer stands of these golden records and of those that ended, and begin what stands instead."""
    if not work.entity_type.lines and not work.afresh:
        return
    goldens = sorted({*about, *ended})
    _write_findings(writer, work, about, goldens, position)
    _write_holders(writer, work, about, goldens, position)


def _write_findings(
    writer: Transaction, work: Work, about: dict[int, AboutLines], goldens: list[int], position: int
) -> None:
    now = {
        (row.golden, row.finding): row
        for golden, one in about.items()
        for attribute, findings in one.findings.items()
        for row in _rows(work, golden, attribute, findings, position)
    }
    stood = {(golden, finding): since for golden, finding, since in line_findings.standing(writer, goldens)}
    ended = sorted((*place, stood[place]) for place in stood.keys() - now.keys())
    begun = [now[place] for place in sorted(now.keys() - stood.keys())]
    line_findings.change(writer, ended=ended, begun=begun, position=position)


def _rows(
    work: Work, golden: int, attribute: str, findings: list[LineFinding], position: int
) -> Iterator[StoredFinding]:
    of = work.entity_type.entity_type
    for one in findings:
        key, said = canonical(dict(one.key)).decode(), canonical(list(one.said)).decode()
        sources = sorted({Key.parse(part["record"]).source for part in one.said})
        days = one.valid_from or "", one.valid_to
        whole = canonical([attribute, one.kind, key, *days, said])
        number = int.from_bytes(hashlib.blake2b(whole, digest_size=8).digest(), "big", signed=True)
        named = "".join(f"{BAR}{source}" for source in sources) + BAR
        yield StoredFinding(golden, number, position, of, attribute, one.kind, key, *days, named, said)


def _write_holders(
    writer: Transaction, work: Work, about: dict[int, AboutLines], goldens: list[int], position: int
) -> None:
    now = {(golden, *holder) for golden, one in about.items() for holder in one.holders}
    stood = {(row.golden, row.attribute, row.target_token): row for row in line_holders.standing(writer, goldens)}
    ended = [stood[place] for place in sorted(stood.keys() - now)]
    of = work.entity_type.entity_type
    begun = [
        StoredHolder(golden, token, position, of, attribute) for golden, attribute, token in sorted(now - stood.keys())
    ]
    line_holders.change(writer, ended=ended, begun=begun, position=position)
