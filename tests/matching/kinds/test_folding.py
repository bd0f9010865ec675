"""Folding text: the quick ways give what the plain ones give."""

import re
import unicodedata

from anyascii import anyascii
from hypothesis import example, given
from hypothesis import strategies as st

from matching.kinds import folding, phone
from matching.kinds.folding import folded, folded_words, is_junk, plain

JUNK = "n/a|N . A.|k.A.|none|NULL|nan|unknown|Unbekannt|inconnu|tests|tbd|todo|xxx|asdff|foo|bar|keine angabe|no name"
PIECES = st.sampled_from([*JUNK.split("|"), " ", "-", "_", "0", "00", "aA", "ſ", "K", "İ", "ı", "a", "No", "sCO", "\n"])
TEXTS = st.text(max_size=12) | st.lists(PIECES, max_size=4).map("".join)


@given(TEXTS)
def test_what_is_junk_begins_as_junk_may(text):
    assert is_junk(text) == (folding._JUNK.fullmatch(text.strip()) is not None)


@given(TEXTS | st.text("aeiouqlszßøæ'’ -.,0éèüÜĲŁЖ日本ﬁ½²\x1c\x1e\ud800", max_size=20))
@example("D’Arcy O'Neil `x´")
@example("e\u0301te\u0301 ﬁn ½")
def test_a_plain_text_is_transliterated_as_a_whole(text):
    whole = anyascii(unicodedata.normalize("NFKC", text)).lower()
    assert plain(text) == re.sub("[^0-9a-z]+", " ", re.sub("['’‘`´]", "", whole)).strip()
    assert folded_words(text) == [folded(word) for word in plain(text).split()]


@given(st.text("0123456789+-()./ x#EXT٣", max_size=20))
def test_a_telephone_number_in_usual_signs_needs_no_closer_look(text):
    closely = phone._EXTENSION.sub("", text)
    wanted = "" if phone._LETTERS.search(closely) else re.sub(r"\D", "", closely)
    assert phone._digits(text) == wanted
