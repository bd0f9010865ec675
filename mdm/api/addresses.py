"""Which route answers an address: the routers are asked in turn, and only those whose prefix it has.

FastAPI tries one route after the other, and each costs microseconds: over a hundred of them that was a third of the
time of a request. Each of our routers holds what lies under one prefix, so most are passed over by a comparison.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send


class Shelf(BaseRoute):
    """The routes of one router, and the beginning that all of their addresses share."""

    def __init__(self, routes: Sequence[Route]) -> None:
        """Take the routes as their router made them: with whole addresses."""
        self.routes = routes
        beginnings = [route.path.partition("{")[0] for route in routes]
        # What the first and the last of them in order share, all that lie between them share too.
        letters = zip(min(beginnings), max(beginnings), strict=False)
        self.prefix = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], letters))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Find the route for an address; one that does not take its method counts only where no other is."""
        partly: tuple[Match, Scope] = (Match.NONE, {})
        if scope["type"] != "http" or not scope["path"].startswith(self.prefix):
            return partly
        for route in self.routes:
            match, found = route.matches(scope)
            if match is Match.FULL:
                return match, found
            if match is Match.PARTIAL and partly[0] is Match.NONE:
                partly = match, found
        return partly

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the route that was found, or tell all methods that its address takes."""
        if scope["method"] not in (scope["route"].methods or ()):
            raise HTTPException(405, headers={"Allow": ", ".join(_taken(scope))})
        await scope["route"].handle(scope, receive, send)


def add(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Have an application answer at the addresses of routers, which share nothing but what they say themselves."""
    app.router.routes.extend(Shelf([one for one in router.routes if isinstance(one, Route)]) for router in routers)


def _taken(scope: Scope) -> list[str]:
    """The methods of an address: each route has only its own, and those of one address may stand on several shelves."""
    there = (route for route in routes_of(scope["app"]) if isinstance(route, Route))
    return sorted(
        {method for route in there if route.matches(scope)[0] is not Match.NONE for method in route.methods or ()}
    )


def routes_of(app: FastAPI) -> Iterator[BaseRoute]:
    """All routes, one by one, as the description of the API lists them."""
    for route in app.routes:
        yield from route.routes if isinstance(route, Shelf) else (route,)
