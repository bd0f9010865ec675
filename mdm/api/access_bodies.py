"""What clients send about accounts and keys."""

from typing import Annotated

from pydantic import ConfigDict, StringConstraints

from mdm.api.bodies import Body

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
TypeName = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class PersonBody(Body):
    """A person to make an account for."""

    name: Name
    role: Name
    password: Password
    entity_type: TypeName | None = None
    display_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"name": "anna", "role": "steward", "password": "four words that wander", "display_name": "Anna Berg"}
    ]})  # fmt: skip


class RoleBody(Body):
    """Another role."""

    role: Name

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "approver"}]})


class NarrowBody(Body):
    """The entity type that an account is narrowed to; null narrows it to none."""

    entity_type: TypeName | None

    model_config = ConfigDict(json_schema_extra={"examples": [{"entity_type": "customer"}]})


class PasswordBody(Body):
    """Another password."""

    password: Password

    model_config = ConfigDict(json_schema_extra={"examples": [{"password": "four words that wander"}]})


class KeyBody(Body):
    """A key to make: its role, what it is narrowed to, and from when on it no longer works."""

    role: Name
    source: TypeName | None = None
    entity_type: TypeName | None = None
    expires: Name | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"role": "source", "source": "crm", "expires": "2030-01-01"}
    ]})  # fmt: skip
