"""How technologies spread between sectors. Pure: imports the ground only."""
