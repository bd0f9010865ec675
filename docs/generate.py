"""Write docs/reference from the program, and the words of the desk; with --check, only say which are not current."""

import json
import re
import sys
from collections.abc import Iterator
from math import log2
from pathlib import Path
from typing import Any

from typer.main import get_command

from golden_records.conditions import When
from golden_records.strategies import STRATEGIES
from matching.kinds import KINDS
from mdm.api.app import create_app, describe
from mdm.api.routes.access import secrets_router
from mdm.cli.app import app
from mdm.entity_types.validity import CHECKED, MEASURED, WORDS
from mdm.settings import Settings
from mdm.tables.views import VIEWS
from mdm.tracing import ENDPOINTS, PROTOCOLS, SPOKEN

HTTP = """# The HTTP interface

Every operation; `/docs` on a running hub shows parameters, bodies and examples of each, from `/openapi.json`.

**`dry_run=true`** on a write gives the answer that it would have, marked as a dry run, and writes nothing: the write
is carried out in one transaction, which is taken back once the answer is made. What is given only to what is carried
out is null: positions (`seq`), ids of decisions and proposals, a new key. A golden ID that would be new is the one
that it would get at this moment. Decisions tell more than their answer: golden records as they would be, IDs that
would redirect, and the events of the feed.

**`If-Match`** with the `ETag` of the thing that a write is about carries it out only if that is still as it was read
(412 otherwise), and nothing comes in between.

**A parameter that is misspelled** by a keystroke, by its case or by a dash (`dry_rnu`, `dryRun`, `afer`) is refused
with 422, and the one that was meant is named. Other parameters that an address does not know are left alone. DELETE
takes no body: what it says goes into the query.

**`Idempotency-Key`** on a POST: [repeat requests](../how-to/repeat-requests.md).

Exceptions. Questions that are sent by POST write nothing, and so have no dry run. Of a request with a secret nothing
is kept to repeat it, and so it takes no `Idempotency-Key`. A source record, an account, a key, a filter, a code list
and rules have no ETag; a source says by `version` what it knew. A merge, an undo and a decision of many tasks are
about several things: what they contradict is told by 409, and each task carries the etag that it was read with.
"""
HEEDED = ("dry_run", "If-Match", "as_of", "on")
DOCS = Path(__file__).parent
REFERENCE = DOCS / "reference"
GLOSSARY = DOCS.parent / "stewardship_ui/glossary.json"
ORIGIN = "<!-- Written by `make docs` from the program itself; change it there. -->\n"


def cell(text: object) -> str:
    """One cell of a table: on one line, with no bars of its own."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its full name, in the order of the help."""
    for word, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield from commands(below, f"{name} {word}")
    if not hasattr(command, "commands"):
        yield name, command


def command_section(name: str, command: Any) -> Iterator[str]:
    """What one command does, how it is written, and what it takes."""
    context = command.context_class(command, info_name=name)
    yield f"## {name}\n"
    words, _, example = (command.help or "").partition("Example: ")
    usage = f"{name} {' '.join(command.collect_usage_pieces(context))}"
    yield f"{words.strip()}\n"
    yield f"```\n{usage}\n```\n"
    if example:
        yield f"Example:\n\n```\n{example.strip()}\n```\n"
    records = [parameter.get_help_record(context) for parameter in command.params if parameter.name != "help"]
    if any(records):
        yield "| argument or option | what |\n| --- | --- |"
        yield from (f"| `{cell(left).replace('&lt;', '<')}` | {cell(right)} |" for left, right in filter(None, records))
        yield ""


def command_line() -> str:
    """Put the page of the command line together."""
    lines = [
        ORIGIN,
        "# The command line\n",
        "`mdm COMMAND --help` shows the same, with the defaults of your version.\n",
    ]
    for name, command in commands(get_command(app), "mdm"):
        lines += command_section(name, command)
    return "\n".join(lines)


def settings() -> str:
    """Put the page of the settings together."""
    lines = [
        ORIGIN,
        "# Settings\n",
        "Each setting is a variable of the environment, or a line of `mdm.toml` in the directory where `mdm` starts",
        "(`port = 9000`). Variables win over the file, and options of a command win over both.\n",
        "| variable | in mdm.toml | default | what |\n| --- | --- | --- | --- |",
    ]
    for name, field in Settings.model_fields.items():
        lines.append(f"| `MDM_{name.upper()}` | `{name}` | `{cell(field.default)}` | {cell(field.description)} |")
    lines += ["", *traces()]
    return "\n".join([*lines, ""])


def traces() -> Iterator[str]:
    """The variables that have traces sent, which are not the hub's own."""
    yield "## Traces\n"
    yield "Standard variables of OpenTelemetry, in the environment ([trace requests](../how-to/trace-requests.md)).\n"
    yield "| variable | what |\n| --- | --- |"
    yield f"| {', '.join(f'`{name}`' for name in ENDPOINTS)} | Where traces are sent; none are while neither is set. |"
    yield "| `OTEL_SDK_DISABLED`, `OTEL_TRACES_EXPORTER` | `true`, or `none`: none are sent in any case. |"
    yield f"| {', '.join(f'`{name}`' for name in PROTOCOLS)} | Only `{SPOKEN}`, as if left out. |"
    yield "| `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` | How the service is called there; else `mdm-hub`. |"
    yield "| `OTEL_PROPAGATORS`, `OTEL_TRACES_SAMPLER*`, `OTEL_BSP_*`, `OTEL_EXPORTER_OTLP_*` | As is said there. |"


