"""Tests. A package, so that tests/matching and its like do not hide the packages they are named after."""
