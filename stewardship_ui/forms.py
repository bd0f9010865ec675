"""What a form sent, and the guard against forms that another site made a browser send."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, cast, get_args
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from mdm.errors import Fault, InvalidInput
from mdm.services.deciding.planning import Verdict
from stewardship_ui import preferences


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, each once or several times; hold: for how many seconds its sender has decisions held."""

    fields: Mapping[str, Sequence[str]]
    hold: int

    def one(self, name: str) -> str:
        """A field that has to be there; raises InvalidInput when it is empty."""
        value = self.given(name)
        if not value:
            detail = f"the field {name.replace('_', ' ')} is empty"
            raise InvalidInput(detail, faults=[Fault(f"/{name}", detail, "required")])
        return value

    def given(self, name: str) -> str:
        """A field, empty when it was not sent."""
        return self.fields.get(name, ("",))[-1].strip()

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return list(self.fields.get(name, ()))

    def verdict(self) -> Verdict:
        """What somebody says of two records; raises InvalidInput for another word."""
        said = self.one("verdict")
        if said not in get_args(Verdict):
            detail = f"a verdict is {', '.join(get_args(Verdict))}, not {said!r}"
            raise InvalidInput(detail, faults=[Fault("/verdict", detail, "verdict")])
        return cast("Verdict", said)


async def read(request: Request) -> Form:
    """Read a form as browsers send one without files."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=200):
        found.setdefault(name, []).append(value)
    return Form(found, preferences.of(request).hold)


Sent = Annotated[Form, Depends(read)]
