"""The installed service in a bare Debian system, started as its unit says, by hand."""

import json
import re
import secrets
import socket
import subprocess
import time

UNIT = "usr/lib/systemd/system/collector.service"
WATCHDOG_S = 30
ENVIRONMENT = "env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LC_ALL=C.UTF-8"


class Daemon:
    """A program that runs in the system as one of its users, until it is told to stop.

    Args:
        root: The system.
        who: The user, whose groups it is in, and its first group: "nobody:nogroup".
        command: A line of shell.
        variables: Its environment besides.
    """

    def __init__(self, root, who, command, **variables):
        self._root = root
        self._output = root.path / f"tmp/{secrets.token_hex(4)}.out"
        told = [f"{name}={value}" for name, value in variables.items()]
        user, group = who.split(":")
        become = f"setpriv --reuid={user} --regid={group} --init-groups --no-new-privs".split()
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                ["chroot", root.path, *become, *ENVIRONMENT.split(), *told, "sh", "-c", command],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        root.daemons.append(self)

    @property
    def output(self):
        return self._output.read_text()

    def wait_for(self, look, what):
        """Return the first true answer; fail when there is none in time, or it has ended."""
        limit_s = time.monotonic() + 60 * self._root.slowness
        while not (answer := look()):
            assert self._process.poll() is None, f"{what}: it ended: {self.output[-3000:]}"
            assert time.monotonic() < limit_s, f"not in time: {what}: {self.output[-3000:]}"
            time.sleep(0.1)
        return answer

    def stop(self):
        """Ask it to end; return its exit code."""
        self._process.terminate()
        return self._process.wait(30 * self._root.slowness)

    def kill(self):
        self._process.kill()
        self._process.wait()


class Agent(Daemon):
    """The compatible agent, as a user that has nothing to do with the service."""

    def __init__(self, root):
        command = "exec collector agent run --directory /tmp/agent --provision-port 0 --port 0"
        super().__init__(root, "nobody:nogroup", command)
        found = re.compile(r"ready provision=\S+:(\d+) mqtt=\S+:(\d+)")
        ready = self.wait_for(lambda: found.search(self.output), "the agent is ready")
        self.provision_port, self.port = ready.groups()
        root.run("install -m 0644 /tmp/agent/ca.crt /etc/collector/agent-ca.crt")


class Service(Daemon):
    """What the unit starts: its command as its user, and a socket that stands for systemd's."""

    def __init__(self, root, mode=""):
        self._notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notified.settimeout(0)
        name = f"collector-test-{secrets.token_hex(8)}"
        self._notified.bind(f"\0{name}")
        unit = dict(re.findall(r"^(\w+)=(.+)$", (root.path / UNIT).read_text(), re.MULTILINE))
        super().__init__(
            root,
            f"{unit['User']}:{unit['Group']}",
            f"umask {unit['UMask']} && cd {unit['WorkingDirectory']}"
            f" && exec {unit['ExecStart']} {mode}",
            NOTIFY_SOCKET=f"@{name}",
            WATCHDOG_USEC=WATCHDOG_S * 1_000_000,
        )
        self.told = []
        self.wait_for(lambda: "READY=1" in self._hear(), "it tells that it is started")

    def status(self):
        """Return what `collector status --json` prints to root."""
        return json.loads(self._root.run("collector status --json"))

    def wait_until_confirmed(self, *sensors):
        """Wait until the agent has confirmed values of each sensor."""

        def is_confirmed():
            accounts = {each["sensor"]: each for each in self.status()["ledger"]}
            return all(accounts.get(name, {}).get("delivered") for name in sensors)

        self.wait_for(is_confirmed, f"values of {sensors} are confirmed")

    def stop(self):
        self._hear()  # the kernel holds ten datagrams and then makes the sender wait
        code = super().stop()
        self._hear()
        self._notified.close()
        return code

    def _hear(self):
        try:
            while True:
                self.told += self._notified.recv(4096).decode().splitlines()
        except BlockingIOError:
            return self.told
