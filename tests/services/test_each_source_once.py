"""Whether each source holds a thing once is seen from the file: it is neither asked nor taken for granted."""

import csv
import random

import pytest

from mdm.services.files.dedupe import Job, Outputs, Report, dedupe

GIVEN = ["Anna", "Bernd", "Clara", "Dieter", "Emma", "Felix", "Greta", "Hugo", "Ida", "Jonas", "Karla", "Leo", "Marta"]
FAMILY = ["Albers", "Brandt", "Conrad", "Dreyer", "Ehlers", "Fischer", "Gerber", "Hansen", "Jensen", "Keller", "Lorenz"]
CITIES = ["Bremen", "Kiel", "Mainz", "Trier", "Ulm", "Jena", "Fulda", "Passau"]


def records(each: dict[str, int]) -> list[dict[str, str]]:
    """Make 300 persons, each so many times in each source, with slips."""
    chance = random.Random(7)
    found = []
    for person in range(300):
        given, family = chance.choice(GIVEN), chance.choice(FAMILY)
        birth = f"{chance.randrange(1950, 2004)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        city, phone = chance.choice(CITIES), f"+49 421 {chance.randrange(10**6, 10**7)}"
        for source, times in each.items():
            for time in range(times):
                slip = chance.randrange(len(family) - 1)
                swapped = family[:slip] + family[slip + 1] + family[slip] + family[slip + 2 :]
                found.append({
                    "id": f"{person}-{time}",
                    "source": source,
                    "name": f"{given} {chance.choice((family, family, swapped))}",
                    "city": city,
                    "birth_date": birth,
                    "phone": chance.choice((phone, phone, "")),
                })  # fmt: skip
    return found


def matched(folder, rows: list[dict[str, str]]) -> Report:
    file = folder / "records.csv"
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return dedupe(Job((str(file),), outputs=Outputs(clusters=str(folder / "clusters.csv"))))


@pytest.mark.parametrize(
    ("each", "once"),
    [
        ({"crm": 1, "erp": 1, "psa": 1}, True),
        ({"crm": 2, "erp": 2}, False),
        ({"crm": 1, "erp": 3}, False),
    ],
    ids=["once in each", "twice in each", "once in one"],
)
def test_records_of_one_source_are_kept_apart_only_where_each_source_holds_a_thing_once(tmp_path, each, once):
    report = matched(tmp_path, records(each))
    assert any("each source is taken to hold a thing once" in note for note in report.notes) is once
    assert 285 <= report.counts["clusters"] <= 315
