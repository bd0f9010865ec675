"""A rate card with dated lines in two systems, for tests: its rules and what each system sends."""

RULES = """
entity_type: day_rate
id_prefix: dr
attributes:
  code: {kind: identifier, required: true, privacy: public}
  lines:
    kind: lines
    privacy: public
    key: [role, currency]
    of:
      role:       {kind: code}
      currency:   {kind: currency, required: true}
      rate:       {kind: money, required: true, privacy: financial}
      note:       {kind: text}
      valid_from: {kind: date}
      valid_to:   {kind: date}
match: {block_on: [[code]], compare: [code], always: [{same: code}]}
survive: {default: most_trusted, trust: {erp: 90, psa: 60}}
"""
ERP = [
    {"role": "Manager", "currency": "EUR", "rate": 120, "valid_from": "2025-01-01", "valid_to": "2026-01-01"},
    {"role": "Manager", "currency": "EUR", "rate": 125, "valid_from": "2025-10-01", "valid_to": "2026-01-01"},
    {"role": "Manager", "currency": "EUR", "rate": "130,00", "valid_from": "2027-01-01", "note": "Agreed early"},
]
PSA = [
    {"role": "manager", "currency": "€", "rate": 118, "valid_from": "01.06.2024", "valid_to": "01.06.2025"},
    {"role": "manager", "currency": "EUR", "rate": 140, "valid_from": "2027-06-01", "valid_to": "9999-12-31"},
    {"role": "Analyst", "currency": "EUR", "rate": 80, "valid_to": "2020-01-01"},
]
