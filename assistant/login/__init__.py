"""The front door: who comes in, for how long, and what nobody may reach from outside."""
