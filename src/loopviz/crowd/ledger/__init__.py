"""The account of the labour: time, pay, and what was not paid."""
