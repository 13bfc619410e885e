"""Approvals: owners are asked, decide, and what they decided is executed and ended.

`answers.py` is what comes in and goes out, `view.py` shows, `ask.py` opens requests, `decide.py` takes decisions,
`advance.py` does what follows of them within the check of a package, `expire.py` looks for what is due. Beside them:
`rulings.py` and `gates.py` are the pure parts of deciding and advancing, `downloads.py` has a feed save one version,
`fresh.py` looks at a package once more before somebody decides.
"""
