"""Infer: what the columns of a file hold and which keys bring its records together, from the file alone."""

from matching.infer.attributes import Inferred, InferredAttribute, infer
from matching.infer.keys import choose_keys, idle_keys
from matching.infer.records import looked_at

__all__ = ["Inferred", "InferredAttribute", "choose_keys", "idle_keys", "infer", "looked_at"]
