"""Steward tasks about values that no code stands for: one for each while a living record holds it."""

from mdm.code_lists import Value
from mdm.log import canonical
from mdm.resolution.codes import held_before, held_now, living_elsewhere
from mdm.resolution.work import Work
from mdm.store import task_writing
from mdm.store.task_writing import OpenTask, task_id

KIND = "unmapped_code"


def unmapped(work: Work) -> tuple[list[OpenTask], list[OpenTask], set[str]]:
    """The tasks to open and those to close, each in the order of their ids; and those that stay and were looked at."""
    if not work.entity_type.code_lists and not work.afresh:
        return [], [], set()
    wanted, looked_at = _wanted(work), _looked_at(work)
    if work.afresh:
        stored = task_writing.open_of_type(work.reader, work.entity_type.entity_type)
    else:
        stored = task_writing.open_among(work.reader, sorted(looked_at))
    there = {task.id: task for task in stored if task.kind == KIND}
    gone = [id_ for id_ in sorted(there.keys() - wanted.keys()) if not _stays(work, looked_at.get(id_))]
    opened = [wanted[id_] for id_ in sorted(wanted.keys() - there.keys())]
    return opened, [there[id_] for id_ in gone], there.keys() - set(gone)


def about(work: Work, value: Value) -> str:
    """What such a task is about, in one text: the entity type, the list, the source and the folded value."""
    return ":".join((work.entity_type.entity_type, value.code_list, str(value.source), value.folded))


def _wanted(work: Work) -> dict[str, OpenTask]:
    """A task for each unmapped value that a living record in hand holds; it shows the smallest of its spellings."""
    found: dict[str, tuple[Value, str, str]] = {}
    for id_ in work.living(sorted(work.dirty)):
        for value, place, raw in held_now(work, id_):
            if work.codes.unmapped(value.code_list, str(value.source), raw):
                task = _id(work, value)
                shown = (value, place, str(raw))
                found[task] = min(found.get(task, shown), shown)
    return {id_: _task(work, id_, *shown) for id_, shown in found.items()}


def _looked_at(work: Work) -> dict[str, Value]:
    """Every value that a record in hand holds or held before, by the id of its task."""
    values = {value for id_ in work.dirty for value, _, _ in held_now(work, id_)}
    values |= {value for id_ in work.dirty for value in held_before(work, id_)}
    return {_id(work, value): value for value in values}


def _stays(work: Work, value: Value | None) -> bool:
    """Whether a task goes on though no record in hand calls for it."""
    if value is None or work.afresh:
        return False
    mapped = work.codes.canonical(value.code_list, str(value.source), value.folded) is not None
    return not mapped and living_elsewhere(work, value)


def _id(work: Work, value: Value) -> str:
    return task_id(KIND, about(work, value))


def _task(work: Work, id_: str, value: Value, place: str, written: str) -> OpenTask:
    said = {"attribute": place, "list": value.code_list, "source": value.source, "value": written}
    return OpenTask(id_, work.entity_type.entity_type, KIND, None, None, None, canonical(said).decode())
