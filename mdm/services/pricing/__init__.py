"""Rates in force, and what systems disagree about in them."""
