"""Names to compounds, structures and their features. The one door to RDKit."""
