"""Lists that are asked for by source: one that nobody knows is refused, as an unknown entity type is."""

import pytest

from mdm.errors import NotFound
from mdm.services.rulebook import unmapped_codes

LISTS = ["/v1/divergence", "/v1/divergence:counts", "/v1/references:waiting", "/v1/refetches", "/v1/refetches:waiting"]


@pytest.mark.parametrize("path", LISTS)
def test_a_misspelled_source_is_refused_and_the_nearest_is_named(either_server, path):
    either_server.put("salesforce:customer:1", name="Acme GmbH")
    ask = either_server.as_("steward")
    refused = ask("GET", f"{path}?source=salesfroce")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found"), refused.text
    assert "the nearest is 'salesforce'" in refused.json()["detail"]
    assert ask("GET", f"{path}?source=salesforce").json()["items"] == []


@pytest.mark.parametrize("path", LISTS)
def test_a_source_that_rules_name_is_known_before_it_sends_anything(server, path):
    assert server.as_("steward")("GET", f"{path}?source=billing").json()["items"] == []


def test_values_that_no_code_stands_for_are_not_those_of_an_unknown_source(hub):
    with pytest.raises(NotFound, match="the nearest is 'billing'"):
        unmapped_codes.listed(hub, source="biling")
