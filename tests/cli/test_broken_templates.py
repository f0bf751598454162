"""A faulty template of a draft or of a page is found when the program starts, and told with its file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scheduler.cli.templates import faulty_pages, faulty_templates
from scheduler.reports.specimens import specimens

SHIPPED = Path(__file__).parents[2] / "templates"
PAGES = ("bulletin.txt.j2", "order.txt.j2", "page.html.j2", "wall.html.j2", "yearplan.html.j2")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "templates"))


def test_every_template_that_is_no_mail_has_a_specimen():
    mails = {
        f.name.removesuffix(".txt.j2")
        for f in SHIPPED.glob("[!_]*.txt.j2")
        if (SHIPPED / f"{f.stem[:-4]}.html.j2").exists()
    }
    others = {f.name for f in SHIPPED.glob("[!_]*.j2") if f.name.partition(".")[0] not in mails}
    assert others == set(PAGES) == {name for name, _ in specimens()}


def test_the_shipped_templates_have_no_fault():
    assert faulty_templates(SHIPPED) == ()


@pytest.mark.parametrize("name", PAGES)
def test_a_wrong_name_anywhere_is_told_with_its_line(name, folder):
    """Each line that prints something: spoil the first name that it prints."""
    path = folder / name
    lines = path.read_text(encoding="utf-8").splitlines()
    spoiled = [n for n, line in enumerate(lines) if "{{ " in line and "{% macro" not in line]
    assert len(spoiled) > 5
    for n in spoiled:
        changed = [*lines[:n], lines[n].replace("{{ ", "{{ nothing_of_the_kind.", 1), *lines[n + 1 :]]
        path.write_text("\n".join(changed), encoding="utf-8")
        problems = faulty_pages(folder, name)
        assert problems, lines[n]
        assert {problem.code for problem in problems} == {"template-broken"}
        assert problems[0].place is not None
        assert (problems[0].place.file, problems[0].place.line) == (str(path), n + 1)


@pytest.mark.parametrize("name", PAGES)
def test_one_that_is_missing_is_told_by_name(name, folder):
    (folder / name).unlink()
    (problem,) = faulty_templates(folder)
    assert problem.code == "template-missing"
    assert problem.place is not None
    assert problem.place.file == str(folder / name)


def test_a_syntax_error_is_told_with_its_line(folder):
    path = folder / "page.html.j2"
    path.write_text(path.read_text(encoding="utf-8") + "{% for x in y %}\n", encoding="utf-8")
    (problem,) = faulty_templates(folder)
    assert problem.place is not None
    assert Path(problem.place.file).name == "page.html.j2"
    assert problem.place.line >= 90


def test_doctor_tells_of_it(office, folder):
    path = folder / "wall.html.j2"
    path.write_text(path.read_text(encoding="utf-8").replace("{{ legend }}", "{{ lgend }}"), encoding="utf-8")
    result = office("doctor", DUBAN_TEMPLATES=str(folder))
    assert "wall.html.j2:" in result.stdout
    assert "lgend" in result.stdout


def test_who_lets_it_send_once_hears_of_it_before_any_mail_is_due(office, folder):
    (folder / "chaser.txt.j2").unlink()
    result = office("run", "--once", DUBAN_TEMPLATES=str(folder))
    assert "chaser.txt.j2:" in result.stderr
    assert result.exit_code == 0
