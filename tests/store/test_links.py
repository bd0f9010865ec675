"""Links: one for each slot, found from either end."""

import pytest

from mdm.services.hub import Hub
from mdm.store import links
from mdm.store.links import Slot, StoredLink


@pytest.mark.parametrize("count", [1, 40])
def test_links_are_found_from_either_end_replaced_and_taken_away(hub: Hub, count: int) -> None:
    made = [StoredLink(number, "crosswalk", "master", 1000 + number, number) for number in range(1, count + 1)]
    with hub.database.write() as writer:
        links.change(writer, gone=[], kept=made)
        assert links.of(writer, [1]) == links.of(writer, [1001]) == made[:1]
        links.change(writer, gone=[], kept=[link._replace(other_id=7, position=50) for link in made])
        assert sorted(links.of(writer, [7])) == [link._replace(other_id=7, position=50) for link in made]
        links.change(writer, gone=[link.slot for link in made], kept=[StoredLink(1, "source_merge", "", 2, 60)])
        assert links.of(writer, [1, 7]) == [StoredLink(1, "source_merge", "", 2, 60)]
        assert links.of(writer, [1])[0].slot == Slot(1, "source_merge", "")
