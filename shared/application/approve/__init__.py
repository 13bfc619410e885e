"""Approvals: owners are asked, decide, and what they decided is executed and ended.

`answers.py` is what comes in and goes out, `view.py` shows, `ask.py` opens requests, `decide.py` takes decisions,
`advance.py` does what follows of them within the check of a package, `expire.py` looks for what is due.
"""
