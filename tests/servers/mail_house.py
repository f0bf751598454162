"""Postfix and Dovecot with a configuration of our own in a folder of our own, on loopback; nothing leaves them."""

import imaplib
import shutil
import socketserver
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from post_office import free_port

DOMAIN = "example.gov.cn"
PASSWORD = "secret"
REFUSED, GREY, FORWARDED, NOBODY = (f"{name}@{DOMAIN}" for name in ("linlan", "malin", "wujing", "gaoning"))
OTHERS = ("zwgk", "heping", "zhoumin", "hubo", "anping")
PRESENT = "@2026-01-05 08:00:00"  # from which the certificates are valid, for duban's clock and for the servers'
_PATIENCE = 20.0  # seconds

_MAIN = """\
compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = mail.{domain}
mydestination =
mynetworks =
inet_interfaces = loopback-only
inet_protocols = ipv4
# Nothing leaves this machine: whatever is not a mailbox of ours comes back.
default_transport = error:5.1.2 this server knows no other
relay_transport = error:5.1.2 this server knows no other
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {mail}
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_alias_maps = texthash:{folder}/aliases
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
transport_maps = texthash:{folder}/transports
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_sasl_auth_enable = yes
smtpd_tls_auth_only = yes
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {certificates}/server.pem
smtpd_tls_key_file = {certificates}/server.key
smtpd_tls_received_header = yes
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_data_restrictions =
smtpd_client_restrictions =
smtpd_restriction_classes =
smtpd_delay_reject = yes
smtpd_end_of_data_restrictions =
bounce_queue_lifetime = 1h
"""
# Each row: a port of 127.0.0.1, and what is different there.
_GOOD = "{{ smtpd_recipient_restrictions = {checks}, permit_sasl_authenticated, reject }}"
_CHECKS = "check_recipient_access texthash:{folder}/access, check_policy_service inet:127.0.0.1:{policy}"
_MASTER = """\
127.0.0.1:{starttls} inet n - n - - smtpd -o {good}
127.0.0.1:{implicit} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o {good}
127.0.0.1:{expired} inet n - n - - smtpd -o smtpd_tls_cert_file={certificates}/expired.pem
    -o smtpd_tls_key_file={certificates}/expired.key
127.0.0.1:{other_name} inet n - n - - smtpd -o smtpd_tls_cert_file={certificates}/other.pem
    -o smtpd_tls_key_file={certificates}/other.key
127.0.0.1:{plain} inet n - n - - smtpd -o smtpd_tls_security_level=none -o smtpd_sasl_auth_enable=no
    -o {{ smtpd_recipient_restrictions = permit_auth_destination, reject }}
127.0.0.1:{nobody} inet n - n - - smtpd -o smtpd_tls_security_level=none -o smtpd_sasl_auth_enable=no
    -o smtpd_recipient_restrictions=reject
127.0.0.1:{slow} inet n - n - - smtpd -o smtpd_tls_security_level=none -o smtpd_sasl_auth_enable=no
    -o {{ smtpd_recipient_restrictions = sleep 3, permit }}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
nouser unix - n n - - pipe user=nobody argv=/bin/sh -c {{exit 67}}
"""
_DOVECOT = """\
base_dir = {folder}/dovecot
state_dir = {folder}/dovecot
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificates}/server.pem
ssl_key = <{certificates}/server.key
mail_location = maildir:{mail}/%u
first_valid_uid = 65534
auth_mechanisms = plain login
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/passwords
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={mail}/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service auth {{
  unix_listener {queue}/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""


class Grey(socketserver.BaseRequestHandler):
    """A policy service: it sends the first comer for one recipient away, and lets the second through."""

    def handle(self) -> None:
        stream = self.request.makefile("rw", encoding="utf-8")
        while True:
            said = dict(line.rstrip("\n").partition("=")[::2] for line in iter(stream.readline, "\n") if line)
            if not said:
                return
            first = said.get("recipient") == GREY and GREY not in self.server.seen
            if first and said.get("protocol_state") == "RCPT":
                self.server.seen.add(GREY)
            stream.write("action=defer 4.2.0 Greylisted, come again\n\n" if first else "action=DUNNO\n\n")
            stream.flush()


class GreyServer(socketserver.ThreadingTCPServer):
    """Remembers who came."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Grey)
        self.seen: set[str] = set()


