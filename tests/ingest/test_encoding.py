import io
import random

import pytest

from mdm.errors import UnreadableFile
from mdm.ingest import encoding, read
from mdm.ingest.reading import Reading

WORDS = {
    "cp1252": ["Müller GmbH", "Société Générale", "Lumière", "Málaga", "José Núñez", "Århus", "São Paulo", "Hôtel"],
    "cp1250": ["Łódź", "Kraków", "Gdańsk", "Świętokrzyskie", "Wójcik Małgorzata", "Żółć"],
    "iso8859_2": ["Plzeň", "Škoda Auto", "Dvořák Jiří", "Říčany", "Žďár nad Sázavou", "Kučera Tomáš", "Děčín"],
    "cp1251": ["ООО Ромашка", "Москва", "Иванов Пётр", "Екатеринбург"],
    "koi8_r": ["ООО Ромашка", "Москва", "Иванов Пётр", "Екатеринбург"],
    "cp1253": ["Αθήνα", "Τράπεζα Πειραιώς", "Θεσσαλονίκη", "Παπαδόπουλος"],
    "cp1254": ["İstanbul", "Şişli Sağlık", "Türkiye İş Bankası", "Çağrı Yıldız"],
    "cp1257": ["Šiauliai", "Žemaitis Jūratė", "Kauno įmonė", "Čepaitė", "Panevėžys", "Vilniaus rajonas"],
    "cp1255": ["תל אביב", "חברת החשמל", "ירושלים"],
    "cp1256": ["شركة النفط", "القاهرة", "محمد علي"],
    "shift_jis": ["株式会社日立製作所", "東京都千代田区", "トヨタ自動車", "ソニー株式会社"],
    "euc_jp": ["株式会社日立製作所", "東京都千代田区", "トヨタ自動車", "ソニー株式会社"],
    "gb18030": ["中国石油", "北京市", "上海汽车集团", "有限公司", "深圳华为"],
    "big5": ["台灣積體電路", "台北市", "鴻海精密工業", "股份有限公司"],
    "cp949": ["삼성전자", "서울특별시", "현대자동차", "주식회사"],
}


def values(content: bytes, **how: str) -> list[object]:
    return [row.values["name"] for row in read("c.csv", stream=io.BytesIO(content), reading=Reading(**how))]


@pytest.mark.parametrize("name", WORDS)
def test_the_letters_of_a_file_tell_its_encoding(name):
    text = "id,name\n" + "".join(f"{place},{word}\n" for place, word in enumerate(WORDS[name] * 3))
    reading = Reading()
    found = read("c.csv", stream=io.BytesIO(text.encode(name)), reading=reading)
    assert [row.values["name"] for row in found] == WORDS[name] * 3
    assert reading.found.encoding not in (None, "utf-8")


def test_a_text_is_never_read_as_another():
    """Few words may not be enough to tell; then the file is refused, and never given in wrong letters."""
    draw = random.Random(7)
    refused = 0
    for name, words in WORDS.items():
        for count in (1, 2, 3, 5):
            text = "\n".join(draw.choice(words) for _ in range(count)) + "\n"
            told = encoding.by_letters(io.BytesIO(text.encode(name)))
            refused += not isinstance(told, str)
            assert not isinstance(told, str) or text.encode(name).decode(told) == text, (name, told, text)
    assert refused < len(WORDS) * 2


@pytest.mark.parametrize("name", ["utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-8-sig", "utf-8"])
def test_unicode_in_every_width_is_read_with_a_mark_or_without(name):
    assert values("id,name\n1,Müller & Söhne\n".encode(name)) == ["Müller & Söhne"]


def test_an_encoding_that_is_named_is_used_and_what_it_cannot_be_is_refused():
    assert values("id,name\n1,Peña\n".encode("cp1252"), encoding="windows-1252") == ["Peña"]
    with pytest.raises(UnreadableFile, match=r"line 2: byte 13 \(0xf1\) is not utf-8"):
        values("id,name\n1,Peña\n".encode("cp1252"), encoding="utf-8")
    for wrong in ("latin99", "rot13", "base64"):
        with pytest.raises(UnreadableFile, match=r"no encoding '.*' for --encoding"):
            values(b"id,name\n", encoding=wrong)


def test_bytes_that_make_no_words_in_any_encoding_are_refused():
    noise = random.Random(3).randbytes(20_000).replace(b"\0", b"x")
    with pytest.raises(UnreadableFile, match="do not tell"):
        values(b"id,name\n1," + noise)


def test_a_word_at_the_very_end_of_a_long_file_counts():
    text = "id,name\n" + f"1,{'x' * 90}\n" * 12_000 + "2,Łódź\n3,Gdańsk\n4,Świętokrzyskie\n"
    assert values(text.encode("cp1250"))[-3:] == ["Łódź", "Gdańsk", "Świętokrzyskie"]
