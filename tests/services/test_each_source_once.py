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


def rate_cards() -> list[dict[str, str]]:
    """Make 500 lines of rate cards, each in two systems, of which one says in codes what the other spells out."""
    chance = random.Random(11)
    grades = {"Junior": "A", "Senior": "C", "Lead": "D", "Principal": "E"}
    places = {"Germany": "DE", "France": "FR", "Poland": "PL", "Norway": "NO", "Spain": "ES"}
    currencies = {"Poland": "PLN", "Norway": "NOK"}
    roles = ["Consultant", "Data Architect", "Auditor", "Test Engineer", "Business Analyst", "UX Designer", "Actuary"]
    clients = ["Hartmann Logistik", "Northwind Bank", "Solaris Energy", "Bluepoint Pharma", "Castor Rail", "Oxbow"]
    lines = [(c, r, g, p) for c in clients for r in roles for g in grades for p in places]
    found = []
    for number, (client, role, grade, place) in enumerate(sorted(chance.sample(lines, 500))):
        line = {"rate": f"{chance.randrange(60, 4_000)}", "client": client, "currency": currencies.get(place, "EUR")}
        line["valid_from"] = f"{chance.choice((2025, 2026))}-01-01"
        spelt = {"name": f"{grade} {role}", "role": f"{grade} {role}", "grade": "", "place": place}
        coded = {"name": f"{client} {places[place]}", "role": role, "grade": grades[grade], "place": places[place]}
        for source, said in (("crm", spelt), ("psa", coded)):
            found.append({"id": f"{source}-{number}", "source": source, **line, **said})
    return found


def test_that_a_source_writes_all_its_records_alike_does_not_make_them_the_same(tmp_path):
    report = matched(tmp_path, rate_cards())
    assert any("each source is taken to hold a thing once" in note for note in report.notes)
    assert 500 <= report.counts["clusters"] <= 520