@dataclass
class MailHouse:
    """The two servers and what tests ask of them."""

    folder: Path
    grey: GreyServer
    ports: dict[str, int] = field(default_factory=dict)
    dovecot: subprocess.Popen | None = None

    @property
    def ca(self) -> Path:
        """The certificate of the throw-away authority."""
        return self.folder / "certificates" / "ca.pem"

    def url(self, service: str, user: str = f"zwgk%40{DOMAIN}") -> str:
        """DUBAN_SMTP for one of the ports."""
        scheme = {"implicit": "smtps"}.get(
            service, "smtp" if service in {"plain", "nobody", "slow"} else "smtp+starttls"
        )
        login = "" if scheme == "smtp" else f"{user}@"
        return f"{scheme}://{login}127.0.0.1:{self.ports[service]}"

    @contextmanager
    def client(self, address: str):
        """A mail program that has one mailbox open."""
        imap = imaplib.IMAP4_SSL(
            "127.0.0.1", self.ports["imaps"], ssl_context=ssl.create_default_context(cafile=self.ca), timeout=10
        )
        try:
            imap.login(address, PASSWORD)
            imap.select()
            yield imap
        finally:
            imap.logout()

    def mails(self, address: str) -> list[EmailMessage]:
        """What lies in a mailbox, in the order of arrival."""
        with self.client(address) as imap:
            (found,) = imap.uid("SEARCH", "ALL")[1]
            raws = [imap.uid("FETCH", uid, "(BODY.PEEK[])")[1][0][1] for uid in found.split()]
        return [message_from_bytes(raw, policy=default) for raw in raws]

    def wait(self, address: str, count: int) -> list[EmailMessage]:
        """The mails of a mailbox, once there are so many: Postfix delivers after it has accepted."""
        end = time.monotonic() + _PATIENCE
        while len(found := self.mails(address)) < count and time.monotonic() < end:
            time.sleep(0.1)
        assert len(found) >= count, f"{address}: {len(found)} of {count}\n{self.log()[-3000:]}"
        return found

    def log(self) -> str:
        """What Postfix wrote."""
        file = self.folder / "postfix.log"
        return file.read_text("utf-8", "replace") if file.exists() else ""

    def empty(self) -> None:
        """All mailboxes as on the first day, once the queue is empty."""
        end = time.monotonic() + _PATIENCE
        while any(any((self.folder / "queue" / name).rglob("*")) for name in ("incoming", "active")):
            assert time.monotonic() < end, self.log()[-3000:]
            time.sleep(0.1)
        for home in (self.folder / "mail").iterdir():
            shutil.rmtree(home)
        self.grey.seen.clear()

    def start(self) -> None:
        """Write the configuration and start both."""
        names = ("starttls", "implicit", "expired", "other_name", "plain", "nobody", "slow", "imap", "imaps")
        self.ports = {name: free_port() for name in names}
        for name in ("etc", "queue", "data", "mail", "dovecot"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        shutil.chown(self.folder / "mail", 65534, 65534)
        names = {name: str(self.folder / name) for name in ("queue", "data", "mail", "certificates")}
        words = (
            names | {"folder": str(self.folder), "domain": DOMAIN, "policy": self.grey.server_address[1]} | self.ports
        )
        words["good"] = _GOOD.format(checks=_CHECKS.format(**words))
        self._write("etc/main.cf", _MAIN.format(**words))
        self._write("etc/master.cf", _MASTER.format(**words))
        self._write("dovecot.conf", _DOVECOT.format(**words))
        boxes = [f"{name}@{DOMAIN}" for name in OTHERS] + [GREY, REFUSED]
        self._write("mailboxes", "".join(f"{box} {box}/\n" for box in [*boxes, NOBODY]))
        self._write("aliases", f"{FORWARDED} wujing@elsewhere.example.com\n")
        self._write("transports", f"{NOBODY} nouser:\n")
        self._write("access", f"{REFUSED} 550 5.1.1 no such mailbox\n")
        self._write("passwords", "".join(f"{box}:{PASSWORD}::::::\n" for box in boxes))
        threading.Thread(target=self.grey.serve_forever, daemon=True).start()
        self._postfix("start")  # first: it makes the folder for the socket of the other
        self._launch_dovecot()
        self._reach()

    def stop(self) -> None:
        """End what was started, and only that."""
        self._postfix("stop", check=False)
        if self.dovecot is not None:
            self.dovecot.terminate()
            self.dovecot.wait(20)
        self.grey.shutdown()
        self.grey.server_close()

    def _write(self, name: str, content: str) -> None:
        (self.folder / name).write_text(content, encoding="utf-8")

    def _launch_dovecot(self) -> None:
        command = ["/usr/sbin/dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]
        with (self.folder / "dovecot.out").open("wb") as out:
            self.dovecot = subprocess.Popen(command, stdout=out, stderr=out)

    def _postfix(self, word: str, *, check: bool = True) -> None:
        call = ["/usr/sbin/postfix", "-c", str(self.folder / "etc"), word]
        done = subprocess.run(call, capture_output=True, encoding="utf-8", timeout=60, check=False)
        assert not check or done.returncode == 0, done.stderr + self.log()[-2000:]

    def _reach(self) -> None:
        """Wait until both answer."""
        end = time.monotonic() + _PATIENCE
        while not self._answers():
            said = "".join(file.read_text("utf-8", "replace") for file in self.folder.glob("dovecot.???"))
            assert time.monotonic() < end, said[-3000:]
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with self.client(f"zwgk@{DOMAIN}"):
                return True
        except (OSError, imaplib.IMAP4.error):
            return False


def certificates(folder: Path, library: Path) -> None:
    """An authority, and certificates by it: a good one, one that has expired, one for another name."""

    def openssl(present: str, *arguments: str) -> None:
        env = {"PATH": "/usr/bin:/bin", "LD_PRELOAD": str(library), "FAKETIME": present, "TZ": "Asia/Shanghai"}
        subprocess.run(["openssl", *arguments], cwd=folder, env=env, check=True, capture_output=True, timeout=60)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3000"]
    openssl("@2020-01-01 00:00:00", "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj",
            "/CN=Yunling test CA", "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    for name, present, days, host in (
        ("server", PRESENT, "2000", "IP:127.0.0.1"),
        ("expired", "@2020-01-01 00:00:00", "30", "IP:127.0.0.1"),
        ("other", PRESENT, "2000", "DNS:other.example.gov.cn"),
    ):
        openssl(present, "req", "-x509", *key[:-1], days, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", f"{name}.key",
                "-out", f"{name}.pem", "-subj", "/CN=mail", "-addext", f"subjectAltName={host}")  # fmt: skip
