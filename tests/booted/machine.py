"""A machine of its own: a Debian that systemd-nspawn boots, with no network but loopback. It knows nothing of duban."""

import os
import shlex
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from debian import NSPAWN, Impossible

BOOT, HALT = 90, 90  # seconds
REBOOTS = 133  # what nspawn exits with when the machine inside wants to come up again


class Machine:
    """`boot` it, `run` commands in it, `halt` it. Its disk is the folder `root`."""

    def __init__(self, folder: Path, tar: Path) -> None:
        self.root = folder / "root"
        self.root.mkdir()
        self._socket = folder / "notify"
        self._console = folder / "console"
        subprocess.run(
            ["tar", "--extract", "--numeric-owner", "--xattrs", f"--file={tar}", f"--directory={self.root}"], check=True
        )
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._leader = ""

    def boot(self) -> None:
        """Come up, as far as all units go."""
        self._socket.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard, self._console.open("ab") as console:
            heard.bind(str(self._socket))
            heard.settimeout(1)
            self._nspawn = subprocess.Popen(
                [*NSPAWN, "--directory", str(self.root), "--boot", "--machine=duban", "--notify-ready=yes"],
                env=os.environ | {"NOTIFY_SOCKET": str(self._socket)},
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True,
            )  # fmt: skip
            self._wait(heard)
        self.run("systemctl is-system-running --wait", check=False)

    def _wait(self, heard: socket.socket) -> None:
        said, last = "", time.monotonic() + BOOT
        while "READY=1" not in said.splitlines():
            if self._nspawn.poll() is not None or time.monotonic() > last:
                self.halt()
                (*_, complaint) = ["it says nothing", *self._console.read_text(errors="replace").strip().splitlines()]
                raise Impossible(f"systemd does not come up in a container: {complaint}")
            with suppress(TimeoutError):
                said = heard.recv(8192).decode()
            for line in said.splitlines():
                key, _, value = line.partition("=")
                self._leader = value if key == "X_NSPAWN_LEADER_PID" else self._leader

    def run(self, script: str, *, user: str = "root", stdin: str = "", check: bool = True) -> str:
        """What a shell script prints in there; with `check` a failure is one here, with all that was said."""
        done = self.tried(script, user=user, stdin=stdin)
        assert not check or done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def tried(self, script: str, *, user: str = "root", stdin: str = "") -> subprocess.CompletedProcess[str]:
        """The same, with exit code and complaint."""
        as_root = ["sh", "-euc", f"cd /root\n{script}"]
        who = as_root if user == "root" else ["runuser", "--login", user, "--command", script]
        return subprocess.run(
            ["nsenter", "--target", self._leader, "--all", "--root", "--wd", *who],
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"},
            input=stdin, capture_output=True, encoding="utf-8", timeout=180, check=False,
        )  # fmt: skip

    def until(self, script: str, wanted: str, seconds: float = 30) -> None:
        """Wait until a script prints something that has `wanted` in it."""
        last = time.monotonic() + seconds
        while wanted not in (said := self.run(script, check=False)):
            assert time.monotonic() < last, f"{script}\nwanted {wanted}, last said {said}"
            time.sleep(0.2)

    def write(self, path: str, text: str) -> None:
        """A file as an editor leaves it: owner and mode stay."""
        self.run(f"cat > {shlex.quote(path)}", stdin=text)

    def reboot(self) -> None:
        """Go down in order, and come up again."""
        self.run("systemctl reboot", check=False)
        assert self._nspawn
        assert self._nspawn.wait(HALT) == REBOOTS
        self.boot()

    def halt(self) -> None:
        """Go down in order; what does not is ended."""
        if self._nspawn and self._nspawn.poll() is None:
            self.run("systemctl poweroff", check=False)
            try:
                self._nspawn.wait(HALT)
            except subprocess.TimeoutExpired:
                self._nspawn.kill()
                self._nspawn.wait()
