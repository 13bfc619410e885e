"""What a release is made of: a zip that deploys as it is, its bill of materials, and its notes; never deployed itself.

    python -m local.release package      everything, into dist/
    python -m local.release notes        the newest section of CHANGELOG.md
    python -m local.release tag v1.2.3   fails unless that is the tag of this version

Two builds of one commit are equal, byte for byte, when the same build of Python made them: times come from the commit,
entries are sorted, modes are fixed, and neither a path of the machine nor an address of an index is in them. (Another
version of zlib may compress otherwise, and another version of Python compile otherwise.)
"""

from __future__ import annotations
