"""The legs of a matrix as lists that a plan can shorten, for providers whose files hold them."""

from cigen.formats.github_legs import MATRIX_JOBS, MOST_CHARACTERS, LegList, leg_lists, row_text

__all__ = ["MATRIX_JOBS", "MOST_CHARACTERS", "LegList", "leg_lists", "row_text"]
