"""The runner and what it starts: plain answers, one supervisor, and nothing left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from local import children, doctor, state
from local.supervisor import Program, Supervisor, cut

ROOT = Path(__file__).parents[2]


def dev(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "dev", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def wait_until(what: Callable[[], bool]) -> None:
    for _ in range(400):
        if what():
            return
        time.sleep(0.05)
    pytest.fail("waited 20 s in vain")


@pytest.fixture
def folder() -> Iterator[state.State]:
    with state.temporary(in_memory=True) as made:
        yield made


class TestDev:
    def test_says_what_it_can_do(self) -> None:
        told = dev("help")
        assert told.returncode == 0
        for command in ("run", "test", "lint", "rehearse", "bench", "casework", "doctor", "help"):
            assert f"./dev {command} " in told.stdout
        assert dev().stdout == told.stdout

    def test_answers_an_unknown_command_in_one_line(self) -> None:
        told = dev("dance")
        assert told.returncode == 2
        assert told.stderr == "./dev has no command 'dance': see ./dev help\n"
        assert told.stdout == ""

    def test_runs_the_tests_it_is_given_and_ends_as_they_do(self, tmp_path: Path) -> None:
        (tmp_path / "test_story.py").write_text("def test_ends_badly():\n    assert False\n")
        told = dev("test", "-n", "0", "-q", "--rootdir", str(tmp_path), str(tmp_path))
        assert told.returncode == 1
        assert "1 failed" in told.stdout.splitlines()[-1]

    def test_needs_a_running_installation_for_the_operators_command(self, tmp_path: Path) -> None:
        for told in (
            dev("casework", "--state", str(tmp_path / "none"), "audit", "verify"),
            dev("casework", "audit", "verify", CASEWORK_STATE=str(tmp_path / "none")),
        ):
            assert told.returncode == 2
            assert told.stderr.splitlines() == [
                f"Nothing runs in {tmp_path / 'none'}: start ./dev run first, or name its folder with --state"
            ]

    def test_asks_the_rules_and_gives_help_where_nothing_runs(self, tmp_path: Path) -> None:
        facts = tmp_path / "facts.json"
        facts.write_text('{"now": "2026-11-23T10:00:00Z"}')
        told = dev("casework", "sharing", "explain", str(facts), CASEWORK_STATE=str(tmp_path / "none"))
        assert told.returncode == 2
        assert told.stderr.startswith("The facts cannot be used: ")
        assert "audit" in dev("casework", "--help", CASEWORK_STATE=str(tmp_path / "none")).stdout

    @pytest.mark.parametrize("command", [["run", "--port", "many"], ["run", "--dance"], ["rehearse", "--cases", "0"]])
    def test_says_in_one_line_what_cannot_be_asked(self, command: list[str]) -> None:
        told = dev(*command)
        assert told.returncode == 2
        (line,) = told.stderr.splitlines()
        assert line.startswith(f"./dev {command[0]}: ")

    def test_does_not_run_on_a_port_in_use(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            told = dev("run", "--port", port, "--state", str(tmp_path / "state"))
        assert told.returncode == 2
        assert told.stderr.splitlines() == [
            f"./dev run: port {port} cannot be used (Address already in use): see --port"
        ]
        assert not (tmp_path / "state").exists()

    def test_does_not_run_in_a_folder_of_other_things(self, tmp_path: Path) -> None:
        (tmp_path / "letter.txt").write_text("Dear Sir")
        told = dev("run", "--fresh", "--port", str(children.free_port()), "--state", str(tmp_path))
        assert told.returncode == 2
        assert "holds other things" in told.stderr
        assert (tmp_path / "letter.txt").exists()

    def test_does_not_run_twice_in_one_folder(self, folder: state.State) -> None:
        told = dev("run", "--port", str(children.free_port()), "--state", str(folder.path))
        assert told.returncode == 2
        assert told.stderr == f"./dev run: {folder.path} is in use by process {os.getpid()}\n"


class TestDoctor:
    def test_tells_the_line_that_mends_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert doctor.report([]) == 0
        assert capsys.readouterr().out == "Nothing is missing. Next: ./dev run\n"
        mend = doctor.mend_browser(["chromium"])
        assert doctor.report([doctor.Finding("chromium", "tests in a real browser", mend, needed_always=False)]) == 1
        said = capsys.readouterr().out
        assert "apt-get install -y --no-install-recommends chromium\n" in said
        assert "./dev run works without it." in said

    def test_looks_at_this_machine(self) -> None:
        told = dev("doctor")
        assert told.returncode == (1 if doctor.findings() else 0)
        assert "./dev run" in told.stdout

    def test_misses_a_browser_that_is_not_on_the_path(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        assert "chromium" in doctor.missing_for_browser()
        (tmp_path / "chromium").touch(mode=0o755)
        assert "chromium" not in doctor.missing_for_browser()


SUPERVISING = """
import sys, time
from pathlib import Path
from local import state
from local.supervisor import Program, Supervisor
with state.locked(Path(sys.argv[1])) as folder:
    supervisor = Supervisor(folder, folder=folder.path, engines=[], say=print)
    supervisor.start(Program("sleeper", [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"], {}))
    time.sleep(600)
"""


class TestSupervisor:
    @pytest.fixture
    def said(self) -> list[str]:
        return []

    @pytest.fixture
    def supervisor(self, folder: state.State, said: list[str]) -> Iterator[Supervisor]:
        made = Supervisor(folder, folder=folder.path, engines=[], say=said.append)
        yield made
        made.stop(within=0)

    def runs(self, folder: state.State, name: str) -> list[str]:
        log = folder.log(name)
        return log.read_text().splitlines() if log.exists() else []

    def test_starts_again_what_died_and_says_so(
        self, supervisor: Supervisor, folder: state.State, said: list[str]
    ) -> None:
        supervisor.start(Program("worker", ["/bin/sh", "-c", "echo here; exit 3"], {}))

        def twice() -> bool:
            supervisor.watch()
            return len(self.runs(folder, "worker")) >= 2

        wait_until(twice)
        assert said[0] == "worker ended by itself (3); starting it again in 1 s"

    def test_tells_what_does_not_stay_up(self, supervisor: Supervisor, folder: state.State) -> None:
        supervisor.start(Program("worker", ["/bin/sh", "-c", "echo no broker; exit 3"], {}))
        assert supervisor.failing() is None

        def failing() -> bool:
            supervisor.watch()
            return supervisor.failing() is not None

        wait_until(failing)
        assert supervisor.failing() == ("worker", "no broker\n" * len(self.runs(folder, "worker")))

    def test_starts_what_died_only_after_its_children_are_gone(
        self, supervisor: Supervisor, folder: state.State
    ) -> None:
        supervisor.start(Program("web", ["/bin/sh", "-c", "sleep 600 & echo $!; exit 3"], {}))

        def noticed() -> bool:
            supervisor.watch()
            left = self.runs(folder, "web")
            return bool(left) and not children.is_running(int(left[0]))

        wait_until(noticed)

    def test_kills_what_does_not_end_when_asked(
        self, supervisor: Supervisor, folder: state.State, said: list[str]
    ) -> None:
        supervisor.start(Program("deaf", ["/bin/sh", "-c", "trap '' TERM; echo $$; while :; do sleep 0.1; done"], {}))
        wait_until(lambda: bool(self.runs(folder, "deaf")))
        supervisor.stop(within=0.2)
        assert said == ["deaf did not end in time and is killed"]
        assert not children.is_running(int(self.runs(folder, "deaf")[0]))

    def test_takes_its_programs_with_it_when_it_is_killed(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            process = subprocess.Popen(
                [sys.executable, "-c", SUPERVISING, f"{place}/state"],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=subprocess.DEVNULL,
            )
            log = Path(place, "state", "logs", "sleeper.log")
            wait_until(lambda: log.exists() and log.read_text().endswith("\n"))
            sleeper = int(log.read_text())
            assert children.is_running(sleeper)
            process.send_signal(signal.SIGKILL)
            process.wait()
            wait_until(lambda: not children.is_running(sleeper))

    def test_cuts_a_log_that_is_still_written_to(self, tmp_path: Path) -> None:
        log = tmp_path / "web.log"
        with log.open("ab", buffering=0) as program:
            program.write(b"x" * 100)
            cut(log, 100)
            assert not (tmp_path / "web.log.1").exists()
            program.write(b"y")
            cut(log, 100)
            program.write(b"z")
        assert (tmp_path / "web.log.1").read_bytes() == b"x" * 100 + b"y"
        assert log.read_bytes() == b"z"


class TestMailCatcher:
    @pytest.fixture
    def port(self, tmp_path: Path) -> Iterator[int]:
        port = children.free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "local.mailcatcher", "--folder", tmp_path / "mail", "--port", str(port)], cwd=ROOT
        )

        def listens() -> bool:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                return True
            return False

        wait_until(listens)
        yield port
        process.terminate()
        assert process.wait(10) == 0

    def test_keeps_every_message_as_a_file_whose_name_tells_nothing(self, port: int, tmp_path: Path) -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            for number in (1, 2):
                message = EmailMessage()
                message["Subject"] = f"Notice {number}"
                message["To"] = "ruth.okafor@housing.example.gov.uk"
                message.set_content("Sign in to see.")
                client.send_message(message, "no-reply@casework.example.gov.uk", ["someone@else.example.gov.uk"])
        kept = sorted((tmp_path / "mail").iterdir())
        assert len(kept) == 2
        assert [path.suffix for path in kept] == [".eml", ".eml"]
        assert not any("ruth" in path.name for path in kept)
        assert "Subject: Notice 1" in kept[0].read_text()
        assert "Subject: Notice 2" in kept[1].read_text()
        assert kept[0].read_text().splitlines()[:2] == [
            "X-Envelope-From: no-reply@casework.example.gov.uk",
            "X-Envelope-To: someone@else.example.gov.uk",
        ]


class Running:
    """A `./dev run` of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.address = f"http://127.0.0.1:{children.free_port()}"
        port = self.address.rpartition(":")[2]
        self.complaints = folder.with_suffix(".stderr")
        with self.complaints.open("w") as complaints:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "dev", "run", "--port", port, "--state", folder, *options],
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
            )

    def first_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline() or self.complaints.read_text()

    def get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(self.address + path, timeout=10) as answer:
            return answer.status, answer.read().decode()

    def processes(self) -> list[int]:
        """Every process that works in this state folder or was told of it, whoever its parent is."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
                where = str((process / "cwd").readlink())
                if str(self.folder).encode() in told or str(self.folder) in where:
                    found.append(int(process.name))
        return [pid for pid in found if children.is_running(pid)]


class TestRun:
    @pytest.fixture
    def folder(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="casework-run-", dir=state.memory_folder()) as place:
            Path(place).chmod(0o711)
            yield Path(place) / "state"

    def test_brings_up_every_part_and_ends_every_part(self, folder: Path) -> None:
        running = Running(folder, "--no-demo")
        assert running.first_line() == f"ready {running.address}\n"
        assert running.get("/healthz")[0] == 200
        assert running.get("/readyz")[0] == 200
        told = dev("casework", "--state", str(folder), "keys", "status", "--json")
        assert told.returncode == 0, told.stderr
        assert '"current": "k1"' in told.stdout
        assert len(running.processes()) > 8
        running.process.terminate()
        running.process.communicate(timeout=10)
        assert running.process.returncode == 0
        assert running.processes() == []
        assert dev("casework", "--state", str(folder), "keys", "status").returncode == 2
        told_files = [path for path in folder.rglob("*") if path.name == "environment"]
        assert told_files == []

    def test_leaves_nothing_running_when_it_is_killed_and_starts_again(self, folder: Path) -> None:
        running = Running(folder, "--no-demo")
        assert running.first_line() == f"ready {running.address}\n"
        running.process.kill()
        running.process.communicate()
        wait_until(lambda: running.processes() == [])
        again = Running(folder, "--no-demo")
        assert again.first_line() == f"ready {again.address}\n"
        again.process.send_signal(signal.SIGINT)
        again.process.communicate(timeout=10)
        assert again.process.returncode == 0
