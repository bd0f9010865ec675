"""The reference at /docs: one static page that lists the operations of openapi.json, nothing from outside."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import Response

from mdm.api.answers import answer

FILES = {
    "reference.html": "text/html; charset=utf-8",
    "reference.css": "text/css; charset=utf-8",
    "reference.js": "text/javascript; charset=utf-8",
}


def install(app: FastAPI, describe: Callable[[FastAPI], dict[str, Any]]) -> None:
    """Serve /openapi.json, /docs and the files that the page needs."""

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> Response:
        return answer(describe(app))

    @app.get("/docs", include_in_schema=False)
    def page() -> Response:
        return _file("reference.html")

    @app.get("/docs/{name}", include_in_schema=False)
    def file(name: str) -> Response:
        return _file(name)


def _file(name: str) -> Response:
    if name not in FILES:
        raise HTTPException(404)
    content = files("mdm.api").joinpath("static", name).read_bytes()
    return Response(content, media_type=FILES[name])
