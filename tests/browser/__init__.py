"""Tests in a real browser; `conftest.py` has their fixtures, `tabs.py`, `people.py` and `mailbox.py` their tools.

They are asynchronous like all others here: Playwright's synchronous interface would need a loop of its own in the same
thread. Where there is no browser they are skipped, with the reason.
"""
