"""The bench: how the product stands beside a bare Chainlit echo app, measured in the same run."""
