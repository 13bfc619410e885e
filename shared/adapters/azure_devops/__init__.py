"""Azure DevOps: the feeds of one organization, behind the port FeedService.

The `…_wire` modules are pure (build a request, read an answer), `client` and `sender` send.
"""
