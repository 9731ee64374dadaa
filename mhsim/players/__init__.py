"""What answers for a seat: one file or package per kind of player."""
