"""The demo company: one invented business whose ledger and bank statements the stand-ins serve."""

from sandbox.company.generate import anchored, generate

__all__ = ["anchored", "generate"]
