"""Exports over HTTP: files in three formats, masked for the reader, with the position to go on from."""

import io

import orjson
import pyarrow.parquet


def test_a_reader_takes_a_snapshot_and_goes_on_with_deltas(server):
    server.put("crm:customer:1", name="Acme GmbH", email=["info@acme.example"])
    send = server.as_("reader")
    first = send("GET", "/v1/golden-records:export?type=customer")
    assert first.headers["content-type"] == "application/x-ndjson"
    assert orjson.loads(first.content)["masked"] == ["email"]
    assert "acme.example" not in first.text
    since = first.headers["MDM-Position"]
    server.put("crm:customer:2", name="Beta AG")
    delta = send("GET", f"/v1/golden-records:export?type=customer&since={since}")
    assert [orjson.loads(line)["attributes"] for line in delta.content.splitlines()] == [{"name": "Beta AG"}]
    assert int(delta.headers["MDM-Position"]) > int(since)
    walk = send("GET", "/v1/xref:export?type=customer&format=parquet")
    assert pyarrow.parquet.read_table(io.BytesIO(walk.content))["source_id"].to_pylist() == ["1", "2"]
    told = send("GET", "/v1/lineage:export?type=customer&format=csv")
    assert "Acme GmbH" in told.text
    assert "acme.example" not in told.text


def test_what_cannot_be_exported_is_a_problem_and_no_file(server):
    send = server.as_("reader")
    assert send("GET", "/v1/xref:export?type=nothing").status_code == 404
    assert send("GET", "/v1/xref:export?type=customer&since=99999").status_code == 422
    assert send("GET", "/v1/golden-records:export?type=customer&format=xlsx").status_code == 422
    narrowed = server.as_("reader", entity_type="employee")
    assert narrowed("GET", "/v1/golden-records:export?type=customer").status_code == 403
