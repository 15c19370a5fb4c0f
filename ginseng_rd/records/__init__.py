"""The field: frozen values and their rules, and the columns of each kind of reading."""
