"""How copies go wrong: typing errors, letters lost on the way, and abbreviations."""

from random import Random

from anyascii import anyascii

_EXPANSIONS = {
    "DE": str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}),
    "SE": str.maketrans({"ä": "ae", "ö": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Å": "Aa"}),
}


def stripped(text: str) -> str:
    """Write the text in plain ASCII: Müller becomes Muller, Łódź becomes Lodz."""
    return str(anyascii(text))


def expanded(text: str, country: str) -> str:
    """Write the text as the country spells it out without its own letters: Müller becomes Mueller."""
    return stripped(text.translate(_EXPANSIONS.get(country, {})))


def typing_error(random: Random, text: str) -> str:
    """Make one error inside a word of five letters or more; first letters stay right."""
    words = text.split(" ")
    long_words = [place for place, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    if not long_words:
        return text
    chosen = random.choice(long_words)
    word = words[chosen]
    place = random.randrange(1, len(word) - 1)
    words[chosen] = random.choice(
        (
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + random.choice("aeinrst") + word[place + 1 :],
        )
    )
    return " ".join(words)


def abbreviated(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """Replace the first long spelling that occurs in the text by the short one."""
    for long, short in pairs:
        if long in text:
            return text.replace(long, short, 1)
    return text
