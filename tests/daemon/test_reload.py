"""A bad edit changes nothing, is written down once, and told once; a good one takes over at the next beat."""

import pytest
from small_office import ADMIN, CITY, LIN, TABLE, ZHOU, Office

from scheduler.daemon.service import Daemon
from scheduler.planning.model import FactKind, MessageKind
from scheduler.problems import TableError

MON_9 = "2026-01-19 09:00"
BROKEN = TABLE.replace("owed_by: {kind: county}", "owed_by: {kind: provinz}").replace("5wd, after", "fünf, after")


def titles(daemon: Daemon) -> list[str]:
    return [row.title for row in daemon.desk.register.obligations]


def test_a_faulty_table_keeps_the_old_one_in_force(office):
    daemon = office.daemon()
    office.table.write_text(BROKEN)
    went = office.beat(daemon, MON_9)
    assert went == [ADMIN]
    assert titles(daemon) == ["报送工作年度报告", "规范性文件公开发布"]
    assert office.beat(daemon, "2026-01-23 09:00") == [LIN, ZHOU]


def test_a_table_that_is_faulty_at_the_start_leaves_the_last_one_in_force(office):
    office.daemon()
    office.table.write_text(BROKEN)
    daemon = office.daemon()
    assert [problem.code for problem in daemon.desk.refused]
    assert office.beat(daemon, MON_9) == [ADMIN]
    assert office.beat(daemon, "2026-01-23 09:00") == [LIN, ZHOU]
    office.table.write_text(TABLE.replace("报送工作年度报告", "报送年报"))
    office.beat(daemon, "2026-01-23 09:01")
    assert daemon.desk.refused == ()
    assert titles(daemon)[0] == "报送年报"
    assert len(office.facts(FactKind.TABLE)) == 2
    assert len(office.facts(FactKind.TABLE_REFUSED)) == 1


def test_a_faulty_table_is_written_down_once_and_told_once(office):
    daemon = office.daemon()
    office.table.write_text(BROKEN)
    for minute in range(5):
        daemon._reload = minute % 2 == 1  # the admin asks again, without an edit
        office.beat(daemon, f"2026-01-19 09:0{minute}")
    assert len(office.facts(FactKind.TABLE_REFUSED)) == 1
    (letter,) = office.server.letters
    lines = [line.strip() for line in letter.text.splitlines()]
    places = [line.removeprefix("位置：") for line in lines if line.startswith("位置：")]
    assert places == [f"{office.table}:{line}:{column}" for line, column in places_of("provinz", "fünf")]
    assert len([line for line in lines if line.startswith("处理：")]) == 2


def test_a_log_says_where_a_table_is_wrong_and_quotes_no_address(office, caplog):
    daemon = office.daemon()
    office.table.write_text(TABLE.replace("zhoumin@example.gov.cn", "zhoumin@@example.gov.cn"))
    office.beat(daemon, MON_9)
    assert any("table refused" in line and ":13:37 error[bad-address]" in line for line in caplog.messages)
    assert "zhoumin" not in caplog.text


def test_a_restart_neither_tells_the_same_fault_again_nor_logs_that_it_did(office, caplog):
    caplog.set_level("INFO", "duban")
    for _ in range(2):
        office.table.write_text(TABLE)
        daemon = office.daemon()
        office.table.write_text(BROKEN)
        office.beat(daemon, MON_9)
    assert len(office.server.letters) == 1
    assert sum(line.startswith("admin warned") for line in caplog.messages) == 1


def places_of(*words: str) -> list[tuple[int, int]]:
    """Where the value stands that has the word in it."""
    found = []
    for word in words:
        number, line = next((n, text) for n, text in enumerate(BROKEN.splitlines(), 1) if word in text)
        found.append((number, line.index(word) + 1))
    return found


def test_another_fault_is_told_again_and_so_is_the_same_one_on_another_day(office):
    daemon = office.daemon()
    for moment, text in [
        ("2026-01-19 09:00", BROKEN),
        ("2026-01-19 10:00", "version: [1"),
        ("2026-01-19 11:00", TABLE),
        ("2026-01-20 10:00", BROKEN),
    ]:
        office.table.write_text(text)
        office.beat(daemon, moment)
    assert len(office.outbox(MessageKind.WARNING)) == len(office.facts(FactKind.TABLE_REFUSED)) == 3


@pytest.mark.parametrize("signal", [False, True])
def test_a_mended_table_takes_over_at_the_next_beat(office, signal):
    daemon = office.daemon()
    office.table.write_text(BROKEN)
    office.beat(daemon, MON_9)
    office.table.write_text(TABLE.replace("报送工作年度报告", "报送年报"))
    daemon._reload = signal
    office.beat(daemon, "2026-01-19 09:01")
    assert titles(daemon)[0] == "报送年报"
    assert daemon.desk.refused == ()
    assert "问题" not in daemon._status()


