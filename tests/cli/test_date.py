from __future__ import annotations

import json

import pytest

CASES = [
    # expr, options, date or count, works, weekday, status
    ("2026-02-28", {}, "2026-02-28", True, "Sat", "announced"),  # a make-up Saturday
    ("2018-02-14 + 20wd", {}, "2018-03-20", True, "Tue", "announced"),
    ("2026-02-28 - 5wd", {}, "2026-02-14", True, "Sat", "announced"),
    ("2026-01-30 - 20wd", {}, "2026-01-04", True, "Sun", "announced"),  # a make-up Sunday
    ("end of 2026-01 roll preceding", {}, "2026-01-30", True, "Fri", "announced"),
    ("end of 2018 roll preceding", {}, "2018-12-29", True, "Sat", "announced"),
    ("end of 2027-01 roll preceding", {}, "2027-01-29", True, "Fri", "provisional"),
    ("2019-04-29 + 3wd", {"as_of": "2019-03-01"}, "2019-05-03", True, "Fri", "announced"),
    ("2019-04-29 + 3wd", {"as_of": "2019-04-01"}, "2019-05-06", True, "Mon", "announced"),
    ("2020-01-31 + 1m roll following", {}, "2020-03-02", True, "Mon", "announced"),
    ("start of 2026-06 + 1wd", {}, "2026-06-01", True, "Mon", "announced"),
    ("2024-01-05 + 1wd", {"calendar": {"weekend": ["fri", "sat"]}}, "2024-01-07", True, "Sun", "announced"),
]


def ask(office, records):
    result = office("date", "--batch", stdin="\n".join(json.dumps(r) for r in records) + "\n")
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_a_batch_is_answered_line_by_line_in_order(office):
    records = [{"id": str(n), "expr": expr, **more} for n, (expr, more, *_) in enumerate(CASES)]
    code, answers = ask(office, records)
    assert code == 0
    wanted = [
        {"id": str(n), "expr": expr, "date": day, "works": works, "weekday": weekday, "status": status, "error": None}
        for n, (expr, _, day, works, weekday, status) in enumerate(CASES)
    ]
    assert answers == wanted


def test_a_count_has_no_date(office):
    _, (answer,) = ask(office, [{"id": 1, "expr": "workdays 2020-01-15..2020-02-15"}])
    assert (answer["count"], answer["status"], "date" in answer) == (17, "announced", False)


def test_a_bad_line_is_answered_too_and_makes_the_exit_code_1(office):
    result = office(
        "date", "--batch", stdin='nonsense\n\n{"id": 2, "expr": "2018-02-14"}\n{"id": 3, "expr": "1999-01-01"}\n'
    )
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert [(a["id"], a["error"] is None) for a in answers] == [(None, False), (2, True), (3, False)]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_byte_order_mark_is_no_mistake(office, mark):
    assert office("date", "--batch", stdin=mark + '{"id": 1, "expr": "2018-02-14"}').exit_code == 0


def test_one_question_in_words(office):
    result = office("date", "2018-02-14", "+", "20wd")
    assert (result.exit_code, result.stdout) == (0, "2018-03-20（周二） 工作日\n")


def test_a_provisional_day_says_so(office):
    assert office("date", "end of 2027-01 roll preceding").stdout == "2027-01-29（周五） 工作日，暂定\n"


def test_it_explains_itself_in_numbered_steps(office):
    lines = office("date", "2018-02-14 + 20wd", "--explain").stdout.splitlines()
    assert lines[1].startswith("1. ")
    assert any("民法典第二百零一条" in line for line in lines)
    assert any("国办发明电〔2017〕12号" in line for line in lines)


def test_a_calendar_from_a_file_replaces_every_layer(office):
    path = office.folder / "calendar.json"
    path.write_text('{"weekend": ["fri", "sat"], "rest": ["2001-01-07"]}', encoding="utf-8")
    assert office("date", "2001-01-04 + 1wd", "--calendar", str(path)).stdout == "2001-01-08（周一） 工作日\n"


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (["foo"], "date-unreadable", 2),
        (["2026-02-30"], "date-invalid", 2),
        ([], "date-what", 2),
        (["2026-01-01", "--batch"], "date-what", 2),
        (["1999-01-01"], "calendar-range", 1),
        (["2026-01-01", "--region", "atlantis"], "batch-record", 2),
    ],
)
def test_what_cannot_be_read_is_a_problem(office, words, code, exit_code):
    result = office("date", *words)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert result.stderr.startswith(f"error[{code}]")


def test_it_makes_no_files(office):
    office("date", "2018-02-14")
    assert office.files == {"obligations.yaml"}
