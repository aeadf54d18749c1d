"""Which failures say that bytes are lost, and which that they cannot be had just now."""

import errno

LOST = frozenset(
    {errno.EIO, errno.ENODATA, errno.EILSEQ, errno.EUCLEAN, errno.EBADMSG, errno.ENOENT}
)
"""A medium that cannot read a block says EIO, ENODATA or EILSEQ (the kernel's block layer), a file
system that finds itself damaged EUCLEAN or EBADMSG. All others pass: too many open files, no
memory, no permission."""
