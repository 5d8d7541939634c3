"""What the product relies on of Xero, asked of the sandbox, or of a real demo company where credentials are given.

    XERO_CONTRACT_CLIENT_ID=... XERO_CONTRACT_CLIENT_SECRET=... python -m pytest tests/contract

The credentials are those of a custom connection to a demo company: a draft invoice and a contact are made there and
taken away again. The same assertions hold for both, so that the sandbox cannot drift from what it stands in for.
"""
