"""Check digits: the quick look never contradicts the whole check."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban, lei

from matching.kinds import KINDS

CODES = st.text("0123456789ABCDEHZ", min_size=1, max_size=40)


@given(CODES | st.text("0123456789ABCDEHZ", min_size=20, max_size=20))
def test_an_lei_is_valid_by_its_length_and_its_check_digits(code):
    assert KINDS["lei"].valid(code) == (len(code) == 20 and lei.is_valid(code))


@pytest.mark.parametrize("number", ["1", "98", "195", "1068", "0" * 20 + "1"])
def test_a_number_whose_check_digits_happen_to_be_right_is_no_lei(number):
    assert lei.is_valid(number)
    assert not KINDS["lei"].valid(number)


@given(CODES | st.text("0123456789", min_size=18, max_size=20).map("DE{}".format))
def test_an_iban_is_valid_by_its_check_digits(code):
    assert KINDS["iban"].valid(code) == iban.is_valid(code, check_country=False)


@given(st.integers(0, 10**18 - 1))
def test_right_check_digits_are_found_right(number):
    account = f"{number:018}"
    code = f"DE{iban.calc_check_digits(f'DE00{account}')}{account}"
    assert KINDS["iban"].valid(code)
    assert KINDS["lei"].valid(f"{account}{lei.mod_97_10.calc_check_digits(account)}")
