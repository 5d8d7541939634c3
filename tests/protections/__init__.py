"""Takes one protection out of a copy of the source at a time: a machine that attacks it must notice."""
