"""What counts as a number where a person writes parameters."""

from math import isfinite
from numbers import Real


def is_finite_number(value: object) -> bool:
    """Tell whether a value is a real number that fits in floating point; booleans are not."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # an integer beyond the largest float
        return False
