"""The street door: one blueprint a file, each trigger binds, calls one use case, maps errors."""
