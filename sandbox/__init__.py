"""Stand-ins for the vendors, so that the whole product runs and can be examined without any vendor account.

Every provider is a real HTTP server on loopback with the vendor's own paths, rules and error shapes.
Nothing here knows the product: it imports neither `assistant` nor `tools`, so a misreading of a vendor
cannot cancel itself out.
"""
