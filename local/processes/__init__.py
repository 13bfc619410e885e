"""Child processes for local runs: started on a leash, watched through their log, never outliving their starter."""

from __future__ import annotations

from local.processes.child import Child, ChildFailed

__all__ = ["Child", "ChildFailed"]
