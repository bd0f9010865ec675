"""What is kept of the groups of hierarchies, beside what counting them anew gives."""

from mdm.resolution.hierarchy_groups import read
from mdm.resolution.readiness_writing import standing_types
from mdm.services.hub import Hub
from mdm.store import hierarchy, hierarchy_groups
from mdm.store.moments import Moment
from mdm.store.xref import NOW


def kept_groups_are_what_counting_gives(hub: Hub) -> int:
    """Compare all of them, and that there are no others; give how many golden records stand below another."""
    below = 0
    with hub.database.read() as reader:
        for name, (entity_type, tick) in standing_types(reader).items():
            for attribute in entity_type.hierarchies:
                of = hierarchy_groups.Hierarchy(name, attribute)
                above = hierarchy_groups.all_parents(reader, of, on=tick or "")
                numbers = {*above, *above.values()}
                kept = hierarchy_groups.kept(reader, of, numbers)
                assert kept.keys() == numbers
                assert {number: one.parent for number, one in kept.items() if one.parent is not None} == above
                rows = reader.one(
                    "SELECT count(*) FROM hierarchy_group WHERE entity_type = ? AND attribute = ?", *of
                )  # fmt: skip
                assert rows == (len(numbers),)
                for number, one in kept.items():
                    counted = hierarchy.group(reader, number, of, when=Moment(NOW, tick or ""), deepest=1_000)
                    assert hierarchy.Group(*read(one.total)) == counted, (name, attribute, number)
                below += len(above)
    return below
