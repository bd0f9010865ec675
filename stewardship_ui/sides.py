"""Lays out a comparison: records in columns, attributes in rows with differences marked, the sum of the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mdm.pages.pairs import RULED, SIGNS
from stewardship_ui import letters
from stewardship_ui.letters import Parts
from stewardship_ui.wording import ACRONYMS, label, signed, spoken, written

Document = Mapping[str, Any]
WORDS = {"conflict": "conflict", "near": "similar", "same": "same", "missing": "missing", "other": "different"}
SAME = "same"
"""The level that says so, of any kind."""
LONG_ID = 16
"""Letters of an id that a reference shows; the whole of it is on the record's own page."""
FEW = 4
"""Records that are shown side by side unless more are asked for."""
IDENTIFYING = frozenset({"tax_id", "vat", "lei", "iban", "identifier"})
"""The kinds of which two different values speak against one thing."""
REACHING = frozenset({"phone", "email", "address", "url"})
"""The kinds of values that a building, a switchboard or a group shares."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one record says of an attribute; `wins`: its value survives, `repeats`: a named one says so too.

    leads_to: of a reference that is shown by the name of what it means, that golden record.  sent: what it says.
    """

    parts: Parts
    sent: str
    leads_to: Document | None
    key: str
    standardised: str
    wins: bool
    picked: bool
    repeats: bool
    pickable: bool
    carriers: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute across the records."""

    attribute: str
    label: str | None
    state: str
    weight: float
    words: str
    cells: list[Cell]
    result: Parts
    result_leads_to: Document | None
    why: str
    masked: bool
    identical: bool

    @property
    def why_shortly(self) -> str:
        """Whose value it is, without the strategy."""
        return self.why.rpartition(": ")[2]

    @property
    def sign(self) -> str:
        """The sign of its state, which tells it without colour."""
        return SIGNS[self.state] or "≠"

    @property
    def word(self) -> str:
        """Its state in a word."""
        return WORDS[self.state]


@dataclass(frozen=True, slots=True)
class Layout:
    """All of a comparison as a page shows it; `hidden` records are there and not shown.

    `folded` rows are the same everywhere, `neither` those of which no record shown has a value.
    """

    records: list[Document]
    hidden: int
    rows: list[Row]
    folded: list[Row]
    neither: list[Row]
    warnings: list[str]
    shared: list[str]
    rules: list[Document]
    prior: float
    total: float
    longest: float
    sentence: str


def layout(comparison: Document, *, everyone: bool, picks: Mapping[str, str]) -> Layout:
    """Lay a comparison out; everyone: all records, not only the first few."""
    records = list(comparison["records"])
    shown = len(records) if everyone or len(records) <= FEW else 2
    evidence = comparison["task"]["evidence"] or {"prior": 0.0, "match_weight": 0.0, "comparisons": []}
    all_rows = [_row(one, records[:shown], picks) for one in comparison["attributes"]]
    folded = [row for row in all_rows if row.identical]
    folded = folded if len(folded) > 1 else []
    neither = [row for row in all_rows if not row.masked and not any(cell.parts for cell in row.cells)]
    weights = [row.weight for row in all_rows] + [one["weight"] for one in comparison["rest"]]
    warnings = _warnings(comparison)
    return Layout(
        records[:shown], len(records) - shown, [row for row in all_rows if row not in folded and row not in neither],
        folded, neither, warnings, _shared(comparison),
        list(comparison["rest"]), evidence["prior"], evidence["match_weight"],
        max((abs(weight) for weight in weights if abs(weight) < 50), default=1.0) or 1.0, sentence(evidence, warnings),
    )  # fmt: skip


def _warnings(comparison: Document) -> list[str]:
    """What should make one pause: numbers of which a thing has one, and the records of both sides share none."""
    found = []
    for one in comparison["attributes"]:
        if one["kind"] not in IDENTIFYING:
            continue
        sides: dict[str, set[str]] = {"left": set(), "right": set()}
        for record, standardised in zip(comparison["records"], one["standardised"], strict=True):
            sides[record["side"]] |= {standardised} - {None}
        if all(sides.values()) and not sides["left"] & sides["right"]:
            found.append(f"two different {_lower(label(one['attribute']))}s")
    return found


def _shared(comparison: Document) -> list[str]:
    """Values of ways to reach one that other records have too, so that having them in common says little."""
    return [
        f"{_lower(label(one['attribute']))} also of {one['others']} other{'' if one['others'] == 1 else 's'}"
        for one in comparison["attributes"]
        if one["kind"] in REACHING and one["others"] > 0
    ]


def _row(one: Document, records: Sequence[Document], picks: Mapping[str, str]) -> Row:
    led = [*one.get("leads_to", [None] * len(records))][: len(records)]
    sent = [_shown(one, value) for value in one["values"][: len(records)]]
    texts = [_named(target) or text for target, text in zip(led, sent, strict=True)]
    said = [(text, target and target["golden_id"]) for target, text in zip(led, texts, strict=True)]
    marked = _marked(one, texts)
    name = one["attribute"]
    cells = [
        Cell(
            marked[place], sent[place], led[place] if _named(led[place]) else None, record["key"],
            _plain(one["standardised"][place]),
            wins=record["key"] in one["winners"], picked=picks.get(name) == record["key"],
            repeats=place > 1 and said[place] in said[:2], pickable=bool(texts[place]) and not one["dated"],
            carriers=one["carriers"][place],
        )
        for place, record in enumerate(records)
    ]  # fmt: skip
    present = {text for text in texts if text}
    identical = one["state"] == "same" and len(present) == 1 and all(texts[:2])
    of_result = one.get("result_leads_to")
    result = _named(of_result) or _shown(one, one.get("result"))
    return Row(
        name, one["label"], one["state"], one["weight"], _words(one), cells, [(result, False)] if result else [],
        of_result if _named(of_result) else None, _why(one), one["masked"],
        identical and (not result or result in present) and name not in picks,
    )  # fmt: skip


def _named(led: Document | None) -> str:
    """The name of what a reference means; "" where it has none, or none that may be seen."""
    return written(led["label"]) if led and led["label"] else ""


def _shown(one: Document, value: Any) -> str:
    """A value as text; of a reference the system and the beginning of the id that it leads to."""
    text = written(value)
    parts = text.split(":", 2) if one["kind"] == "reference" else []
    if len(parts) != 3:
        return text
    source, _, source_id = parts
    return f"{source} {source_id if len(source_id) <= LONG_ID else source_id[:LONG_ID] + '…'}"


def _marked(one: Document, texts: Sequence[str]) -> list[Parts]:
    parts: list[Parts] = [[(text, False)] if text else [] for text in texts]
    if one["state"] in {"conflict", "near", "other"} and not one["masked"]:
        parts[:2] = letters.marked(texts[0], texts[1])
    return parts


def _plain(standardised: str | None) -> str:
    """What matching compares, its parts after spaces and several values after commas."""
    return (standardised or "").replace("\x1e", ", ").replace("\x1f", " ").strip()


def _words(one: Document) -> str:
    if one["words"] is None:
        return "not compared"
    return str(one["words"])


def _why(one: Document) -> str:
    """Why the result is what it is: the strategy, and whose value it took."""
    if one.get("picked"):
        return "set by you"
    if one.get("set_by_person"):
        return "set by a person"
    if not one.get("winners"):
        return ""
    strategy = str(one["strategy"]).replace("_", " ")
    if strategy == "union" and len(one["winners"]) > 1:
        return f"union of {len(one['winners'])}"
    key = one["winners"][0]
    trusted = f" {one['trust'][key]}" if strategy == "most trusted" else ""
    return f"{strategy}: {key.partition(':')[0]}{trusted}"


def sentence(evidence: Document, warnings: Sequence[str] = ()) -> str:
    """The evidence in one sentence: what is the same, what nearly so, and what speaks against.

    warnings: what speaks against in the other records of both sides, told where nothing does in the two compared.
    """
    told = [one for one in evidence["comparisons"] if one["level"] != "missing" and one["weight"]]
    told.sort(key=lambda one: -abs(one["weight"]))
    same = [_name(one) for one in told if one["weight"] > 0 and one["level"] == SAME][:4]
    near = [_said(one) for one in told if one["weight"] > 0 and one["level"] != SAME][: 2 if same else 3]
    bad = [_said(one) for one in told if one["weight"] < 0][:2] or list(warnings)
    parts = [f"same {_listed(same)}"] if same else []
    parts += near
    if not told:
        parts.append("nothing that both have says anything")
    if told or bad:
        parts.append(f"against: {', '.join(bad)}" if bad else "nothing speaks against")
    text = "; ".join(parts)
    return text[:1].upper() + text[1:] + "."


def _name(one: Document) -> str:
    return label(str(one["attribute"])) if one["attribute"] in ACRONYMS else _lower(label(str(one["attribute"])))


def _lower(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _said(one: Document) -> str:
    if one["level"] in RULED:
        return spoken(str(one["words"]))
    words, name = str(one["words"]), _name(one)
    return words if any(part in words for part in (name, "telephone", "address", "name")) else f"{name}: {words}"


def sum_words(layout: Layout) -> str:
    """How the weight adds up, in one line."""
    parts = [f"{signed(layout.prior)} prior"]
    told = [row.weight for row in [*layout.rows, *layout.folded]] + [one["weight"] for one in layout.rules]
    parts += [signed(weight) for weight in told if weight]
    return f"{' '.join(parts)} = {signed(layout.total)}"
