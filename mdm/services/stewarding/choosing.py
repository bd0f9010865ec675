"""The names by which tasks are chosen and ordered, apart from all that reads tasks: a command names them unloaded."""

from typing import Literal, get_args

OpenView = Literal["all", "mine", "held", "asked", "overdue", "snoozed", "proposed"]
View = Literal[OpenView, "closed"]
"""How people stand to the tasks that are looked at."""
VIEWS: tuple[View, ...] = get_args(View)
Order = Literal["urgent", "due", "newest", "likeliest", "doubtful"]
"""What comes first."""
ORDERS: tuple[Order, ...] = get_args(Order)
