"""The service on a real systemd, from the README's installation to its upgrade and a reboot: one story in order."""

import json
import os
import re
import shutil
import time
from datetime import datetime, timedelta
from email import message_from_binary_file, policy
from importlib.util import find_spec
from pathlib import Path

import pytest
from installing import PASSWORD, carry, upgrade
from post_office import Authority

from scheduler.clock import BEIJING

if "DUBAN_BOOT" not in os.environ:
    pytest.skip("`make test-systemd` boots a machine for it", allow_module_level=True)

STATE = "/var/lib/duban"
TABLE = "/etc/duban/obligations.yaml"
UNITS = 40
OFFICE = "\n".join([
    "version: 1",
    "office: {name: 云岭州人民政府办公室, unit: office, admin: he.ping, start: 2026-01-01}",
    "units:",
    "  - {id: office, name: 州人民政府办公室, people: {officer: he.ping}}",
    *(f"  - {{id: c{n}, name: 望河县{n}, kind: county, people: {{officer: p{n}}}}}" for n in range(UNITS)),
    "people:",
    "  - {id: he.ping, name: 何平, email: heping@example.gov.cn}",
    *(f"  - {{id: p{n}, name: 林岚{n}, email: p{n}@example.gov.cn}}" for n in range(UNITS)),
    "events:",
    "  - {id: paper.issued, title: 文件印发}",
    "obligations:",
    "  - {id: answer, title: 回应关切, owed_by: event.unit, due: {within: 2h, after: paper.issued}}",
    "",
])  # fmt: skip
ONE_MORE = (
    OFFICE
    + "  - {id: report, title: 报送年报, owed_by: {kind: county}, due: {every: year, by: end of 01, roll: preceding}}\n"
)
BROKEN = OFFICE.replace("event.unit", "event.uint")


def shown(machine, *names):
    """What systemd says of the service: values by name."""
    lines = machine.run(f"systemctl show duban --property {','.join(names)}").splitlines()
    return dict(line.split("=", 1) for line in lines)


def pid(machine):
    return shown(machine, "MainPID")["MainPID"]


def facts(machine, *kinds):
    wanted = " ".join(f"--kind {kind}" for kind in kinds)
    return [json.loads(line) for line in machine.run(f"duban audit log --format jsonl {wanted}").splitlines()]


def mails(machine, ref, folder=f"{STATE}/mail"):
    """Every mail about a paper: to whom, and its Message-ID."""
    found = []
    for path in sorted((machine.root / folder.lstrip("/")).glob("*.eml")):
        with path.open("rb") as file:
            mail = message_from_binary_file(file, policy=policy.default)
        if ref in mail.get_body(("plain",)).get_content():
            found.append((mail["To"].addresses[0].addr_spec, mail["Message-ID"]))
    return found


def papers(ref):
    """A spreadsheet: an hour ago each unit got something that is to be answered within two."""
    at = datetime.now(BEIJING) - timedelta(hours=1)
    rows = [f"登记事件,paper.issued,{ref},c{n},{at:%Y-%m-%d %H:%M}" for n in range(UNITS)]
    return "\n".join(["事实,事件,编号,单位,日期", *rows, ""])


@pytest.fixture(scope="module", autouse=True)
def office(machine):
    """The machine has an office of its own, an officer who may enter facts, and somebody else."""
    machine.run("""
        useradd --create-home --groups duban --shell /bin/bash zhou
        useradd --create-home --shell /bin/bash passer-by
        echo DUBAN_BEAT=1 >> /etc/duban/duban.env
    """)
    return machine


# -- as installed ----------------------------------------------------------------------------------------------------


def test_as_installed_it_is_active_and_says_so_itself(machine):
    found = shown(machine, "ActiveState", "Type", "StatusText", "NRestarts", "UnitFileState")
    assert found | {"StatusText": ""} == {
        "ActiveState": "active", "Type": "notify", "StatusText": "", "NRestarts": "0", "UnitFileState": "enabled",
    }  # fmt: skip
    assert "项事项" in found["StatusText"]
    assert machine.run("systemctl is-system-running") == "running"
    assert machine.run("systemd-analyze verify duban.service 2>&1") == ""


