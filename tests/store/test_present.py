"""What there is any of, told in one."""

from mdm.services.hub import Hub
from mdm.store import bulk, decisions, links, overrides, refetches
from mdm.store.links import StoredLink
from mdm.store.overrides import StoredOverride
from mdm.store.present import Present, present
from mdm.store.refetches import StoredRefetch


def there_is(*names: str) -> Present:
    return Present(**{name: name in names for name in Present._fields})


def test_what_there_is_any_of_is_told_of_the_hub_or_of_the_entity_type(hub: Hub) -> None:
    with hub.database.write() as writer:
        assert present(writer, "customer") == there_is()
        decisions.add(writer, [(10, "customer", "override", True)], voiding=[], pairs=[])
        assert present(writer, "customer") == there_is("decisions")
        overrides.name(writer, [StoredOverride(10, 1, "name", None, True)])
        links.change(writer, gone=[], kept=[StoredLink(1, "source_merge", "", 2, 11)])
        behind = StoredRefetch(1, 12, "customer", 11, None, None)
        refetches.change(writer, ended=[], begun=[behind], position=12)
        bulk.insert(writer, "dirty_record", ("entity_type", "record_id"), [("employee", 2)])
        assert present(writer, "customer") == there_is("decisions", "overrides", "links", "refetches")
        assert present(writer, "employee") == there_is("overrides", "links", "marked")
        refetches.change(writer, ended=[behind], begun=[], position=13)
        assert not present(writer, "customer").refetches
