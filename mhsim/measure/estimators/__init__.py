"""Statistics as plain functions of arrays: each knows numbers, none knows runs.

`mhsim.measure` exports every one of them under its usual name. What cannot be computed is NaN here
and becomes a missing value in tables. Errors of use are `ValueError`.
"""
