"""A feed in a real CalDAV server (radicale, on loopback): imported whole, read back, and updated entry by entry."""

from __future__ import annotations

import base64
import http.client
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from icalendar import Calendar
from mailing.story import at, notice, plan_at
from msgspec.structs import replace
from test_feed import FIRST, LAST, NOW, REPORT, story

from scheduler.planning.plan import Plan
from scheduler.reports.feed import entries, feed

HOME = "/zhou.min/"
FEED = "/zhou.min/duban/"
_WHO = f"Basic {base64.b64encode(b'zhou.min:').decode()}"  # the server asks for no password


class Server:
    """Requests to a server that is up; each must be answered with the status that the test names."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __call__(
        self, method: str, path: str, body: bytes = b"", *, want: tuple[int, ...] = (200, 201, 204), **more: str
    ) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            heads = {"Content-Type": "text/calendar; charset=utf-8", "Authorization": _WHO, **more}
            connection.request(method, path, body or None, heads)
            answer = connection.getresponse()
            said = answer.read().decode()
        finally:
            connection.close()
        assert answer.status in want, (method, path, answer.status, said[:300])
        return said

    def events(self) -> dict[str, Calendar]:
        """What the server has, by UID, read back from the collection as a whole."""
        calendar = Calendar.from_ical(self("GET", FEED))
        return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("radicale")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = folder / "config"
    settings.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = none\n[storage]\nfilesystem_folder = {folder / 'store'}\n"
    )
    command = [sys.executable, "-m", "radicale", "--config", str(settings)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, stderr=log, stdout=log) as process,
    ):
        try:
            _wait(port, process, folder / "log")
            yield Server(port)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(log.read_text(encoding="utf-8", errors="replace"))


def of(plan: Plan) -> bytes:
    return feed(entries(plan, FIRST, LAST), plan, "督办：望河州", NOW, domain="example.gov.cn")


def test_a_feed_is_imported_whole_and_read_back(server):
    """As a calendar program's import does: one file becomes a calendar of its own."""
    made = of(plan_at(NOW, story()))
    sent = {str(event["uid"]): event for event in Calendar.from_ical(made).walk("VEVENT")}
    server("PUT", FEED, made)
    held = server.events()
    assert held.keys() == sent.keys()
    for uid, event in held.items():
        for name in ("summary", "status", "sequence", "description"):
            assert event[name] == sent[uid][name]
        assert event["dtstart"].dt == sent[uid]["dtstart"].dt
        assert len(event.walk("VALARM")) == len(sent[uid].walk("VALARM"))
    assert "督办：望河州" in server(
        "PROPFIND", FEED, b'<propfind xmlns="DAV:"><prop><displayname/></prop></propfind>', want=(207,), Depth="0"
    )


def alone(event: Calendar) -> bytes:
    """One entry as a client stores it: a calendar without a method (RFC 4791, 4.1)."""
    calendar = Calendar()
    calendar.add("prodid", "-//duban//duban//ZH")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def report_of(plan: Plan) -> Calendar:
    events = Calendar.from_ical(of(plan)).walk("VEVENT")
    return next(event for event in events if REPORT in str(event["description"]))


def test_an_entry_that_moved_takes_the_place_of_the_earlier_one(server):
    told = story()
    before = report_of(plan_at(NOW, told))
    told.mailed("2026-12-30T09:00", notice(plan_at(NOW), REPORT, "remind-20wd"))
    plan = plan_at(NOW, told)
    slots = tuple(
        replace(slot, dates=replace(slot.dates, target=date(2027, 1, 28)))
        if slot.obligation.id == "annual-report.submit"
        else slot
        for slot in plan.slots
    )
    after = report_of(replace(plan, slots=slots))
    assert (before["uid"], before["sequence"], after["sequence"]) == (after["uid"], 0, 1)
    uid = str(before["uid"])
    server("MKCALENDAR", f"{HOME}single/")
    for event, day in ((before, date(2027, 1, 29)), (after, date(2027, 1, 28))):
        server("PUT", f"{HOME}single/{uid}.ics", alone(event))
        held = Calendar.from_ical(server("GET", f"{HOME}single/")).walk("VEVENT")
        assert [(str(one["uid"]), one["dtstart"].dt) for one in held] == [(uid, day)]
    assert held[0]["sequence"] == 1


def test_a_feed_that_is_imported_again_doubles_nothing(server):
    server("PUT", FEED, of(plan_at(NOW, story())))
    again = of(plan_at(at("2026-12-31T10:00"), story()))
    server("PUT", FEED, again)
    uids = re.findall(r"(?m)^UID:(.+?)\r?$", server("GET", FEED))
    assert len(uids) == len(set(uids)) == len(Calendar.from_ical(again).walk("VEVENT"))


def test_the_server_finds_an_entry_by_its_day(server):
    """The server understands the dates: asked for a week, it answers with what falls into it."""
    server("PUT", FEED, of(plan_at(NOW, story())))
    asked = (
        '<c:calendar-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><c:calendar-data/></prop>'
        '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
        '<c:time-range start="20270129T000000Z" end="20270130T000000Z"/>'
        "</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
    )
    said = server("REPORT", FEED, asked.encode(), want=(207,), Depth="1")
    assert REPORT in re.sub(r"\r?\n ", "", said)
    assert "DTSTART;VALUE=DATE:20270129" in said
    assert "20271231" not in said
