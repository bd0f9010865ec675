"""Commands that stay: the server, the worker apart from it, and the demo that ends in a server.

Server, worker and demo stand beside the command line and not below it, so they are named as strings.
"""

import gc
import importlib
import ipaddress
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from mdm import tracing
from mdm.cli import output, session
from mdm.cli.output import Json
from mdm.errors import InvalidInput, Unavailable
from mdm.services.uncollected import uncollected

if TYPE_CHECKING:
    from mdm.settings import Settings

WITH_UI, HEADLESS = "stewardship_ui.app", "mdm.api.app"
WORKER, DEMO = "mdm.worker", "mdm.demo.run"
Port = Annotated[
    int | None, typer.Option(min=1, max=65535, help="The port to listen on; MDM_PORT or 8000 if left out.")
]


def serve(
    *,
    host: Annotated[
        str | None, typer.Option(help="The address to listen on; MDM_HOST or 127.0.0.1 if left out.")
    ] = None,
    port: Port = None,
    workers: Annotated[int, typer.Option(min=1, help="Server processes.")] = 1,
    headless: Annotated[bool, typer.Option("--headless", help="The API without the steward's screens.")] = False,
    as_json: Json = False,
) -> None:
    """Serve the API and the steward's screens, and resolve what comes in; Ctrl-C stops.

    Example: mdm serve --port 9000
    """
    chosen = session.settings(host=host, port=port)
    ensure_safe(chosen)
    tracing.start()
    ensure_free(chosen.host, chosen.port)
    with session.opened(chosen):
        pass  # what is wrong with the database is said before anything listens

    def tell() -> None:
        if as_json:
            output.print_json({"url": _url(chosen), "workers": workers, "headless": headless})
        else:
            output.say(f"Serving on {_url(chosen)} (API reference at {_url(chosen)}/docs); Ctrl-C stops.")

    _serve(chosen, workers=workers, headless=headless, tell=tell)


def _serve(chosen: "Settings", *, workers: int, headless: bool, tell: Callable[[], None]) -> None:
    import uvicorn

    session.log_to_stderr("info", lasting=True)
    os.environ["MDM_DATABASE_URL"] = chosen.database_url  # the factory reads the settings, also in other processes
    application = f"{__name__}:{without_ui.__name__ if headless else with_ui.__name__}"
    signal.signal(signal.SIGTERM, _interrupt)
    with importlib.import_module(WORKER).in_background(chosen, actor="resolver"), _told_once_it_listens(chosen, tell):
        uvicorn.run(
            application, factory=True, host=chosen.host, port=chosen.port, workers=workers, log_level="warning",
            access_log=False, timeout_worker_healthcheck=30, ssl_certfile=chosen.tls_certificate,
            ssl_keyfile=chosen.tls_key,
        )  # fmt: skip


@contextmanager
def _told_once_it_listens(chosen: "Settings", tell: Callable[[], None]) -> Iterator[None]:
    """Tell where the server is as soon as it can be connected to, and not before: scripts wait for that line.

    Which of several processes listens first, and when, is known by trying alone.
    """
    over = threading.Event()

    def watch() -> None:
        while not _listens(chosen.host, chosen.port):
            if over.wait(0.05):
                return
        tell()
        sys.stdout.flush()

    threading.Thread(target=watch, name="listening", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def with_ui() -> object:
    """Make the API and the steward's screens, in each process of the server."""
    return _made(WITH_UI)


def without_ui() -> object:
    """Make the API alone, in each process of the server."""
    return _made(HEADLESS)


def _made(module: str) -> object:
    session.log_to_stderr("info", lasting=True)  # a process has its own, and standard output is for answers
    # All of it stays until the process ends: to look for garbage in it again and again takes a seventh of the start,
    # and afterwards a quarter of a look-up's time.
    with uncollected():
        application = importlib.import_module(module).create_app()
    gc.collect()
    gc.freeze()
    return application


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    # uvicorn raises a signal again once it has shut down; as an interrupt it also lets the worker finish.
    raise KeyboardInterrupt


def ensure_safe(chosen: "Settings") -> None:
    """Raise InvalidInput when keys and passwords would cross a network for all to read, saying what to do."""
    if (chosen.tls_certificate is None) != (chosen.tls_key is None):
        raise InvalidInput("MDM_TLS_CERTIFICATE and MDM_TLS_KEY go together: one without the other is no TLS")
    for path in filter(None, (chosen.tls_certificate, chosen.tls_key)):
        Path(path).read_bytes()  # what cannot be read is said before anything starts
    if chosen.tls_key is None and not chosen.behind_proxy and not _is_loopback(chosen.host):
        raise InvalidInput(
            f"{chosen.host} can be reached from other machines, where keys and passwords could be read on the way:"
            " give a certificate (MDM_TLS_CERTIFICATE, MDM_TLS_KEY), or say with MDM_BEHIND_PROXY=true that a proxy"
            " in front speaks TLS"
        )


def ensure_free(host: str, port: int) -> None:
    """Raise Unavailable when nothing can listen there, naming the port and what to do."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise Unavailable(
            f"port {port} on {host} cannot be listened on ({error.strerror}): choose another with --port"
        ) from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _url(chosen: "Settings") -> str:
    scheme = "https" if chosen.tls_key else "http"
    return f"{scheme}://{f'[{chosen.host}]' if ':' in chosen.host else chosen.host}:{chosen.port}"


def worker(*, as_json: Json = False) -> None:
    """Resolve what comes in and let days pass, apart from the server; Ctrl-C stops.

    Example: mdm worker
    """
    tracing.start()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with session.opened() as hub:
        session.log_to_stderr("info", lasting=True)
        output.complain("mdm: resolving what comes in; Ctrl-C stops")
        commits = importlib.import_module(WORKER).run(hub, stop, actor=session.author().actor)
    if as_json:
        output.print_json({"commits": commits})
    else:
        output.say(f"Stopped after {commits:,} resolver commits.")


def demo(
    *,
    port: Port = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Build and tell, but do not serve.")] = False,
    password: Annotated[
        str | None, typer.Option(help="The password of all accounts of the demo, for scripts; random if left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Build the hub of a made-up firm, say how well it came out, and serve it; safe to repeat.

    It is kept in demo/mdm.db, or where MDM_DATABASE_URL says.

    Example: mdm demo --port 9000
    """
    chosen = session.settings(port=port)
    if not no_serve:
        ensure_safe(chosen)
        tracing.start()
        ensure_free(chosen.host, chosen.port)
    session.log_to_stderr("warning")
    run = importlib.import_module(DEMO)
    chosen = run.settings(chosen)
    with output.progress("Loading the demo firm") as progress:
        built = run.build(chosen, author=session.author(), program=_program(), progress=progress, password=password)

    def tell() -> None:
        if as_json:
            output.print_json({**asdict(built), "url": _url(chosen)})
        else:
            run.show(built, output.console(), url=_url(chosen), serving=not no_serve)

    if no_serve:
        tell()
    else:
        _serve(chosen, workers=1, headless=False, tell=tell)


def _program() -> str:
    """How this program was called, so that the commands it suggests work when they are typed."""
    import shutil

    called = Path(sys.argv[0])
    if called.name != "mdm" or shutil.which("mdm") == str(called):
        return "mdm"
    near = os.path.relpath(called)
    return str(called) if near.startswith("..") else near


COMMANDS = (serve, worker, demo)
