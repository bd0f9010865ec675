"""What the versions of one record come to, told plainly: the oracle of the laws, and no code of the hub."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    """The values of a record by the version that set them, the earliest position first, and whether it is deleted."""

    layers: list[dict[str, Any]]
    deleted: bool
    first_position: int

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for layer in self.layers for name, value in layer["attributes"].items()}


def record(versions: list[tuple[int, dict[str, Any]]]) -> Record:
    """Of each attribute the last version that names it counts, as far back as the last that replaced everything."""
    ordered = sorted(versions, key=_newness)
    sent = [one for one in ordered if one[1]["mode"] != "delete"]
    while any(body["mode"] == "put" for _, body in sent[1:]):
        sent.pop(0)
    layers = []
    for place, (position, body) in enumerate(sent):
        later = {name for _, after in sent[place + 1 :] for name in after["attributes"]}
        kept = {name: value for name, value in body["attributes"].items() if value is not None and name not in later}
        if kept:
            layers.append({"position": position, "event_time": body["event_time"], "attributes": kept})
    layers.sort(key=lambda layer: layer["position"])
    return Record(layers, ordered[-1][1]["mode"] == "delete", min(position for position, _ in versions))


def _newness(version: tuple[int, dict[str, Any]]) -> tuple[Any, ...]:
    """By the source's own number, then its time, then by arrival; a version without a number is older than any."""
    position, body = version
    return -1 if body["version"] is None else body["version"], body["event_time"] or "", position
