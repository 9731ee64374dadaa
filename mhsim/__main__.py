"""`python -m mhsim` is `mhsim`."""

from mhsim.cli import main

main()
