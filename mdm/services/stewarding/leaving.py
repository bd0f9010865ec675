"""Tasks of somebody who may no longer work on them: nobody is kept from these by a person who has left.

Each is one fact more, as if who took the right away had released or assigned the task: what was done stays told.
"""

from mdm.log import Author
from mdm.services.hub import Hub
from mdm.services.stewarding.task_states import lock_of, put_down
from mdm.services.stewarding.task_work import may_be_given
from mdm.store import task_work as stored
from mdm.store.tasks import by_id

AT_ONCE = 500


def let_go(hub: Hub, person: str, *, author: Author) -> None:
    """Free the open tasks that somebody holds or was given and may no longer decide: they are anybody's again.

    An escalated task goes back to the one it was assigned to before, if that is another. Nothing happens to tasks of
    entity types that the person may still work on, so that it can be asked after any change of a person's rights.
    """
    with hub.database.read() as reader:
        found = stored.given_to(reader, person)
        names, moment = {name for _, name in found}, author.recorded_at
        kept = {name for name in names if may_be_given(reader, person, name, moment=moment)}
    for name in sorted(names - kept):
        ids = [id_ for id_, of in found if of == name]
        for place in range(0, len(ids), AT_ONCE):
            _free(hub, ids[place : place + AT_ONCE], name, person, author=author)


def let_go_of_expired(hub: Hub, *, author: Author) -> None:
    """Free the open tasks of keys that are over by now: nobody was there when a key ended by itself."""
    with hub.database.read() as reader:
        over = stored.given_to_expired_keys(reader, moment=author.recorded_at)
    for key_id in over:
        let_go(hub, f"key:{key_id}", author=author)


def _free(hub: Hub, ids: list[str], entity_type: str, person: str, *, author: Author) -> None:
    with hub.database.locked(lock_of(entity_type)), hub.database.write() as writer:
        writer.lock_log()
        for id_, work in sorted(stored.of_tasks(writer, ids).items()):
            task = by_id(writer, id_)
            if task is None:
                continue
            if work.claimed_by == person:
                put_down(hub, writer, task, "release", {}, author=author)
            if (work.escalated_to or work.assigned_to) == person:
                other = work.assigned_to if work.assigned_to != person else None
                put_down(hub, writer, task, "assign", {"to": other}, author=author)
