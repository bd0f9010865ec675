"""Code lists and mappings as of a position of the log, and the records that hold a value."""

from mdm.services.hub import Hub
from mdm.store import code_lists
from mdm.store.xref import NOW


def test_what_holds_is_what_was_said_last_up_to_a_position(hub: Hub) -> None:
    with hub.database.write() as writer:
        first = max(code_lists.places(writer, NOW))
        for offset, (value, code) in enumerate((("A b", "x"), ("a-b", "y"), ("AB", None)), 1):
            body = {"code_list": "letters", "source": "psa", "map": {value: code}}
            code_lists.keep(writer, "code_mapping", body, position=first + offset)
        code_lists.keep(writer, "code_list", {"code_list": "letters", "codes": {"x": {}}}, position=first + 9)
    with hub.database.read() as reader:
        found = [[row.code for row in code_lists.mappings(reader, first + offset, "letters")] for offset in range(4)]
        assert found == [[], ["x"], ["y"], []]
        assert [row.value for row in code_lists.said_last(reader, NOW, "letters")] == ["AB"]
        assert [row.value for row in code_lists.mapped_at(reader, first + 2)] == ["a-b"]
        (early, two), (lists, last) = (code_lists.lists_and_mappings(reader, end) for end in (first + 2, NOW))
        assert "letters" not in early
        assert [row for row in two if row.code_list == "letters"] == code_lists.mappings(reader, first + 2, "letters")
        assert last == code_lists.mappings(reader, NOW)
        assert lists["letters"] == '{"code_list":"letters","codes":{"x":{}}}'
        assert code_lists.places(reader, NOW) == (first + 9, first + 3)


def test_the_lists_in_hand_follow_the_log(hub: Hub) -> None:
    with hub.database.read() as reader:
        before = hub.code_lists(reader)
        assert hub.code_lists(reader) is before
        position = max(code_lists.places(reader, NOW))
    with hub.database.write() as writer:
        body = {"code_list": "roles", "source": "psa", "map": {"X 1": "partner"}}
        code_lists.keep(writer, "code_mapping", body, position=position + 1)
    with hub.database.read() as reader:
        assert hub.code_lists(reader).canonical("roles", "psa", "x1") == "partner"
        assert hub.code_lists(reader, upto=position) is before
        assert before.canonical("roles", "psa", "x1") is None
