"""Takes one protection out of a copy of the source at a time, and lets a machine that attacks it show that it notices."""
