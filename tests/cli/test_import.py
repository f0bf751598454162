"""Facts in bulk: all or nothing, in their order, every mistake with its line."""

from __future__ import annotations

import json
from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import Workbook

HEADING = "事实,任务,事件,编号,单位,人员,日期,凭证,数值,标题,理由,批准人,记录,延长,事项,期间"
PUBLISH = "publish/changji-city/CJ-17"


def rows(*lines: dict[str, object]) -> tuple[list[str], list[list[object]]]:
    names = HEADING.split(",")
    return names, [[line.get(name) for name in names] for line in lines]


def csv(*lines: dict[str, object]) -> str:
    names, cells = rows(*lines)
    return "\n".join([",".join(names), *(",".join(str(c or "") for c in row) for row in cells)]) + "\n"


@pytest.fixture
def give(office):
    def run(content, *words, name="facts.csv"):
        path = office.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return office("import", str(path), *words)

    return run


def log(office):
    return [json.loads(row) for row in office("audit", "log", "--format", "jsonl").stdout.splitlines()]


ISSUED = {"事实": "登记事件", "事件": "document.issued", "编号": "CJ-17", "单位": "changji-city", "日期": "2026-11-20"}
DONE = {"事实": "办结", "任务": PUBLISH, "日期": "2026-11-23", "凭证": "https://www.example.gov.cn/1"}
TAUGHT = {"事实": "记录", "记录": "interpretation", "人员": "sun.li", "日期": "2026/11/18", "标题": "优化营商环境"}


def test_the_facts_of_a_file_are_written_down_in_their_order(office, give):
    result = give(csv(ISSUED, {"事实": "签收", "任务": PUBLISH}, DONE, TAUGHT))
    assert (result.exit_code, result.stderr.partition("：")[0]) == (0, "这里原来没有办理记录，新建了数据库")
    assert result.stdout == "已登记4条事实：登记事件1条、记录1条、办结1条、签收1条\n"
    assert [fact["kind"] for fact in log(office)] == ["event", "ack", "done", "record"]


def test_every_kind_of_fact_has_its_line(office, give):
    task = {"任务": PUBLISH}
    report = {"任务": "annual-report/changji-city/2026"}
    grounds = {"理由": "系统故障", "批准人": "xu.wen"}
    result = give(
        csv(
            ISSUED,
            {"事实": "暂停计算", **task, "理由": "征求意见", "日期": "2026-11-21"},
            {"事实": "恢复计算", **task, "日期": "2026-11-22"},
            {"事实": "报结", **task},
            {"事实": "退回", **task, "理由": "格式不符"},
            {"事实": "report", **task},
            {"事实": "confirm", **task},
            {"事实": "重新打开", **task, "理由": "需补正"},
            {"事实": "延期", **report, **grounds, "延长": "5个工作日"},
            {"事实": "免报", **report, **grounds},
            {**ISSUED, "单位": "", "编号": "CJ-18"},
            {"事实": "指定单位", "事项": "publish", "编号": "CJ-18", "单位": "望河县人民政府"},
            {"事实": "签收", "事项": "规范性文件公开发布", "编号": "CJ-18", "单位": "wanghe-county"},
        )
    )
    assert (result.exit_code, result.stderr.partition("：")[0]) == (0, "这里原来没有办理记录，新建了数据库")
    assert log(office)[-1]["task"] == "publish/wanghe-county/CJ-18"


def test_nothing_is_written_where_one_line_is_wrong_and_all_mistakes_are_told(office, give):
    result = give(
        csv(
            ISSUED,
            {**ISSUED, "事件": "document.isued", "编号": "X"},
            {"事实": "签收", "任务": "publish/changji-city/X"},  # rests on the line before: not told again
            {**DONE, "日期": "2026-11-24"},
            {"事实": "办接", "任务": PUBLISH},
            {"事实": "签收", "任务": PUBLISH, "凭证": "有"},
            {"事实": "免报", "任务": PUBLISH, "理由": "不适用"},
            {**TAUGHT, "数值": "许多"},
            {**TAUGHT, "日期": "2026-02-30"},
            {"事实": "办结", "任务": "annual-report/changji-city/2026"},
        )
    )
    assert (result.exit_code, result.stdout) == (1, "")
    told = [line.removeprefix(str(office.folder) + "/") for line in result.stderr.splitlines() if "error[" in line]
    assert [line.split(" ")[:2] for line in told] == [
        ["facts.csv:3:7:", "error[unknown-event]"],
        ["facts.csv:5:35:", "error[in-the-future]"],
        ["facts.csv:6:1:", "error[import-kind]"],
        ["facts.csv:7:36:", "error[import-extra]"],
        ["facts.csv:8:1:", "error[import-missing]"],
        ["facts.csv:9:27:", "error[bad-number]"],
        ["facts.csv:10:15:", "error[bad-date]"],
        ["facts.csv:11:1:", "error[evidence-missing]"],
    ]
    assert "8个错误，一行也没有登记" in result.stderr
    assert log(office) == []


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ({"事实": "办结", "任务": "annual-report/changji-city/2026"}, "evidence-missing", "凭证"),
        ({**ISSUED, "日期": "2024-11-20"}, "event-long-ago", "往年"),
        ({"事实": "记录", "记录": "interpretation", "日期": "2026-11-20"}, "record-whose", "人员"),
    ],
)
def test_a_hint_names_the_column_and_not_the_option_of_a_command(give, line, code, column):
    said = give(csv(line)).stderr
    assert f"error[{code}]" in said
    assert f"“{column}”" in said
    assert "--" not in said


