"""What runs say, in numbers. Missing stays missing, to the last table."""
