"""What follows from a recipe: what it is of once unpacked, its marker dose, its cost, its limits and its label."""
