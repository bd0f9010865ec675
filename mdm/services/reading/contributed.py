"""A value that one source record brought, as it would be set on the golden record."""

from typing import Any

from golden_records.contributions import without_floats
from golden_records.identity import parse_golden_id
from mdm.errors import Fault, InvalidInput
from mdm.log import Key
from mdm.resolution.codes import translate
from mdm.resolution.fold import values_of
from mdm.resolution.references import target
from mdm.resolution.work import layers_of
from mdm.services.deciding.standing import standing
from mdm.services.hub import Hub
from mdm.services.reading.golden import get


def contributed(hub: Hub, golden_id: str, attribute: str, key: Key) -> Any:
    """What a record of a golden record says of an attribute, in the words of the hub.

    A reference to a record of its own source is told by its key, and a word of its source by its code.

    Raises:
        NotFound: the ID was never given.
        InvalidInput: the record is none of its own, or says nothing of it.
    """
    document = get(hub, golden_id)
    entity_type = hub.entity_type(document["entity_type"])
    number = parse_golden_id(document.get("current_id", golden_id))[1]
    with hub.database.read() as reader:
        work = standing(hub, reader, entity_type)
        record = next((one for one in work.load("golden", [number]) if one.key == str(key) and one.living), None)
        values = {} if record is None else values_of(layers_of(record))
        if values.get(attribute) is None:
            detail = f"{key} is no record of {golden_id} with a value of {attribute}"
            raise InvalidInput(detail, faults=[Fault("/value", detail, "candidate", str(key))])
        value = values[attribute]
        if attribute in entity_type.references:
            return target(entity_type, attribute, key.source, str(value))
        if attribute in entity_type.code_lists:
            translated = {attribute: value}
            translate(entity_type, work.codes, key.source, translated)
            value = translated.get(attribute) or value
    return without_floats(value)