def test_the_supervisor_reads_of_a_faulty_table(office):
    daemon = office.daemon()
    office.table.write_text(BROKEN)
    office.beat(daemon, MON_9)
    assert "台账有2个问题，按上一张运行" in daemon._status()


def test_a_file_that_is_replaced_whole_is_seen_even_with_its_old_time_and_size(office):
    import os

    daemon = office.daemon()
    before = office.table.stat()
    fresh = office.folder / "fresh.yaml"
    fresh.write_text(TABLE.replace("报送工作年度报告", "报送工作年度汇报"))
    os.utime(fresh, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert fresh.stat().st_size == before.st_size
    fresh.replace(office.table)
    office.beat(daemon, MON_9)
    assert titles(daemon)[0] == "报送工作年度汇报"


def test_a_file_that_is_being_written_this_moment_waits_for_the_next_beat(office):
    """Half a table can be a good table with half of the rows."""
    import os

    daemon = office.daemon()
    head, _, _ = TABLE.partition("  - id: publish")
    office.table.write_text(head)
    os.utime(office.table, (office.now.timestamp() + 3599.5,) * 2)
    office.beat(daemon, MON_9)
    assert len(titles(daemon)) == 2
    office.table.write_text(TABLE)
    office.beat(daemon, "2026-01-19 09:00:30")
    assert len(titles(daemon)) == 2
    assert len(office.facts(FactKind.TABLE)) == 1


def test_a_half_written_file_is_refused_until_it_is_whole(office):
    daemon = office.daemon()
    office.table.write_text(TABLE[: TABLE.index("due: {by") + 9])
    office.beat(daemon, MON_9)
    assert daemon.desk.refused
    office.table.write_text(TABLE)
    office.beat(daemon, "2026-01-19 09:01")
    assert not daemon.desk.refused
    assert len(office.facts(FactKind.TABLE)) == 1  # the same table as before


def test_a_file_that_changed_while_it_was_read_is_read_again(office, monkeypatch):
    from scheduler.daemon import desk

    daemon, read = office.daemon(), desk.load

    def load(path):
        found = read(path)
        office.table.write_text(TABLE.replace("报送工作年度报告", "改了两次"))
        return found

    office.table.write_text(TABLE.replace("报送工作年度报告", "改了一次"))
    monkeypatch.setattr(desk, "load", load)
    office.beat(daemon, MON_9)
    monkeypatch.setattr(desk, "load", read)
    office.beat(daemon, "2026-01-19 09:01")
    assert titles(daemon)[0] == "改了两次"


def test_a_file_that_is_gone_is_a_faulty_table_and_comes_back(office):
    daemon = office.daemon()
    office.table.unlink()
    assert office.beat(daemon, MON_9) == [ADMIN]
    assert office.beat(daemon, "2026-01-19 09:01") == []
    office.table.write_text(TABLE)
    office.beat(daemon, "2026-01-19 09:02")
    assert not daemon.desk.refused


@pytest.fixture
def included(tmp_path) -> Office:
    """The people stand in a file of their own."""
    office = Office(tmp_path)
    head, _, rest = TABLE.partition("people:\n")
    people, _, tail = rest.partition("events:")
    (tmp_path / "people.yaml").write_text("people:\n" + people)
    office.table.write_text(head + "events:" + tail + "include: [people.yaml]\n")
    return office


def test_an_edit_of_an_included_file_is_followed(included):
    daemon = included.daemon()
    people = included.folder / "people.yaml"
    people.write_text(people.read_text().replace("zhoumin@", "zhou.min@"))
    assert "zhou.min@example.gov.cn" in included.beat(daemon, "2026-01-23 09:00")


def test_an_included_file_that_is_gone_is_seen_when_it_is_back(included):
    daemon = included.daemon()
    people = included.folder / "people.yaml"
    text = people.read_text()
    people.unlink()
    assert included.beat(daemon, MON_9) == [ADMIN]
    people.write_text(text.replace("周敏", "周明"))
    included.beat(daemon, "2026-01-19 09:01")
    assert not daemon.desk.refused
    assert "周明" in [p.name for p in daemon.desk.register.people]


def test_a_table_edited_away_and_back_loses_no_notice(office):
    """The row was out of the table over its moment; when it is back, it is owed late."""
    daemon = office.daemon()
    head, _, rest = TABLE.partition("  - id: report")
    office.table.write_text(head + rest[rest.index("  - id: publish") :])
    office.beat(daemon, "2026-01-22 18:00")
    assert office.beat(daemon, "2026-01-23 09:00") == []
    office.table.write_text(TABLE)
    assert office.beat(daemon, "2026-01-23 14:00") == [LIN, ZHOU]
    assert office.outcomes(CITY) == {"remind-5wd": "sent"}


def test_a_faulty_table_at_the_start_is_an_error_with_all_its_problems(office):
    office.table.write_text(BROKEN)
    with pytest.raises(TableError) as error:
        office.daemon()
    assert len(error.value.problems) == 2
