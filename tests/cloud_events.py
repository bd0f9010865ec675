"""What the specification's JSON schema demands of a CloudEvent.

Source: CloudEvents 1.0.2 (Apache-2.0), `cloudevents/formats/cloudevents.json` and how `spec.md` names attributes.
"""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

REQUIRED = ("id", "source", "specversion", "type")
TEXTS = (*REQUIRED, "datacontenttype", "subject", "time")
_NAME = re.compile(r"[a-z0-9]{1,20}")


def check(event: dict[str, Any]) -> None:
    """An AssertionError says what is not as the schema says."""
    assert set(REQUIRED) <= event.keys(), event
    for name, value in event.items():
        assert _NAME.fullmatch(name), name
        assert name == "data" or isinstance(value, bool | int | str), name
        assert not isinstance(value, int) or -(2**31) <= value < 2**31, name
        if name in TEXTS:
            assert isinstance(value, str), name
            assert value, name
    assert event["specversion"] == "1.0"
    assert urlsplit(event["source"]).geturl() == event["source"], "a reference to a URI"
    assert not re.search(r"\s", event["source"])
    if "time" in event:  # RFC 3339
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", event["time"])
        datetime.fromisoformat(event["time"])
    assert not ("data" in event and "data_base64" in event)