def validity_rules() -> Iterator[str]:
    """Each word of a validity rule, and the kinds that it can speak of."""
    only = {"range": MEASURED, "check_digit": CHECKED, "reference_exists": ("reference",)}
    yield "## Validity rules\n"
    yield "What `valid` can say of an attribute, with a `grade`: `flag` (if nothing is said), `ignore`, `reject`.\n"
    yield "| rule | for values of kind |\n| --- | --- |"
    yield from (f"| `{word}` | {', '.join(only.get(word, ('any',)))} |" for word in WORDS)
    fields = ", ".join(name for name, kind in sorted(KINDS.items()) if kind.fields)
    yield f"\nOf kinds with fields ({fields}), `required`, `pattern` and `one_of` can name the `field` meant.\n"


def plain(words: str) -> str:
    """Write a docstring as one paragraph, the names that it explains as code."""
    return re.sub(r"(\w+): ", r"`\1`: ", " ".join(words.split()))


def kinds() -> str:
    """Put the page of the kinds and strategies together."""
    lines = [
        ORIGIN,
        "# Kinds and strategies\n",
        "## Kinds\n",
        "What an attribute's values can be, and the parts of a value that a blocking key can use: `name.tokens`.\n",
    ]
    for name, kind in sorted(KINDS.items()):
        lines += [f"### {name}\n", f"{kind.help.strip()}\n"]
        if kind.fields:
            lines.append(f"Fields: {', '.join(f'`{field}`' for field in kind.fields)}.\n")
        parts = [f"`.{part}`" for part in kind.parts if part]
        if parts:
            lines.append(f"Parts: {', '.join(parts)}.\n")
        if kind.levels:
            lines.append("| level | says | match weight, bits |\n| --- | --- | ---: |")
        lines += [f"| `{cell(one.name)}` | {cell(one.words)} | {log2(one.m / one.u):+.1f} |" for one in kind.levels]
        lines.append("")
    lines += validity_rules()
    lines += ["## Strategies\n", "What a survivorship rule can say, for all attributes or for one.\n"]
    lines += [f"- `{name}`: {(strategy.__doc__ or '').strip()}" for name, strategy in STRATEGIES.items()]
    lines += ["\nA step of several, or the only one, may have a condition (`when`). " + plain(When.__doc__ or "")]
    return "\n".join([*lines, ""])


def operations() -> str:
    """Put the page of the HTTP interface together."""
    lines = [ORIGIN, HTTP, "| operation | what | heeds |\n| --- | --- | --- |"]
    secret = {route.path for route in secrets_router.routes}
    for path, of in describe(create_app(Settings()))["paths"].items():
        for method, operation in of.items():
            heeds = [f"`{one['name']}`" for one in operation.get("parameters", ()) if one["name"] in HEEDED]
            heeds += ["`Idempotency-Key`"] if method == "post" and path not in secret else []
            lines.append(f"| `{method.upper()} {path}` | {cell(operation['summary'])} | {', '.join(heeds)} |")
    return "\n".join([*lines, ""])


def views() -> str:
    """Put the page of the views for reports together."""
    lines = [
        ORIGIN,
        "# The views for reports\n",
        "How to let a tool read them: [report with SQL](../how-to/report-with-sql.md).\n",
    ]
    for name, (words, columns) in VIEWS.items():
        lines += [f"## {name}\n", f"{words}\n", "| column | what |\n| --- | --- |"]
        lines += [f"| `{column}` | {cell(what)} |" for column, what in columns.items()]
        lines.append("")
    return "\n".join(lines)


def glossary() -> str:
    """Put the words for the help marks of the desk together: sections, each with its words and what is said of them."""
    _, *parts = re.split(r"^## (.+)$", (DOCS / "glossary.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    # Of links the words are left: pages of the documentation are not served.
    said = (re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", part) for part in parts[1::2])
    sections = [
        {"section": title, "words": dict(re.findall(r"^\*\*(.+)\*\*\n: (.+)$", text, re.MULTILINE))}
        for title, text in zip(parts[::2], said, strict=True)
    ]
    return json.dumps(sections, ensure_ascii=False, indent=1) + "\n"


def pages() -> dict[Path, str]:
    """Each generated page and what should stand in it."""
    return {
        REFERENCE / "cli.md": command_line(),
        REFERENCE / "settings.md": settings(),
        REFERENCE / "kinds.md": kinds(),
        REFERENCE / "http.md": operations(),
        REFERENCE / "views.md": views(),
        GLOSSARY: glossary(),
    }


def main(arguments: list[str]) -> int:
    """Write the pages, or check them; 1 when one is not current."""
    current = pages()
    old = [path for path in current if not path.exists() or path.read_text(encoding="utf-8") != current[path]]
    if "--check" in arguments:
        for path in old:
            sys.stderr.write(f"{path.relative_to(DOCS.parent)} is not current: run `make docs`\n")
        return 1 if old else 0
    REFERENCE.mkdir(exist_ok=True)
    for path in old:
        path.write_text(current[path], encoding="utf-8")
        sys.stdout.write(f"wrote {path.relative_to(DOCS.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
