"""Human review: blinded packs of conversations for local raters, and their ratings back."""
