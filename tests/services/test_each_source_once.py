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


PLACES = {"Hamburg": "HAM", "Gdansk": "GDN", "Nantes": "NTE", "Bristol": "BRS", "Bergen": "BGO", "Graz": "GRZ"}
MODES = {"beginners": "L1", "intermediate": "L2", "advanced": "L3"}
SUBJECTS = ["Negotiation", "Accounting", "Welding", "Statistics", "Safety", "Coaching", "Budgeting", "Spanish", "Lean"]
TEACHERS = ["Ines Kowalski", "Tom Okafor", "Lena Haugen", "Marco Rossi", "Sofia Novak", "Priya Nair", "Luc Moreau"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def courses(*, shared: bool) -> list[dict[str, str]]:
    """Make 400 courses in each of two systems, the same ones or others, all written in each system's own way."""
    chance = random.Random(5)
    every = [(s, m, p, n) for s in SUBJECTS for m in MODES for p in PLACES for n in range(12)]
    chosen = chance.sample(every, 800)
    found = []
    for number, (subject, mode, place, month) in enumerate(chosen):
        fee, seats = chance.randrange(180, 2900), chance.randrange(6, 40)
        given, family = chance.choice(TEACHERS).split()
        spelt = {
            "course": f"{subject} for {mode}",
            "teacher": f"{given} {family}",
            "place": place,
            "starts": f"{MONTHS[month]} 2026",
            "fee": f"{fee}",
        }
        coded = {
            "course": f"{MODES[mode]} {subject.upper()}",
            "teacher": f"{family}, {given[0]}.",
            "place": PLACES[place],
            "starts": f"2026-{month + 1:02}",
            "fee": f"{fee + chance.choice((-1, 1))}.50",
        }
        for source, said, mine in (("crm", spelt, number < 400), ("psa", coded, shared == (number < 400))):
            if mine:
                found.append({"id": f"{source}-{number}", "source": source, **said, "seats": f"{seats}"})
    return found


def test_what_two_systems_write_each_in_its_own_way_is_found_from_what_is_nearest(tmp_path):
    report = matched(tmp_path, courses(shared=True))
    assert any("each source is taken to hold a thing once" in note for note in report.notes)
    assert 395 <= report.counts["clusters"] <= 410
    with (tmp_path / "clusters.csv").open(newline="") as stream:
        things = {}
        for row in csv.DictReader(stream):
            things.setdefault(row["cluster_id"], set()).add(row["record_id"].partition("-")[2])
    assert sum(len(numbers) == 1 for numbers in things.values()) >= 0.97 * len(things)


def test_systems_that_share_nothing_are_not_joined_by_what_is_nearest(tmp_path):
    report = matched(tmp_path, courses(shared=False))
    with (tmp_path / "clusters.csv").open(newline="") as stream:
        sources = {}
        for row in csv.DictReader(stream):
            sources.setdefault(row["cluster_id"], set()).add(row["record_id"].partition("-")[0])
    assert all(len(found) == 1 for found in sources.values())
    assert report.counts["clusters"] == 800
    assert any("so no two records of one source are put together" in one for one in report.warnings)


def test_that_nearly_all_matches_are_of_one_source_is_said(tmp_path):
    rows = [{**row, "fee": f"{'EUR ' * (row['source'] == 'psa')}{round(float(row['fee']), -1):.0f}"} for row in
            courses(shared=False)]  # fmt: skip
    report = matched(tmp_path, rows)
    assert any("give --link-only" in one for one in report.warnings)
