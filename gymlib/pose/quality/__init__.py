"""How good pose tracks are: measures per clip, the table of a data set, distance to the truth."""