def test_the_documents_that_the_unit_names_are_there(machine):
    named = shown(machine, "Documentation")["Documentation"].split()
    assert len(named) == 2
    for uri in named:
        assert "duban" in machine.run(f"head -1 {uri.removeprefix('file:')}")


def test_its_exposure_is_at_most_one_and_a_half(machine):
    (level,) = re.findall(
        r"Overall exposure level for duban.service: ([\d.]+)",
        machine.run("systemd-analyze security duban.service --no-pager"),
    )
    assert float(level) <= 1.5


def test_it_takes_less_than_half_of_the_memory_that_it_may(machine):
    most = int(shown(machine, "MemoryMax")["MemoryMax"])
    taken = int(re.search(r"VmHWM:\s+(\d+) kB", machine.run(f"cat /proc/{pid(machine)}/status")).group(1)) * 1024
    assert taken < most / 2
    print(f"\nat most {taken >> 20} MiB of {most >> 20} taken")


def test_it_takes_over_the_offices_own_table_and_settings(machine):
    machine.write(TABLE, OFFICE)
    machine.run("systemctl restart duban")
    machine.until("systemctl show duban -p StatusText", "1项事项")


def test_it_runs_as_a_user_of_its_own_and_nobody_else_can_read_what_it_keeps(machine):
    assert machine.run(f"stat -c '%U %G' /proc/{pid(machine)}") == "duban duban"
    assert machine.run(f"stat -c '%U %G %a' {STATE} {STATE}/duban.db").splitlines() == [
        "duban duban 2770", "duban duban 660",
    ]  # fmt: skip
    assert machine.run(f"find {STATE} -perm /o=rwx") == ""
    assert "Permission denied" in machine.tried(f"ls {STATE}", user="passer-by").stderr


def test_the_mail_password_is_a_credential_and_stands_nowhere_else(machine):
    number, where = pid(machine), "/run/credentials/duban.service/smtp-password"
    assert machine.run(f"cat {where}") == PASSWORD
    assert f"CREDENTIALS_DIRECTORY={Path(where).parent}" in machine.run(f"tr '\\0' '\\n' < /proc/{number}/environ")
    for place in (f"/proc/{number}/environ", f"/proc/{number}/cmdline"):
        assert PASSWORD not in machine.run(f"tr '\\0' '\\n' < {place}")
    assert PASSWORD not in machine.run(
        "systemctl show duban; systemctl status duban; systemctl cat duban; journalctl -b"
    )
    for user in ("zhou", "passer-by"):
        for file in (where, "/etc/duban/smtp-password"):
            assert "Permission denied" in machine.tried(f"cat {file}", user=user).stderr


# -- at the keyboard -------------------------------------------------------------------------------------------------


def test_an_officer_enters_facts_under_the_own_login_name_and_the_mail_goes(machine):
    machine.run("umask 077; cat > papers.csv", user="zhou", stdin=papers("A-1"))
    machine.run(
        "duban import papers.csv && duban status --format xlsx -o status.xlsx && test -s status.xlsx", user="zhou"
    )
    assert {fact["by"] for fact in facts(machine, "event")} == {"zhou"}
    machine.until(f"ls {STATE}/mail | wc -l", str(UNITS))
    assert sorted(to for to, _ in mails(machine, "A-1")) == sorted(f"p{n}@example.gov.cn" for n in range(UNITS))


def test_files_that_an_officers_command_made_are_still_the_services(machine):
    machine.run("systemctl stop duban")
    machine.run("duban ack answer/c0/A-1", user="zhou")  # the last to close the database, the first to open it
    machine.run("duban status", user="zhou")
    machine.run("systemctl start duban")
    assert shown(machine, "ActiveState")["ActiveState"] == "active"
    machine.run("duban done answer/c1/A-1 --evidence 复函", user="zhou")
    assert machine.run(f"find {STATE} -perm /o=rwx -or -not -group duban") == ""


