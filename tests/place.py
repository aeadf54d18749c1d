"""A place for one test: its configuration, its processes, and their end."""

import itertools
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from running import Agent, Collector, Program, environment, run_command

COUNTER = '[[source]]\nplugin = "counter"\nsensor = "counter"\ninterval = "100ms"\n'


class Place:
    """Starts programs that are ended with the test.

    Attributes:
        path: A directory of this test alone.
        state_dir: Where its collectors keep what they have.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state_dir = path / "state"
        self.config_file = path / "collector.toml"
        self._programs: list[Program] = []
        self._processes: list[subprocess.Popen[str]] = []
        self._numbers = itertools.count(1)

    def configure(
        self,
        *sources: str,
        agent: Agent | None = None,
        tables: str = "",
        **settings: Any,
    ) -> Path:
        """Write the configuration; ``settings`` are keys of ``[agent]``."""
        lines = ["[collector]", f'state_dir = "{self.state_dir}"', "[agent]"]
        settings = {"key": "ec-p256", "client_name": "gateway-07"} | settings
        if agent is not None:
            settings = {
                "host": "127.0.0.1",
                "provision_port": agent.ports[0],
                "port": agent.ports[1],
                "ca_file": agent.directory / "ca.crt",
            } | settings
        lines += [f"{key} = {_toml(value)}" for key, value in settings.items()]
        if "[figures]" not in tables:  # most tests count sources and readings, and want their own
            tables += "\n[figures]\nenabled = false\n"
        self.config_file.write_text("\n".join([*lines, tables, *(sources or [COUNTER])]))
        return self.config_file

    def agent(
        self, *options: object, name: str = "agent", ports: tuple[int, int] = (0, 0)
    ) -> Agent:
        return self._kept(Agent(self.path / name, *options, ports=ports))

    def again(self, agent: Agent, *options: object) -> Agent:
        """Start an agent once more, at the same ports and directory."""
        return self.agent(*options, name=agent.directory.parent.name, ports=agent.ports)

    def collector(
        self, *options: object, python_path: Path | None = None, through: Sequence[str] = ()
    ) -> Collector:
        directory = self.path / f"run{next(self._numbers)}"
        return self._kept(
            Collector(
                directory,
                self.config_file,
                self.state_dir,
                *options,
                python_path=python_path,
                through=through,
            )
        )

    def process(self, words: Sequence[object], **options: Any) -> "subprocess.Popen[str]":
        """Start something else in the environment that programs of ours have here."""
        process = subprocess.Popen([str(word) for word in words], env=environment(None), **options)
        self._processes.append(process)
        return process

    def command(
        self, *words: object, python_path: Path | None = None, through: Sequence[str] = ()
    ) -> tuple[int, str, str]:
        return run_command(self.path, *words, python_path=python_path, through=through)

    def ask(self, *words: object, python_path: Path | None = None) -> tuple[int, str, str]:
        """Run a command that takes the configuration."""
        return self.command(*words, "--config", self.config_file, python_path=python_path)

    def clean_up(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        for program in reversed(self._programs):
            program.kill()
            assert program.complaints is not None

    def _kept(self, program: Any) -> Any:
        self._programs.append(program)
        return program


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else f'"{value}"'
