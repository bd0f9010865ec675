"""Members of objects as columns of their own."""

from mdm.ingest.members import with_members


def test_members_of_objects_are_columns_at_any_depth_and_all_else_stays():
    columns = {"id": [1, 2, 3], "address": [{"city": "Bonn", "geo": {"lat": 50.7}}, "Main St 1, Leeds", None]}
    assert with_members(columns) == {
        "id": [1, 2, 3],
        "address": [None, "Main St 1, Leeds", None],
        "address.city": ["Bonn", None, None],
        "address.geo.lat": [50.7, None, None],
    }


def test_a_column_of_objects_alone_is_gone_and_lists_stay_lists():
    columns = {"name": [{"first": "Ada"}, None], "mails": [["a@x.example"], []]}
    assert with_members(columns) == {"name.first": ["Ada", None], "mails": [["a@x.example"], []]}
