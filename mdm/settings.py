"""The hub's settings, from MDM_* variables or a mdm.toml, and the one clock that shells read."""

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class Settings(BaseSettings):
    """What one hub runs with. Every field is a variable MDM_<NAME> or a line of mdm.toml."""

    model_config = SettingsConfigDict(env_prefix="MDM_", toml_file="mdm.toml", extra="forbid", frozen=True)

    database_url: str = Field("sqlite:///mdm.db", description="Where the hub keeps everything (SQLite or PostgreSQL).")
    hub_name: str = Field("hub", description="The hub's name in the source of its events: /hub/{name}.")
    host: str = Field("127.0.0.1", description="The address `mdm serve` listens on.")
    port: int = Field(8000, description="The port `mdm serve` listens on.", ge=1, le=65535)
    tls_certificate: str | None = Field(
        None, description="A file with the certificate and its chain (PEM): `mdm serve` then speaks TLS."
    )
    tls_key: str | None = Field(None, description="A file with the private key of the certificate (PEM).")
    behind_proxy: bool = Field(
        False,
        description="A proxy that speaks TLS stands in front, so `mdm serve` may listen beyond this machine without.",
    )
    public_url: str | None = Field(
        None, description="The address under which browsers reach the hub, if a proxy hides it: https://hub.example."
    )
    oidc_issuer: str | None = Field(None, description="The provider at which people sign in (OpenID Connect).")
    oidc_client_id: str | None = Field(None, description="What the provider calls this hub.")
    oidc_client_secret: SecretStr | None = Field(
        None, description="What this hub proves itself with to the provider; none for a public client."
    )
    oidc_scopes: str = Field("openid profile email", description="What is asked of the provider about people.")
    oidc_name_claim: str = Field("preferred_username", description="The claim that an account is named after.")
    oidc_roles_claim: str = Field("groups", description="The claim that lists the groups of a person.")
    oidc_roles: dict[str, str] = Field(
        {},
        description="The role of each group, as JSON; the first that a person is in counts:"
        ' {"hub-admins": "admin", "everybody": "reader"}.',
    )
    ingest_chunk: int = Field(20_000, description="Source records acknowledged in one transaction of a file.", ge=1)
    resolve_chunk: int = Field(
        5_000,
        description="Source records resolved in one transaction; smaller holds the write lock for less time.",
        ge=1,
    )
    snapshot_share: int = Field(
        80, description="Percent of a source's living records that a snapshot file must hold, or it is refused.",
        ge=0, le=100,
    )  # fmt: skip
    snapshot_few: int = Field(
        20, description="Living records below which a snapshot file may hold as few of them as it likes.", ge=0
    )
    lease_seconds: int = Field(300, description="How long a claimed task is held, in seconds.", ge=1, le=86_400)
    session_idle_minutes: int = Field(
        120, description="Minutes without a request after which a person is signed out.", ge=1, le=1440
    )
    session_hours: int = Field(12, description="Hours after which a person has to sign in again.", ge=1, le=720)
    sign_in_tries: int = Field(
        10, description="Wrong passwords for one account within a quarter of an hour before more are refused.", ge=1
    )
    sign_in_tries_address: int = Field(
        100, description="Wrong passwords from one address within a quarter of an hour before more are refused.", ge=1
    )
    idempotency_days: int = Field(
        30, description="Days for which the answer to a request with an Idempotency-Key is kept.", ge=1, le=3650
    )
    idempotency_lease_seconds: int = Field(
        60, description="Seconds after which such a request without an answer counts as lost with its server.", ge=1
    )
    requests_per_minute: int | None = Field(
        None,
        description="Requests that a key or a person may send a minute to one server process; any number if left out.",
        ge=1,
    )
    resolver_patience_seconds: int = Field(
        300,
        description="Seconds without a resolver commit while something waits, after which `/readyz` answers 503.",
        ge=1,
    )
    feed_days: int | None = Field(
        None, description="Days for which the change feed can be read back; for ever if left out.", ge=1, le=36_500
    )
    batch_limit: int = Field(10_000, description="The most records or keys one HTTP request may carry.", ge=1)
    body_limit: int = Field(64 * 1024 * 1024, description="The most bytes one HTTP request may carry.", ge=1)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over variables, variables over mdm.toml."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def now() -> str:
    """The wall clock for shells, as ISO 8601 UTC text with microseconds: `2026-03-01T09:30:00.000000Z`."""
    seconds, micro = divmod(time.time_ns() // 1_000, 1_000_000)
    return f"{_written(seconds)}.{micro:06}Z"


@lru_cache(maxsize=1)
def _written(seconds: int) -> str:
    """A second that many requests fall into."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]


def later(moment: str, *, seconds: float) -> str:
    """A moment so many seconds after another, in the same spelling; negative seconds lie before it."""
    return (datetime.fromisoformat(moment) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds_between(start: str, end: str) -> int:
    """Whole seconds from one moment to another, none where the second lies before the first."""
    return max(0, int((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()))
