"""Whether corrections are local or global, per depth."""
