"""Traces by OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT names a collector; else nothing of it is even imported.

Spans are made here and not by the ready instrumentations: those record paths, statements, addresses of callers and browsers' names.
Ours hold the template of a route, the first word of a statement, the name of a task, and the number of the request. No parameter.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Engine, event

from beteiligung.logs import REQUEST_ID
from beteiligung.settings import settings


class _Off:
    """Stands where a tracer would."""

    @contextmanager
    def span(self, name: str, **about: str | int) -> Iterator[dict[str, str | int]]:  # noqa: ARG002
        """Do nothing."""
        yield {}


class _On:
    """Makes spans by OpenTelemetry's SDK."""

    def __init__(self, provider: Any) -> None:
        self._tracer = provider.get_tracer("beteiligung")
        event.listen(Engine, "before_cursor_execute", self._begin)
        event.listen(Engine, "after_cursor_execute", self._end)
        event.listen(Engine, "handle_error", self._broken)

    @contextmanager
    def span(self, name: str, **about: str | int) -> Iterator[dict[str, str | int]]:
        """Open a span; what the block puts into the dict is added at its end. An error is told by its kind alone."""
        from opentelemetry.trace import Status, StatusCode

        more: dict[str, str | int] = {}
        with self._tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
            try:
                yield more
            except BaseException as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise
            finally:
                if "name" in more:
                    span.update_name(str(more.pop("name")))
                number = REQUEST_ID.get()
                span.set_attributes({**about, **more, **({"request.id": number} if number else {})})

    def _begin(self, _connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        if context is not None:
            word = statement.split(None, 1)[0].upper() if statement.strip() else "SQL"
            context._beteiligung_span = self._tracer.start_span(f"SQL {word[:12]}", attributes={"db.operation.name": word[:12]})  # noqa: SLF001

    def _end(self, _connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        if span := getattr(context, "_beteiligung_span", None):
            span.end()

    def _broken(self, about: Any) -> None:
        self._end(None, None, "", None, about.execution_context, False)


Tracer = _Off | _On


def start(exporter: Any, service: str, *, at_once: bool = False) -> _On:
    """Return a tracer that hands its spans to an exporter: in the background, or (tests) at once."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    provider = TracerProvider(resource=Resource({"service.name": service}))
    provider.add_span_processor(SimpleSpanProcessor(exporter) if at_once else BatchSpanProcessor(exporter))
    return _On(provider)


@cache
def tracer() -> Tracer:
    """Return the tracer of this process; made when the first request or task comes, so that no fork shares its thread."""
    if not settings().otlp_endpoint:
        return _Off()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return start(OTLPSpanExporter(), "beteiligung")
