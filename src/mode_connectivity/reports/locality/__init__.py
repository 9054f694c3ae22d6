"""Reports whether corrections are local or global, per depth."""
