"""Traces: what is told of a request and of a resolver commit, what is never told, and when anything is told at all."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from mdm import tracing, worker
from mdm.errors import InvalidInput
from tests.api.conftest import either_server, server  # noqa: F401  fixtures

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
PERSON = "jane.doe"
CORRELATION = "SELECT correlation_id FROM log WHERE kind = 'record'"


@pytest.fixture
def told() -> Iterator[Callable[[], list[ReadableSpan]]]:
    """Have spans kept, and give those that have ended since this was asked before."""
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(provider)

    def ended() -> list[ReadableSpan]:
        spans = list(exporter.get_finished_spans())
        exporter.clear()
        return spans

    yield ended
    tracing.use(None)
    provider.shutdown()


def named(spans: list[ReadableSpan], name: str) -> list[ReadableSpan]:
    return [one for one in spans if one.name == name]


def parent(span: ReadableSpan) -> int:
    return 0 if span.parent is None else span.parent.span_id


def test_a_request_is_a_part_of_the_trace_that_it_says_with_its_transactions_and_commit(server, told):  # noqa: F811
    path = f"/v1/source-records/crm/customer/{PERSON}?wait=resolved"
    body = {"attributes": {"name": "Doe & Sons"}}
    answer = server.as_("admin")("PUT", path, json=body, headers=TRACEPARENT)
    spans = told()
    (request,) = named(spans, "PUT /v1/source-records/{source}/{entity_type}/{source_id:path}")
    assert {f"{one.context.trace_id:032x}" for one in spans} == {TRACE}
    assert parent(request) == int(PARENT, 16)
    assert request.attributes == {
        "http.request.method": "PUT", "http.response.status_code": 200,
        "http.route": "/v1/source-records/{source}/{entity_type}/{source_id:path}",
        "mdm.request_id": answer.headers["x-request-id"],
    }  # fmt: skip
    (commit,) = named(spans, "resolver commit")
    assert parent(commit) == request.context.span_id
    assert (commit.attributes["mdm.entity_type"], commit.attributes["mdm.facts"]) == ("customer", 1)
    within = [one for one in named(spans, "write transaction") if parent(one) == commit.context.span_id]
    assert [one.attributes for one in within] == [{"db.system.name": "sqlite"}]
    with server.hub.database.read() as reader:
        assert reader.rows(CORRELATION) == [(TRACE,)]


def test_the_quick_ways_are_told_alike(either_server, told):  # noqa: F811
    either_server.put(f"crm:customer:{PERSON}", name="Doe & Sons")
    ask = either_server.as_("reader")
    told()
    assert ask("GET", f"/v1/xref/crm/customer/{PERSON}", headers=TRACEPARENT).status_code == 200
    keys = {"keys": [["crm", "customer", PERSON]]}
    assert ask("POST", "/v1/xref:lookup", json=keys, headers=TRACEPARENT).status_code == 200
    spans = told()
    one = "GET /v1/xref/{source}/{entity_type}/{source_id:path}"
    requests = [*named(spans, one), *named(spans, "POST /v1/xref:lookup")]
    assert len(requests) == 2
    for request in requests:
        assert parent(request) == int(PARENT, 16)
        assert request.attributes["http.response.status_code"] == 200
        assert [span for span in named(spans, "read together") if parent(span) == request.context.span_id]


def test_no_address_no_query_and_no_message_of_an_error_is_told(server, told, monkeypatch):  # noqa: F811
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError(PERSON)

    admin = server.as_("admin")
    assert admin("GET", f"/v1/golden-records:search?q={PERSON}").status_code == 200
    assert admin("GET", f"/v1/xref/crm/customer/{PERSON}").status_code == 404
    monkeypatch.setattr("mdm.services.reading.search.search", broken)
    assert admin("GET", f"/v1/golden-records:search?q={PERSON}").status_code == 500
    spans = told()
    assert PERSON not in "".join(one.to_json() for one in spans)
    answered = [(one.attributes["http.response.status_code"], one.status.is_ok) for one in spans if " /v1/" in one.name]
    assert answered == [(200, True), (404, True), (500, False)], "a refusal is no failure"


def test_a_worker_tells_of_its_commits_and_not_of_looking_for_work(server, told):  # noqa: F811
    stop = threading.Event()
    worker.resolve_pending(server.hub, stop, actor="resolver")
    told()
    worker.resolve_pending(server.hub, stop, actor="resolver")
    assert told() == []
    sent = server.as_("admin")("PUT", "/v1/source-records/crm/customer/1", json={"attributes": {"name": "Acme"}})
    assert sent.status_code == 202
    told()
    worker.resolve_pending(server.hub, stop, actor="resolver")
    spans = told()
    (commit,) = [one for one in spans if one.parent is None]
    assert commit.name == "resolver commit"
    assert "write transaction" in {one.name for one in spans}


def test_facts_of_a_request_that_brings_no_trace_carry_the_one_that_it_begins(server, told):  # noqa: F811
    server.put("crm:customer:1", name="Acme")
    (trace,) = {f"{one.context.trace_id:032x}" for one in told()}
    with server.hub.database.read() as reader:
        assert reader.rows(CORRELATION) == [(trace,)]


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def put(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"OTEL_{name}", value)

    return put


ENDPOINT = {"EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}


@pytest.mark.parametrize(
    "given", [{}, {**ENDPOINT, "SDK_DISABLED": "true"}, {**ENDPOINT, "TRACES_EXPORTER": "none"}]
)  # fmt: skip
def test_nothing_is_told_unless_the_variables_say_where_to(variables, given):
    variables(**given)
    tracing.start()
    assert not tracing.on()
    with tracing.span("nothing"):
        assert tracing.trace_id() is None


@pytest.mark.parametrize(
    ("given", "word"),
    [({"TRACES_EXPORTER": "console"}, "OTEL_TRACES_EXPORTER"), ({"EXPORTER_OTLP_PROTOCOL": "grpc"}, "http/protobuf")],
)
def test_what_cannot_be_done_is_said_at_the_start(variables, given, word):
    variables(**ENDPOINT, **given)
    with pytest.raises(InvalidInput, match=word):
        tracing.start()


def test_they_are_sent_by_otlp_over_http(variables):
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Collector) as collector:
        serving = threading.Thread(target=collector.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        variables(EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{collector.server_port}", SERVICE_NAME="hub-of-a-test")
        try:
            tracing.start()
            with tracing.span("a part", {"mdm.entity_type": "customer"}):
                pass
        finally:
            tracing.stop()
            collector.shutdown()
            serving.join()
    assert not tracing.on()
    ((path, sent),) = received
    assert path == "/v1/traces"
    (told,) = ExportTraceServiceRequest.FromString(sent).resource_spans
    assert ("service.name", "hub-of-a-test") in {(one.key, one.value.string_value) for one in told.resource.attributes}
    assert [span.name for scope in told.scope_spans for span in scope.spans] == ["a part"]
