"""Stylesheets, scripts and fonts: read once, served under an address that changes whenever one of them does."""

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.exceptions import HTTPException
from starlette.responses import Response

router = APIRouter(include_in_schema=False)
MEDIA_TYPES = {
    "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
    "woff2": "font/woff2", "txt": "text/plain; charset=utf-8",
}  # fmt: skip
FOR_EVER, ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"


@router.get("/static/{version}/{name:path}")
def static_file(version: Annotated[str, Path(max_length=40)], name: Annotated[str, Path(max_length=200)]) -> Response:
    """Serve a file; only under the address of this very version may it be kept for ever."""
    content = _contents().get(name)
    if content is None:
        raise HTTPException(404)
    kept = FOR_EVER if version == version_of_all() else ASK_AGAIN
    media_type = MEDIA_TYPES[name.rpartition(".")[2]]
    return Response(content, media_type=media_type, headers={"Cache-Control": kept})


def address(name: str) -> str:
    """Where a page finds a file; modules beside it are found by their bare names."""
    if name not in _contents():
        raise LookupError(f"there is no static file {name}")
    return f"/static/{version_of_all()}/{name}"


@cache
def version_of_all() -> str:
    """One hash over all files, since modules import each other by their bare names."""
    told = hashlib.blake2b(digest_size=6)
    for name, content in sorted(_contents().items()):
        told.update(name.encode() + b"\0" + hashlib.blake2b(content).digest())
    return told.hexdigest()


@cache
def _contents() -> dict[str, bytes]:
    return dict(_below(files("stewardship_ui").joinpath("static"), ""))


def _below(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _below(entry, f"{prefix}{entry.name}/")
        elif entry.name.rpartition(".")[2] in MEDIA_TYPES:
            found.append((prefix + entry.name, entry.read_bytes()))
    return found
