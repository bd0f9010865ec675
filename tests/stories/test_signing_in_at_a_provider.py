"""People sign in at a real OpenID Connect provider, and only what it made for this very sign-in lets anybody in."""

import re
import time
import warnings
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from pydantic import SecretStr

from mdm.errors import Forbidden, Unauthorised
from mdm.services.access import accounts, oidc
from mdm.services.hub import Hub
from mdm.settings import Settings, now
from stewardship_ui.app import create_app
from stewardship_ui.sign_in import BEGUN
from tests.conftest import AUTHOR

# The provider is a thread of this process, and its own libraries warn of much.
pytestmark = pytest.mark.filterwarnings("ignore")
CLIENT = "hub"
ROLES = {"hub-approvers": "approver", "everybody": "reader"}
ANNA = {"preferred_username": "Anna", "name": "Anna Berg", "groups": ["everybody", "hub-approvers"]}


@pytest.fixture(scope="module")
def provider():
    """A real provider, and a function that says who a subject is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own dependencies
        import oidc_provider_mock
    with oidc_provider_mock.run_server_in_thread() as server:
        issuer = f"http://localhost:{server.server_port}"

        def knows(subject, claims):
            answer = httpx2.put(f"{issuer}/users/{subject}", json=claims)
            assert answer.status_code < 300, answer.text

        yield issuer, knows


@pytest.fixture
def desk(provider, sqlite_hub: Hub):
    """A browser at a desk where people sign in at the provider."""
    issuer, knows = provider
    knows("s-1", ANNA)
    given = {"oidc_issuer": issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr("s"), "oidc_roles": ROLES}
    settings = sqlite_hub.settings.model_copy(update=given)
    with TestClient(create_app(settings), base_url="https://hub.example", follow_redirects=False) as http:
        yield http


def at_the_provider(desk, subject="s-1", onward="/queue"):
    """Go to the provider, say there who it is, and give the address that it leads back to."""
    begun = desk.get(f"/sign-in/provider?next={onward}")
    assert begun.status_code == 303, begun.text
    asked = parse_qs(urlsplit(begun.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {len(asked[name][0]) for name in ("state", "nonce", "code_challenge")} == {43}
    answer = httpx2.post(begun.headers["Location"], data={"sub": subject})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("https://hub.example")


def test_a_person_of_the_provider_signs_in_with_the_role_of_their_group_and_is_the_same_person_ever_after(
    desk, provider, sqlite_hub
):
    assert "Sign in at localhost" in desk.get("/sign-in").text
    back = at_the_provider(desk)
    done = desk.get(back)
    assert (done.status_code, done.headers["Location"]) == (303, "/sign-in?next=%2Fqueue&signed=1"), done.text
    assert BEGUN not in desk.cookies
    page = desk.get("/queue")
    assert page.status_code == 200
    assert "Anna Berg" in page.text
    assert desk.get(back).status_code == 401, "an answer counts once"

    provider[1]("s-1", {**ANNA, "preferred_username": "renamed", "groups": "everybody"})
    assert desk.get(at_the_provider(desk)).status_code == 303
    (account,) = accounts.listed(sqlite_hub)
    assert (account["name"], account["role"], account["provider"]) == ("anna", "reader", provider[0])
    accounts.disable(sqlite_hub, "anna", author=AUTHOR)
    assert desk.get(at_the_provider(desk)).status_code == 401


def test_who_has_no_group_gets_no_role_and_nobody_takes_the_name_of_another(desk, provider, sqlite_hub):
    accounts.add(sqlite_hub, accounts.Person("bert", "admin"), password="four words that wander", author=AUTHOR)
    provider[1]("s-2", {"preferred_username": "carl", "groups": ["elsewhere"]})
    provider[1]("s-3", {"preferred_username": "bert", "groups": ["hub-approvers"]})
    for subject, status in (("s-2", 403), ("s-3", 409)):
        refused = desk.get(at_the_provider(desk, subject))
        assert (refused.status_code, "Set-Cookie" in refused.headers) == (status, False)
    assert [one["name"] for one in accounts.listed(sqlite_hub)] == ["bert"]


def test_an_answer_to_another_browser_or_changed_on_the_way_lets_nobody_in(desk):
    back = at_the_provider(desk)
    for changed in (
        re.sub("state=[^&]*", "state=x", back), re.sub("code=[^&]*", "code=x", back), "/sign-in/back",
        back + "&iss=https://evil.example", re.sub("code=[^&]*", "error=access_denied", back),
    ):  # fmt: skip
        assert desk.get(changed).status_code == 401, changed
    kept = desk.cookies[BEGUN]
    desk.cookies.clear()
    assert desk.get(back).status_code == 401, "begun in another browser"
    state, nonce, _, onward = kept.split(".", 3)
    wrong = ".".join((state, "n" * 43, "v" * 43, onward))
    assert desk.get(back, headers={"Cookie": f"{BEGUN}={wrong}"}).status_code == 401, "another nonce"
    assert nonce


def test_a_provider_that_is_away_is_told_plainly(sqlite_hub):
    settings = {"oidc_client_id": CLIENT, "oidc_roles": ROLES}
    for issuer in ("http://localhost:9", "http://provider.example"):
        chosen = sqlite_hub.settings.model_copy(update={**settings, "oidc_issuer": issuer})
        with TestClient(create_app(chosen), base_url="https://hub.example", follow_redirects=False) as http:
            assert http.get("/sign-in/provider").status_code == 503


KEY = RSAKey.generate_key(2048, {"kid": "1"})
GOOD = {"iss": "https://provider.example", "aud": CLIENT, "sub": "s-1", "nonce": "n", "exp": 600, "iat": -5}


def proved(claims, *, key=KEY, algorithm="RS256"):
    moment = int(time.time())
    timed = {name: moment + value if name in {"exp", "iat", "nbf"} else value for name, value in claims.items()}
    token = jwt.encode({"alg": algorithm, "kid": "1"}, timed, key, algorithms=[algorithm])
    settings = Settings(oidc_issuer="https://provider.example", oidc_client_id=CLIENT, oidc_roles=ROLES)
    return oidc.proved(settings, token, KeySet([KEY]), nonce="n", at=now())


def test_an_id_token_is_taken_only_from_this_provider_for_this_hub_and_sign_in_and_in_its_time():
    assert proved(GOOD)["sub"] == "s-1"
    assert proved({**GOOD, "aud": [CLIENT, "other"], "azp": CLIENT})["sub"] == "s-1"
    wrong = [
        {"iss": "https://evil.example"}, {"aud": "other"}, {"aud": ["other"]}, {"aud": [CLIENT, "other"]},
        {"azp": "other"}, {"nonce": "m"}, {"exp": -61}, {"iat": 61}, {"nbf": 61}, {"exp": None},
    ]  # fmt: skip
    for change in wrong:
        claims = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
        with pytest.raises(Unauthorised):
            proved(claims)
    for missing in GOOD:
        with pytest.raises(Unauthorised):
            proved({name: value for name, value in GOOD.items() if name != missing})
    with pytest.raises(Unauthorised):
        proved(GOOD, key=RSAKey.generate_key(2048, {"kid": "1"}))
    with pytest.raises(Unauthorised):
        proved(GOOD, key=OctKey.import_key("a secret of thirty-two characters"), algorithm="HS256")
    for nothing in (None, "", "x.y.z", "eyJhbGciOiJub25lIn0.e30."):
        with pytest.raises(Unauthorised):
            oidc.proved(Settings(), nothing, KeySet([KEY]), nonce="n", at=now())


def test_the_first_group_in_the_settings_gives_the_role():
    settings = Settings(oidc_roles=ROLES)
    assert oidc.role_of(settings, {"groups": ["everybody", "hub-approvers"]}) == "approver"
    assert oidc.role_of(settings, {"groups": "everybody"}) == "reader"
    for groups in ([], None, ["elsewhere"], "elsewhere"):
        with pytest.raises(Forbidden):
            oidc.role_of(settings, {"groups": groups})
