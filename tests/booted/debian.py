"""A minimal Debian as a tar file, made by debootstrap from whatever mirror this machine's apt uses, and kept.

It says why where it cannot be had, and boots nothing.
"""

import hashlib
import os
import platform
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

CACHE = Path(__file__).parents[2] / ".cache"
TOOLS = {"debootstrap": "debootstrap", "systemd-nspawn": "systemd-container"}  # command: package
INSIDE = "systemd-sysv,dbus,python3"  # a server as README supposes it: no pip, no venv, no compiler
PATIENCE = 900  # seconds for the slowest step, on a busy machine


class Impossible(Exception):  # noqa: N818 (it is no error: a machine may be unable to do this)
    """Why this machine cannot do it."""


def call(*command: str, **env: str) -> str:
    """Run it; what it printed. Raises Impossible with the last line of its complaint."""
    done = subprocess.run(
        command, env=os.environ | env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )  # fmt: skip
    if done.returncode:
        complaint = (done.stderr.strip() or done.stdout.strip()).splitlines() or [f"exit {done.returncode}"]
        raise Impossible(f"{command[0]}: {complaint[-1]}")
    return done.stdout


def prepare() -> None:
    """Get the tools, and see whether a container may be started at all."""
    if os.geteuid() != 0:
        raise Impossible("it needs root")
    if not shutil.which("apt-get"):
        raise Impossible("it needs apt, to get debootstrap and systemd-nspawn")
    if missing := [package for command, package in TOOLS.items() if not shutil.which(command)]:
        call("apt-get", "update", "-qq")
        call("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, DEBIAN_FRONTEND="noninteractive")
    with TemporaryDirectory(prefix="duban-probe-") as name:
        root = Path(name)
        for folder in ("usr", "etc"):
            (root / folder).mkdir()
        (root / "etc" / "os-release").touch()
        for folder in ("bin", "sbin", "lib", "lib64"):
            (root / folder).symlink_to(f"usr/{folder}")
        call(*NSPAWN, "--directory", name, "--bind-ro=/usr", "/usr/bin/true")


# No machined and no systemd is asked for anything, so that it works where the host was booted without them; the
# container has a loopback interface and no other.
NSPAWN = ("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--resolv-conf=off",
          "--timezone=off", "--link-journal=no", "--console=pipe")  # fmt: skip


def tar() -> Path:
    """The file system; made when there is none of this release and these packages."""
    codename = platform.freedesktop_os_release()["VERSION_CODENAME"]
    edition = hashlib.sha256(INSIDE.encode()).hexdigest()[:8]
    kept = CACHE / f"{codename}-{platform.machine()}-{edition}.tar"
    if not kept.exists():
        CACHE.mkdir(exist_ok=True)
        with TemporaryDirectory(prefix="duban-debian-") as name:
            root, draft = f"{name}/root", kept.with_suffix(f".{os.getpid()}")
            call("debootstrap", "--variant=minbase", f"--include={INSIDE}", codename, root, mirror(codename), **proxy())
            call("tar", "--create", "--numeric-owner", "--xattrs", f"--file={draft}", f"--directory={root}", ".")
            draft.replace(kept)
    return kept


def mirror(codename: str) -> str:
    """Where this machine's apt has its release from."""
    shape = "$(CODENAME) $(COMPONENT) $(REPO_URI)"
    lines = call("apt-get", "indextargets", "--format", shape, "Created-By: Packages").splitlines()
    found = [uri for line in lines for name, part, uri in [line.split()] if (name, part) == (codename, "main")]
    if not found:
        raise Impossible(f"apt knows no mirror of {codename}")
    return found[0]


def proxy() -> dict[str, str]:
    """The proxy that apt is told to use, if any, as debootstrap's downloader wants it."""
    uri = call("apt-config", "dump", "--format", "%v", "Acquire::http::Proxy")
    return {"http_proxy": uri, "https_proxy": uri} if uri else {}
