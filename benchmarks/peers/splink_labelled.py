"""How each labelled set is modelled for Splink, by hand, as its documents advise.

Columns are cleaned by SQL, as far as somebody who looked at the file would. Comparisons come from Splink's library, or
are levels of it put together, with term frequencies where equality of a rare value says more.
"""

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import block_on
from splink_model import Model, exact, named, near, within

FODORS = Model(
    prepare="""
        SELECT record_id,
               sorted_words(regexp_replace(name, '\\(.*\\)|\\b(the|restaurant|cafe)\\b', '', 'g')) AS name,
               clean(addr) AS address, clean(city) AS city, digits(phone) AS phone, clean(type) AS type,
               filled(regexp_extract(addr, '^[0-9]+')) AS house
        FROM records""",
    comparisons=[
        named("name"),
        near("address", 0.92, 0.8),
        near("city", 0.9),
        exact("phone"),
        near("type", 0.8),
    ],
    block=[
        block_on("phone"),
        block_on("name"),
        block_on("house", "city"),
        block_on("substr(name, 1, 4)"),
        block_on("house", "substr(name, 1, 1)"),
    ],
    train=[block_on("phone"), block_on("name")],
    sure=[block_on("phone", "house"), block_on("name", "house")],
)
CHICAGO = Model(
    prepare="""
        SELECT record_id, clean(site_name) AS name, zip, digits(phone) AS phone,
               filled(regexp_extract(street, '^[0-9]+')) AS house,
               filled(regexp_extract(regexp_replace(street, '^[0-9]+ ?([nsew] )?', ''), '^[a-z0-9]+')) AS street
        FROM (SELECT *, regexp_replace(regexp_replace(regexp_replace(regexp_replace(clean(address),
              ' north ', ' n '), ' south ', ' s '), ' east ', ' e '), ' west ', ' w ') AS street FROM records)""",
    comparisons=[
        near("name", 0.92, 0.8, 0.7),
        near("street", 0.92),
        exact("house"),
        exact("zip"),
        exact("phone"),
    ],
    block=[block_on("phone"), block_on("name"), block_on("house", "street")],
    train=[block_on("phone"), block_on("house", "street"), block_on("name")],
    sure=[block_on("phone", "house"), block_on("name", "house")],
)
FEBRL = Model(
    prepare="""
        SELECT record_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state,
               date_of_birth, soc_sec_id
        FROM records""",
    comparisons=[
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        exact("street_number"),
        near("address_1", 0.9, 0.7),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        near("suburb", 0.9),
    ],
    block=[
        block_on("soc_sec_id"),
        block_on("date_of_birth"),
        block_on("given_name", "surname"),
        block_on("postcode", "surname"),
        block_on("postcode", "given_name"),
        block_on("address_1"),
        block_on("suburb", "street_number"),
    ],
    train=[block_on("soc_sec_id"), block_on("date_of_birth"), block_on("given_name", "surname")],
    sure=[block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")],
    recall=0.9,
)
CUSTOMERS = Model(
    prepare="""
        SELECT record_id, full_name, sorted_words(full_name) AS name, list_sort(words(full_name))[1] AS word,
               iso_day(birth_date) AS birth_date,
               clean(street) AS street, nullif(postcode, '') AS postcode, clean(city) AS city,
               right(digits(phone), 8) AS phone, lower(nullif(email, '')) AS email, nullif(tax_id, '') AS tax_id,
               clean(registration_no) AS registration_no
        FROM (SELECT *, coalesce(nullif(name, ''), first_name || ' ' || last_name) AS full_name FROM records)""",
    comparisons=[
        near("name", 0.95, 0.88, 0.75),
        cl.DamerauLevenshteinAtThresholds("birth_date", [1, 2]),
        near("street", 0.92, 0.8),
        exact("postcode"),
        exact("phone"),
        cl.EmailComparison("email").configure(term_frequency_adjustments=True),
        exact("tax_id"),
        exact("registration_no"),
    ],
    block=[
        block_on("tax_id"),
        block_on("email"),
        block_on("phone"),
        block_on("registration_no"),
        block_on("name"),
        block_on("birth_date", "postcode"),
        block_on("street", "postcode"),
    ],
    train=[block_on("phone"), block_on("name")],
    sure=[block_on("tax_id"), block_on("email", "phone"), block_on("name", "birth_date")],
)
# Each of the five sources writes its songs in its own way: number before the title, album or artist in it, seconds or
# thousandths, years of two digits.
SONGS = Model(
    prepare="""
        SELECT record_id, clean(title) AS title, clean(artist) AS artist, sorted_words(artist) AS sorted_artist,
               clean(album) AS album, seconds, left(clean(title), 5) AS beginning,
               left(clean(artist), 5) AS artist_beginning, left(clean(album), 5) AS album_beginning,
               filled(right(digits(year), 2)) AS year, filled(ltrim(regexp_extract(number, '[0-9]+$'), '0')) AS number
        FROM (SELECT record_id, number,
                     CASE source WHEN 'mb1' THEN regexp_replace(title, ' [(][^(]*[)]?$', '')
                                 WHEN 'mb2' THEN regexp_replace(title, '^.*? - ', '')
                                 WHEN 'mb3' THEN regexp_replace(title, ' - .*$', '')
                                 WHEN 'mb4' THEN regexp_replace(title, '^[0-9]+-', '') ELSE title END AS title,
                     CASE source WHEN 'mb2' THEN coalesce(filled(artist), filled(regexp_extract(title, '^(.*?) - ', 1)))
                                 ELSE artist END AS artist,
                     CASE source WHEN 'mb3' THEN coalesce(filled(album), filled(regexp_extract(title, ' - (.*)$', 1)))
                                 WHEN 'mb4' THEN regexp_replace(album, ' [(][^(]*[)]$', '') ELSE album END AS album,
                     CASE source WHEN 'mb1' THEN seconds_of(split_part(length, ':', 1), split_part(length, ':', 2))
                                 WHEN 'mb2' THEN seconds_of('0', length)
                                 WHEN 'mb3' THEN seconds_of(length, '0')
                                 WHEN 'mb4' THEN seconds_of(regexp_extract(length, '([0-9]+) ?m', 1),
                                                            regexp_extract(length, '([0-9]+) ?s', 1))
                                 WHEN 'mb5' THEN seconds_of('0', length) / 1000 END AS seconds,
                     CASE WHEN source = 'mb4' THEN regexp_extract(album, '[(]([0-9]{4})[)]$', 1) ELSE year END AS year
              FROM records)""",
    comparisons=[
        named("title"),
        near("sorted_artist", 0.92, 0.8),
        near("album", 0.92, 0.8),
        within("seconds", 1, 3, 10),
        exact("number"),
        exact("year"),
    ],
    block=[
        block_on("title"),
        block_on("beginning", "number"),
        block_on("album", "number"),
        block_on("artist", "number"),
        block_on("artist_beginning", "beginning"),
        block_on("album_beginning", "number"),
        block_on("album_beginning", "beginning"),
    ],
    train=[block_on("title"), block_on("album", "number")],
    sure=[block_on("title", "album"), block_on("title", "artist", "number")],
)
_COSINE = """list_sum(list_transform(list_intersect(map_keys(weights_l), map_keys(weights_r)),
    lambda word: weights_l[word] * weights_r[word])) / (length_l * length_r)"""
_ONE_CODE_BEGINS_ANOTHER = """len(list_filter(codes_l, lambda one:
    len(list_filter(codes_r, lambda other: starts_with(one, other) OR starts_with(other, one))) > 0)) > 0"""
# Offers are their words, weighed by rarity, and their part numbers, which are words with digits.
PRODUCTS = Model(
    prepare="""
        WITH named AS (
            SELECT record_id, lower(name) AS name,
                   list_distinct(list_filter(string_split(regexp_replace(lower(name), '[-/.,()''"]', '', 'g'), ' '),
                                             lambda word: word != '')) AS words
            FROM records),
        listed AS (SELECT record_id, unnest(words) AS word FROM named),
        weighed AS (
            SELECT word, count(*) AS times, ln((SELECT count(*) FROM named) / count(*)) AS weight
            FROM listed GROUP BY word),
        grouped AS (
            SELECT record_id, map(list(word ORDER BY word), list(weight ORDER BY word)) AS weights,
                   sqrt(sum(weight ** 2)) AS length,
                   list(word ORDER BY len(word) DESC, word)
                       FILTER (regexp_matches(word, '[0-9]') AND len(word) >= 4) AS codes,
                   list(word ORDER BY word) FILTER (times BETWEEN 2 AND 40) AS rare_words,
                   min_by(word, (times, word))
                       FILTER (times BETWEEN 2 AND 3 AND NOT regexp_matches(word, '[0-9]')) AS rare
            FROM listed JOIN weighed USING (word) GROUP BY record_id)
        SELECT record_id, string_split(name, ' ')[1] AS brand, weights, length, codes, rare, rare_words
        FROM named JOIN grouped USING (record_id)""",
    comparisons=[
        cl.CustomComparison(
            output_column_name="weights",
            comparison_levels=[
                cll.NullLevel("weights"),
                *[cll.CustomLevel(f"{_COSINE} >= {step}", f"cosine {step}") for step in (0.6, 0.5, 0.4, 0.3)],
                cll.ElseLevel(),
            ],
        ),
        cl.CustomComparison(
            output_column_name="codes",
            comparison_levels=[
                cll.NullLevel("codes"),
                cll.CustomLevel(_ONE_CODE_BEGINS_ANOTHER, "one begins with another"),
                cll.ElseLevel(),
            ],
        ),
    ],
    block=[block_on("brand"), block_on("codes[1]"), block_on("rare_words", arrays_to_explode=["rare_words"])],
    train=[block_on("codes[1]"), block_on("brand", "rare")],
    sure=[block_on("codes[1]")],
    recall=0.5,
)
_SAY_LITTLE = (
    "'ltd', 'limited', 'llc', 'inc', 'incorporated', 'corp', 'corporation', 'co', 'company', 'gmbh', 'ag', 'sa', "
    "'plc', 'ooo', 'oao', 'zao', 'pjsc', 'jsc', 'ojsc', 'bv', 'nv', 'spa', 'srl', 'sarl', 'mr', 'mrs', 'dr', 'haji', "
    "'the', 'of', 'and', 'de'"
)
# Nothing but names. The file is so small that all pairs of one schema are compared.
NAMES = Model(
    prepare="""
        SELECT record_id, schema, words[1] AS first, words[-1] AS last, array_to_string(list_sort(words), ' ') AS name
        FROM (SELECT record_id, schema,
                     list_filter(string_split(trim(regexp_replace(
                         lower(strip_accents(name)), '[^\\p{L}\\p{N}]+', ' ', 'g')), ' '),
                         lambda word: NOT list_contains([LITTLE], word)) AS words
              FROM records)""".replace("LITTLE", _SAY_LITTLE),
    comparisons=[near("name", 0.95, 0.9, 0.8), near("first", 0.92, 0.8), near("last", 0.92, 0.8)],
    block=[block_on("schema")],
    train=[block_on("last"), block_on("first")],
    sure=[block_on("name")],
    recall=0.5,
)
LABELLED = {
    "chicago_childcare": CHICAGO,
    "fodors_zagats": FODORS,
    "febrl3": FEBRL,
    "gen_customers_20k": CUSTOMERS,
    "musicbrainz_20k_5src": SONGS,
    "magellan_abt_buy": PRODUCTS,
    "opensanctions_name_bench": NAMES,
}