def test_the_same_file_is_not_counted_twice(office, give):
    assert give(csv(TAUGHT)).exit_code == 0
    assert "error[record-twice]" in give(csv(TAUGHT)).stderr
    assert "error[record-twice]" in give(csv({**TAUGHT, "标题": "另一次"}, {**TAUGHT, "标题": "另一次"})).stderr
    assert len(log(office)) == 1


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(office, give):
    result = give(csv(ISSUED, DONE), "--dry-run")
    assert result.exit_code == 0
    assert f"{PUBLISH}：已办结（2026-11-23）" in result.stdout
    assert "没有错误，可以登记2条事实" in result.stdout
    assert log(office) == []


def test_json_counts_the_kinds_and_names_the_numbers(give):
    said = json.loads(give(csv(ISSUED, DONE), "--format", "json").stdout)
    assert said == {"written": True, "facts": 2, "kinds": {"event": 1, "done": 1}, "seq": [1, 2], "problems": []}
    refused = json.loads(give(csv(DONE), "--format", "json").stdout)
    assert (refused["written"], refused["problems"][0]["line"]) == (False, 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_from_any_spreadsheet_is_read(give, encoding):
    assert give(csv(ISSUED, DONE).replace("\n", "\r\n").encode(encoding)).exit_code == 0


def test_a_workbook_with_real_dates_is_read(office, give):
    names, cells = rows(
        {**ISSUED, "日期": date(2026, 11, 20), "编号": 2026017, "单位": "安泉市人民政府"},
        {**DONE, "任务": "publish/changji-city/2026017", "日期": datetime(2026, 11, 23)},  # noqa: DTZ001 - a spreadsheet knows no zones
        {**TAUGHT, "人员": "孙立", "记录": "政策解读", "数值": 2.0},
    )
    book = Workbook()
    for row in [names, *cells]:
        book.active.append(row)
    written = BytesIO()
    book.save(written)
    result = give(written.getvalue(), name="facts.xlsx")
    assert (result.exit_code, result.stderr.partition("：")[0]) == (0, "这里原来没有办理记录，新建了数据库")
    event, done, record = log(office)
    assert (event["on"], event["data"]["ref"], event["data"]["unit"]) == ("2026-11-20", "2026017", "changji-city")
    assert done["on"] == "2026-11-23"
    assert (record["data"]["person"], record["data"]["value"]) == ("sun.li", "2")


def test_a_mistake_in_a_workbook_is_told_with_row_and_column(give):
    book = Workbook()
    for row in [["kind", "event", "ref", "on"], ["event", "document.issued", "A/B", date(2026, 11, 20)]]:
        book.active.append(row)
    written = BytesIO()
    book.save(written)
    assert "facts.xlsx:2:3: error[bad-ref]" in give(written.getvalue(), name="facts.xlsx").stderr


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file-empty"),
        (HEADING + "\n", "file-empty"),
        ("task\nx\n", "csv-heading"),
        ("kind,小结\n", "csv-heading"),
        ("kind,task\nack,a,b\n", "csv-row"),
        ('kind,task\nack,"a\n', "csv-row"),
        (b"PK\x03\x04", "file-kind"),
        (b"\x81\xff\xff,\x00", "not-utf8"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_so(give, content, code):
    result = give(content)
    assert result.exit_code == 1
    assert f"error[{code}]" in result.stderr


def test_five_thousand_lines_are_judged_in_seconds(give):
    lines = [{**TAUGHT, "标题": str(n)} for n in range(4000)]
    lines += [{**ISSUED, "编号": f"N{n}"} for n in range(500)]
    lines += [{"事实": "办结", "任务": f"publish/changji-city/N{n}"} for n in range(500)]
    began = datetime.now().astimezone()
    assert give(csv(*lines), "--dry-run").exit_code == 0
    assert (datetime.now().astimezone() - began).total_seconds() < 20
