"""Tax ids, registration numbers and LEIs whose check digits are right, and some that are wrong on purpose."""

from collections.abc import Callable
from random import Random

from stdnum import get_cc_module, luhn
from stdnum.cz import dic
from stdnum.es import cif
from stdnum.iso7064 import mod_11_10
from stdnum.pt import nif
from stdnum.us import ein

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_CHOICES = {"#": "0123456789", "%": "123456789", "@": _LETTERS}
_EMPLOYER_PREFIXES = ("20", "26", "36", "39", "45", "52", "61", "75", "81", "94")


def fill(random: Random, shape: str) -> str:
    """Fill a shape: `#` is replaced by a digit, `%` by a digit from 1 to 9 and `@` by a letter."""
    draw = random.random
    return "".join(
        [choices[int(draw() * len(choices))] if (choices := _CHOICES.get(letter)) else letter for letter in shape]
    )


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _german(random: Random) -> str:
    body = fill(random, "%#######")
    return "DE" + body + mod_11_10.calc_check_digit(body)


def _british(random: Random) -> str:
    body = fill(random, "%######")
    return f"GB{body}{97 - _weighted(body, (8, 7, 6, 5, 4, 3, 2)) % 97:02d}"


def _luhn(body: str) -> str:
    return body + str(luhn.calc_check_digit(body))


def _french(random: Random) -> str:
    siren = _luhn(fill(random, "%#######"))
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def _spanish(random: Random) -> str:
    body = random.choice("AB") + random.choice(("08", "28", "41", "46", "50")) + fill(random, "#####")
    return "ES" + body + str(cif.calc_check_digits(body))[0]


def _italian(random: Random) -> str:
    return "IT" + _luhn(fill(random, "0%#####") + f"{random.randint(1, 100):03d}")


def _dutch(random: Random) -> str:
    while True:
        body = fill(random, "8#######")
        check = _weighted(body, (9, 8, 7, 6, 5, 4, 3, 2)) % 11
        if check < 10:
            return f"NL{body}{check}B01"


def _polish(random: Random) -> str:
    while True:
        body = fill(random, "%########")
        check = _weighted(body, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11
        if check < 10:
            return f"PL{body}{check}"


def _swedish(random: Random) -> str:
    return "SE" + _luhn(fill(random, "556######")) + "01"


def _czech(random: Random) -> str:
    body = random.choice("2456") + fill(random, "######")
    return "CZ" + body + str(dic.calc_check_digit_legal(body))


def _portuguese(random: Random) -> str:
    body = "5" + fill(random, "#######")
    return "PT" + body + str(nif.calc_check_digit(body))


def _american(random: Random) -> str:
    return random.choice(_EMPLOYER_PREFIXES) + "-" + fill(random, "#######")


_TAX_IDS: dict[str, Callable[[Random], str]] = {
    "DE": _german,
    "GB": _british,
    "FR": _french,
    "ES": _spanish,
    "IT": _italian,
    "NL": _dutch,
    "PL": _polish,
    "SE": _swedish,
    "CZ": _czech,
    "PT": _portuguese,
    "US": _american,
}


def tax_id(random: Random, country: str) -> str:
    """Make a valid tax id: a VAT number with its country prefix, in the United States `12-3456789`."""
    return _TAX_IDS[country](random)


def valid_tax_id(country: str, number: str) -> bool:
    """Say whether the number is well formed and its check digits are right (python-stdnum decides)."""
    scheme = ein if country == "US" else get_cc_module(country.lower(), "vat")
    return scheme is not None and bool(scheme.is_valid(number))


def broken_tax_id(random: Random, country: str, number: str) -> str:
    """Mistype the number: one digit is wrong, and no check takes it for valid."""
    if country == "US":
        return "00" + number[2:]
    places = [place for place in range(3, len(number)) if number[place].isdigit()]
    while True:
        place = random.choice(places)
        wrong = number[:place] + random.choice("0123456789") + number[place + 1 :]
        if not valid_tax_id(country, wrong):
            return wrong


def registration_number(random: Random, country: str, tax_number: str) -> str:
    """Make a number in the company register: derived from the tax id where the country does so."""
    derived = {"FR": tax_number[4:], "ES": tax_number[2:], "SE": f"{tax_number[2:8]}-{tax_number[8:12]}"}
    derived |= {"CZ": tax_number[2:], "PT": tax_number[2:]}
    shapes = {"DE": "HRB %#####", "GB": "0%######", "IT": "MI-%######", "NL": "%#######", "PL": "0000%#####"}
    return derived.get(country) or fill(random, shapes.get(country, "C%######"))


def legal_entity_identifier(random: Random) -> str:
    """Make a Legal Entity Identifier with the check digits of ISO 17442 (ISO 7064 MOD 97-10)."""
    body = random.choice(("5299", "2138", "9695", "5493")) + "00" + fill(random, "@#@@#@#@@##@")
    number = "".join(str(int(letter, 36)) for letter in body + "00")
    return f"{body}{98 - int(number) % 97:02d}"
