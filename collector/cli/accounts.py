"""Users of this machine in whose place root acts, so that files get the owners that they need."""

import os
import pwd
import subprocess

from collector.errors import UsageError
from collector.service.children import collector_command


def account(name: str) -> pwd.struct_passwd | None:
    """Return the account of a user; None where there is none of that name."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def become(user: pwd.struct_passwd) -> None:
    """Go on as a user, in all groups of that user, for the rest of this process. For root alone."""
    os.initgroups(user.pw_name, user.pw_gid)
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def run_as(user: pwd.struct_passwd, *words: str) -> int:
    """Run a command of ours as a user, in all groups of that user; return its exit code.

    For root alone.

    Raises:
        UsageError: That user may not run the collector.
    """
    try:
        return subprocess.run(  # noqa: S603 - our own command, no shell
            collector_command(*words),
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=os.getgrouplist(user.pw_name, user.pw_gid),
            cwd="/",
            env={**os.environ, "HOME": user.pw_dir, "USER": user.pw_name, "LOGNAME": user.pw_name},
            check=False,
        ).returncode
    except PermissionError as error:
        raise UsageError(
            f"the user {user.pw_name} may not run {error.filename}", "name another one: --user NAME"
        ) from None
