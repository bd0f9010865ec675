"""Which version of the program is installed."""

from importlib.metadata import PackageNotFoundError, version


def installed_version() -> str:
    """Give the version, "0" in a checkout that is not installed."""
    try:
        return version("mdm-hub")
    except PackageNotFoundError:
        return "0"
