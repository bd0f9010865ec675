"""Traces by OpenTelemetry, where the variables OTEL_* ask for them: spans of requests, transactions, resolver commits.

A span says what was done and never about whom: no address, no query and no message of an exception, since a source id
or a name that is searched for can be personal data. Where nobody asks, nothing is loaded, and a span is a comparison.

Source: OpenTelemetry's variables of SDK and OTLP exporter, its semantic conventions of HTTP servers; W3C Trace Context.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdm.errors import HubError, InvalidInput

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider as SDKProvider
    from opentelemetry.trace import Span, Tracer, TracerProvider

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SPOKEN = "http/protobuf"
_SERVICE = {"service.name": "mdm-hub"}
_NONE = nullcontext()

Attributes = Mapping[str, str | int]


@dataclass(slots=True)
class _Tracing:
    tracer: "Tracer | None" = None
    stop: Callable[[], None] = lambda: None


_now = _Tracing()


def start() -> None:
    """Send traces from now on, if the variables of this process say where to; once is enough for a process.

    Raises:
        InvalidInput: the variables ask for what cannot be done here; says which, and what to do.
    """
    if _now.tracer is None and _asked(os.environ):
        provider = _provider()
        use(provider)
        _now.stop = provider.shutdown


def stop() -> None:
    """Send what is left, and tell no more; the end of a process does it, too."""
    use(None)
    _now.stop()


def use(provider: "TracerProvider | None") -> None:
    """Have spans made by a provider from now on; by none where there is none."""
    _now.tracer = None if provider is None else provider.get_tracer("mdm")


def on() -> bool:
    """Whether anybody is told."""
    return _now.tracer is not None


def span(name: str, attributes: Attributes | None = None) -> AbstractContextManager[object]:
    """Time what a block does, as a part of what is being done."""
    tracer = _now.tracer
    return _NONE if tracer is None else _part(tracer, name, attributes)


def leaf(name: str, attributes: Attributes | None = None) -> AbstractContextManager[object]:
    """Time a block of which no parts are told, where it is itself a part of something.

    It may overlap with parts that begin inside it, and end before they do.
    """
    tracer = _now.tracer
    return _NONE if tracer is None else _leaf(tracer, name, attributes)


@contextmanager
def request(method: str, headers: Sequence[tuple[bytes, bytes]], *, request_id: str) -> Iterator["Span"]:
    """Time a request, as a part of the trace that it says it belongs to; for use where tracing is `on`."""
    from opentelemetry import propagate
    from opentelemetry.trace import SpanKind

    carried = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    assert _now.tracer is not None  # noqa: S101  asked by the caller
    with _now.tracer.start_as_current_span(
        method, context=propagate.extract(carried), kind=SpanKind.SERVER,
        attributes={"http.request.method": method, "mdm.request_id": request_id},
        record_exception=False, set_status_on_exception=False,
    ) as made:  # fmt: skip
        yield made


def answered(made: "Span", *, method: str, route: str | None, status: int) -> None:
    """Say in the span of a request which route answered it, and how."""
    if route is not None:
        made.update_name(f"{method} {route}")
        made.set_attribute("http.route", route)
    made.set_attribute("http.response.status_code", status)
    if status >= 500 or not status:
        from opentelemetry.trace import StatusCode

        made.set_attribute("error.type", str(status))
        made.set_status(StatusCode.ERROR)


def trace_id() -> str | None:
    """The id of the trace that what is being done belongs to, as `traceparent` spells it."""
    if _now.tracer is None:
        return None
    from opentelemetry.trace import format_trace_id, get_current_span

    context = get_current_span().get_span_context()
    return format_trace_id(context.trace_id) if context.is_valid else None


@contextmanager
def _part(tracer: "Tracer", name: str, attributes: Attributes | None) -> Iterator[None]:
    with tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as made:
        try:
            yield
        except Exception as error:
            _failed(made, error)
            raise


@contextmanager
def _leaf(tracer: "Tracer", name: str, attributes: Attributes | None) -> Iterator[None]:
    from opentelemetry.trace import get_current_span

    if not get_current_span().get_span_context().is_valid:
        yield
        return
    made = tracer.start_span(name, attributes=attributes)
    try:
        yield
    except Exception as error:
        _failed(made, error)
        raise
    finally:
        made.end()


def _failed(made: "Span", error: Exception) -> None:
    """Say of what sort an error is; a refusal is an answer, and no failure."""
    from opentelemetry.trace import StatusCode

    made.set_attribute("error.type", error.code if isinstance(error, HubError) else type(error).__qualname__)
    if not isinstance(error, HubError) or error.status >= 500:
        made.set_status(StatusCode.ERROR)


def _asked(variables: Mapping[str, str]) -> bool:
    """Whether the variables ask for traces; raises InvalidInput where they ask for what cannot be done here."""
    exporter = variables.get("OTEL_TRACES_EXPORTER", "").strip().lower() or "otlp"
    endpoint = next((name for name in ENDPOINTS if variables.get(name)), None)
    if variables.get("OTEL_SDK_DISABLED", "").strip().lower() == "true" or exporter == "none" or endpoint is None:
        return False
    if exporter != "otlp":
        raise InvalidInput(f"OTEL_TRACES_EXPORTER is {exporter!r}: the hub sends traces by otlp, or none")
    for name in PROTOCOLS:
        if variables.get(name) not in {None, "", SPOKEN}:
            raise InvalidInput(f"{name} is {variables[name]!r}: the hub speaks {SPOKEN}")
    return True


def _provider() -> "SDKProvider":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise InvalidInput(
            f"{' or '.join(ENDPOINTS)} asks for traces, which need more packages: install mdm-hub[telemetry],"
            " or set OTEL_SDK_DISABLED=true"
        ) from None
    # What the variables say of the service stands above what it is called otherwise.
    resource = Resource.create({**_SERVICE, **OTELResourceDetector().detect().attributes})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
