"""What may be proposed and confirmed, by whom and up to how much: one file of rules, judged by pure functions.

What no rule allows is refused, and every verdict explains itself line by line.
"""