def test_a_stranger_is_told_what_to_do_in_one_line(machine):
    done = machine.tried("duban status", user="passer-by")
    assert (done.returncode, done.stdout) == (4, "")
    assert "error[database-unreachable]" in done.stderr
    assert "Permission denied" in done.stderr


def test_root_has_everything_examined(machine):
    done = machine.tried("duban doctor")
    assert (done.returncode, done.stderr) == (0, "")


# -- the table -------------------------------------------------------------------------------------------------------


def test_a_good_table_goes_into_force_with_a_reload(machine):
    before = len(facts(machine, "table"))
    machine.run("duban check && touch kept", user="zhou")
    machine.write(TABLE, ONE_MORE)
    machine.run("systemctl reload duban")
    machine.until("systemctl show duban -p StatusText", "2项事项")
    assert len(facts(machine, "table")) == before + 1
    assert shown(machine, "ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}


def test_a_broken_table_changes_nothing_and_the_status_says_so(machine):
    machine.write(TABLE, BROKEN)
    machine.run("systemctl reload duban")
    machine.until("systemctl show duban -p StatusText", "按上一张运行")
    assert "2项事项" in shown(machine, "StatusText")["StatusText"]
    done = machine.tried("duban status", user="zhou")
    assert done.returncode == 0
    assert "按上一张正确的台账" in done.stderr
    assert f"{TABLE}:" in done.stderr
    assert "报送年报" in done.stdout
    assert len(facts(machine, "table-refused")) == 1
    assert shown(machine, "ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}
    machine.write(TABLE, OFFICE)
    machine.run("systemctl reload duban")
    machine.until("systemctl show duban -p StatusText", "1项事项")


# -- accidents -------------------------------------------------------------------------------------------------------


def test_killed_in_the_middle_of_its_mail_it_comes_back_and_loses_nothing(machine):
    machine.run("cat > papers.csv", user="zhou", stdin=papers("A-2"))
    number, had = pid(machine), len(mails(machine, ""))
    machine.run("duban import papers.csv", user="zhou")
    machine.run(f"until [ $(ls {STATE}/mail | wc -l) -ge {had + 3} ]; do :; done; kill -9 {number}")
    at_that_time = len(mails(machine, "A-2"))
    assert 0 < at_that_time < UNITS
    machine.until("systemctl show duban -p NRestarts -p ActiveState", "NRestarts=1\nActiveState=active", 60)
    let_the_lease_lapse(machine)
    machine.until("duban outbox --format json | tr -d ' \\n'", '"messages":[]')
    found = mails(machine, "A-2")
    assert sorted(to for to, _ in found) == sorted(f"p{n}@example.gov.cn" for n in range(UNITS))
    assert len({message_id for _, message_id in found}) == UNITS
    assert machine.tried("duban audit verify").returncode == 0
    print(f"\nkilled after {at_that_time} of {UNITS} mails; all came once")


def let_the_lease_lapse(machine):
    """What was in the hand of the dead is free after five minutes; the story does not wait for them."""
    machine.run(f"""python3 - <<'END'
import sqlite3
with sqlite3.connect("{STATE}/duban.db") as database:
    database.execute("UPDATE outbox SET lease_until = moment WHERE state = 'leased'")
END""")


@pytest.fixture
def impatient(machine):
    """The same unit with shorter waits."""
    folder = "/run/systemd/system/duban.service.d"
    machine.run(f"""
        mkdir -p {folder}
        printf '[Service]\\nWatchdogSec=6\\nRestartSec=1\\n' > {folder}/impatient.conf
        systemctl daemon-reload
        systemctl restart duban
    """)
    yield
    machine.run(f"rm {folder}/impatient.conf; systemctl daemon-reload; systemctl restart duban")


@pytest.mark.usefixtures("impatient")
def test_the_watchdog_restarts_what_hangs(machine):
    restarts, number = int(shown(machine, "NRestarts")["NRestarts"]), pid(machine)
    time.sleep(8)
    assert pid(machine) == number  # fed in time, it lives
    machine.run(f"kill -STOP {number}")
    machine.until("systemctl show duban -p NRestarts -p ActiveState", f"NRestarts={restarts + 1}\nActiveState=active")
    assert "Watchdog timeout" in machine.run("journalctl -u duban")


def test_restarted_while_the_table_is_broken_it_runs_by_the_last_good_one(machine):
    machine.write(TABLE, BROKEN)
    machine.run("systemctl restart duban")
    assert "1项事项" in shown(machine, "StatusText")["StatusText"]
    machine.until("systemctl show duban -p StatusText", "按上一张运行")
    machine.write(TABLE, OFFICE)
    machine.run("systemctl reload duban")
    machine.until("systemctl show duban -p StatusText | grep -c 按上一张运行 || true", "0")


def test_it_stops_cleanly_and_in_time(machine):
    begun = time.monotonic()
    machine.run("systemctl stop duban")
    assert time.monotonic() - begun < 10
    assert shown(machine, "ActiveState", "Result", "ExecMainStatus") == {
        "ActiveState": "inactive", "Result": "success", "ExecMainStatus": "0",
    }  # fmt: skip


# -- a mail server, an upgrade, a reboot -----------------------------------------------------------------------------


def test_mail_goes_to_a_server_that_wants_tls_and_the_password(machine, folder):
    relay = folder / "relay"
    relay.mkdir()
    Authority.made_in(relay)
    inside = machine.root / "opt" / "relay"
    shutil.copytree(relay, inside)
    shutil.copy(Path(__file__).with_name("relay.py"), inside)
    for name in ("aiosmtpd", "attr", "public"):
        shutil.copytree(Path(find_spec(name).origin).parent, inside / name)
    machine.run("cp /opt/relay/ca.pem /etc/duban/ && chmod 644 /etc/duban/ca.pem")
    machine.run(f"""
        systemd-run --unit=relay /opt/duban/bin/python /opt/relay/relay.py /opt/relay 2525 zwgk '{PASSWORD}'
        echo DUBAN_SMTP=smtp+starttls://zwgk@127.0.0.1:2525 >> /etc/duban/duban.env
        echo DUBAN_SMTP_CA=/etc/duban/ca.pem >> /etc/duban/duban.env
        systemctl start duban
    """)
    machine.run("cat > papers.csv && duban import papers.csv", user="zhou", stdin=papers("A-3"))
    machine.until("ls /opt/relay/*.eml | wc -l", str(UNITS))
    assert sorted(to for to, _ in mails(machine, "A-3", "/opt/relay")) == sorted(
        f"p{n}@example.gov.cn" for n in range(UNITS)
    )


def test_an_upgrade_by_the_readme_keeps_the_record(machine, source):
    project = source / "pyproject.toml"
    text = project.read_text("utf-8")
    project.write_text(re.sub(r'^version = "(.*)"', r'version = "\1.post1"', text, flags=re.MULTILINE), "utf-8")
    before = facts(machine)
    carry(source, machine)
    upgrade(machine)
    assert ".post1" in machine.run("/opt/duban/bin/pip show duban")
    assert shown(machine, "ActiveState")["ActiveState"] == "active"
    assert facts(machine)[: len(before)] == before
    assert machine.tried("duban audit verify").returncode == 0
    assert machine.run(f"ls -d {STATE}-*/duban.db")


def test_it_is_there_again_after_a_reboot(machine):
    before, came = facts(machine), mails(machine, "", "/opt/relay")
    machine.reboot()
    assert shown(machine, "ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}
    assert facts(machine)[: len(before)] == before
    assert machine.tried("duban audit verify").returncode == 0
    assert mails(machine, "", "/opt/relay") == came
