"""Code lists: the codes that stand for one thing everywhere, and how each source writes them."""

from mdm.code_lists.code_lists import NONE, CodeLists, Value
from mdm.code_lists.document import Document, ambiguous, parse, shipped
from mdm.code_lists.models import Code, CodeList, CodeMapping
from mdm.code_lists.places import held
from mdm.code_lists.spelling import fold
from mdm.code_lists.suggest import suggest

__all__ = [
    "NONE",
    "Code",
    "CodeList",
    "CodeLists",
    "CodeMapping",
    "Document",
    "Value",
    "ambiguous",
    "fold",
    "held",
    "parse",
    "shipped",
    "suggest",
]
