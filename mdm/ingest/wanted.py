"""Which columns of files a caller wants: those of the id and the source, and those to leave out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mdm.entity_types import hint
from mdm.errors import UnreadableFile

USUAL_IDS = ("record_id", "id", "unique_id", "rec_id")
USUAL_SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns hold the id and the source (none: the usual ones, if there), and which are left out.

    Files may have their ids in columns of different names: that of a file is the first of `ids` that it has.
    `encoding` and `sheet` say how the files are read, None that it is found.
    """

    ids: tuple[str, ...] = ()
    source: str | None = None
    ignore: tuple[str, ...] = ()
    encoding: str | None = None
    sheet: str | None = None

    def id_and_source(self, columns: Collection[str], file: str) -> tuple[str | None, str | None]:
        """Find the columns of the id and the source of one file; None where it has none.

        Raises:
            UnreadableFile: it has no column of those that are said to hold ids.
        """
        ident, source = self.id_of(columns), self.source or USUAL_SOURCE
        if self.ids and ident is None:
            raise UnreadableFile(_no_column(file, self.ids, "--id", columns))
        return ident, source if source in columns else None

    def id_of(self, columns: Collection[str]) -> str | None:
        """Find the column that holds ids: one that is named here or, if none is, by its name, in capitals or not."""
        if self.ids:
            return next((name for name in self.ids if name in columns), None)
        written = {column.lower(): column for column in reversed(list(columns))}
        return next((name if name in columns else written[name] for name in USUAL_IDS if name in written), None)

    def check(self, columns: Collection[str], files: str) -> None:
        """Check that what is named is there in some file.

        Raises:
            UnreadableFile: it is not; names the nearest.
        """
        for option, name in [("--source-column", self.source), *(("--ignore", one) for one in self.ignore)]:
            if name is not None and name not in columns and columns:
                raise UnreadableFile(_no_column(files, [name], option, columns))


def _no_column(file: str, names: Sequence[str], option: str, columns: Collection[str]) -> str:
    near = next(filter(None, (hint(name, columns) for name in names)), "")
    said = " or ".join(map(repr, names))
    return f"{file}: no column {said} for {option}{near}; the columns are {', '.join(columns)}"
