"""What `mhsim show` and `mhsim list` say: each kind of file as text, as data, and as a row."""

from mhsim.showing.things import as_data, listing, show

__all__ = ["as_data", "listing", "show"]
