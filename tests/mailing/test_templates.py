"""The office may edit its templates: what a typo, a missing file or a hostile expression comes to."""

import shutil
from datetime import date, datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import get_args, get_origin, get_type_hints

import pytest
from msgspec import Struct

from scheduler.mailing import TemplateFaultError, check_templates, views
from scheduler.mailing.samples import samples
from scheduler.mailing.templates import _FIELDS, Templates

SHIPPED = Path(__file__).parents[2] / "templates"
VIEWS = [
    view for view in vars(views).values() if isinstance(view, type) and issubclass(view, Struct) and view is not Struct
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "templates"))


def edit(folder: Path, name: str, line: int, text: str) -> None:
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    lines[line - 1] = text
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_shipped_templates_have_no_fault() -> None:
    assert check_templates(SHIPPED) == []


@pytest.mark.parametrize("name", ["digest", "weekly"])
def test_a_list_of_tasks_writes_its_cells_out_as_the_parts_have_them(folder: Path, name: str) -> None:
    """Written out they cost a fraction; the same look they must have."""
    both = "{% call parts.cell() %}|{% endcall %}{% call parts.small() %}|{% endcall %}"
    (folder / "probe.html.j2").write_text("{% import '_parts.html.j2' as parts %}" + both, encoding="utf-8")
    cell, small = Templates(folder).page("probe.html.j2", {}).split("|")[:2]
    text = (folder / f"{name}.html.j2").read_text(encoding="utf-8")
    assert text.count(cell.strip()) == 2
    assert small.rpartition("<div")[2].strip() in text


def test_every_shipped_mail_is_looked_at_and_has_both_forms() -> None:
    shipped = {f.name.removesuffix(".j2") for f in SHIPPED.iterdir() if not f.name.startswith("_")}
    looked_at = {name for name, _ in samples()}
    assert {f"{name}.{form}" for name in looked_at for form in ("txt", "html")} <= shipped


@pytest.mark.parametrize(
    "typo",
    [
        "{{ reader.salutaton }}：",
        "{{ reader.salutation }：",
        "{{ reader.salutation | upper }}：",
        "{% if reader.salutation %}",
        "{{ salutation }}",
        "{{ reader.notes[7] }}",
        "{{ 1 / 0 }}",
        "{{ now | cn_date | cn_date }}",
    ],
)
@pytest.mark.parametrize("name", ["chaser.txt.j2", "chaser.html.j2"])
def test_a_typo_is_a_problem_with_file_and_line(folder: Path, name: str, typo: str) -> None:
    line = len((folder / name).read_text(encoding="utf-8").splitlines())
    # What stands outside of a block of an HTML template is never printed.
    edit(folder, name, line, f"{{% block foot %}}{typo}{{% endblock %}}" if "html" in name else typo)
    with pytest.raises(TemplateFaultError) as fault:
        Templates(folder).render("chaser", next(c for n, c in samples() if n == "chaser"))
    (problem,) = fault.value.problems
    assert problem.code == "template-broken"
    assert problem.place is not None
    assert problem.place.file == str(folder / name)
    assert problem.place.line == line
    assert problem.hint.text()


def test_a_typo_in_a_shared_part_is_told_once_and_there(folder: Path) -> None:
    edit(folder, "_sign.txt.j2", 9, "{{ office.nmae }}")
    (problem,) = check_templates(folder)
    assert problem.place is not None
    assert (Path(problem.place.file).name, problem.place.line) == ("_sign.txt.j2", 9)
    assert "nmae" in problem.message.text()


@pytest.mark.parametrize("name", ["digest.txt.j2", "digest.html.j2", "_base.html.j2"])
def test_a_missing_file_is_a_problem_that_names_it(folder: Path, name: str) -> None:
    (folder / name).unlink()
    problems = check_templates(folder)
    assert {p.code for p in problems} == {"template-missing"}
    assert all(p.place is not None and p.place.file.endswith(name) for p in problems)


def test_a_text_without_a_subject_line_is_a_problem(folder: Path) -> None:
    edit(folder, "warning.txt.j2", 1, "【运行提示】")
    (problem,) = check_templates(folder)
    assert "主题：" in problem.message.text()


@pytest.mark.parametrize(
    "hostile",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ office.__init__.__globals__ }}",
        "{{ 'a' * 200000000 }}",
        "{{ 'a'.ljust(200000000) }}",
        "{{ '%200000000d' % 1 }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ 10 ** 100000 }}",
        "{% for i in range(99999) %}{% for j in range(99) %}字{% endfor %}{% endfor %}",
        "{{ items.append(1) }}",
        "{{ '<b>' | safe }}",
        "{% include '../secret.txt' %}",
        "{% include '/etc/hostname' %}",
        "{{ lipsum() }}",
        "{{ cycler.__init__ }}",
        "{{ reader._cached }}",
    ],
)
def test_a_template_can_neither_reach_out_nor_grow_without_bound(folder: Path, hostile: str) -> None:
    (folder.parent / "secret.txt").write_text("secret")
    (folder / "warning.txt.j2").write_text(f"主题：提示\n{hostile}\n", encoding="utf-8")
    context = next(c for n, c in samples() if n == "warning")
    with pytest.raises(TemplateFaultError):
        Templates(folder).render("warning", context)


def plain(hint: object) -> bool:
    """Whether values of a type can do nothing: plain ones, views, and tuples of them."""
    parts = get_args(hint)
    if parts:
        return get_origin(hint) in (tuple, UnionType) and all(part is ... or plain(part) for part in parts)
    return hint in (str, int, bool, date, datetime, NoneType) or hint in VIEWS


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_what_the_sandbox_does_not_look_at_holds_plain_values(view: type) -> None:
    assert [name for name, hint in get_type_hints(view).items() if not plain(hint)] == []
    assert _FIELDS[view] == set(get_type_hints(view))


def test_a_template_keeps_its_table_values_as_text(folder: Path) -> None:
    name, context = next((n, c) for n, c in samples() if n == "warning")
    (folder / "warning.html.j2").write_text("{{ problems[0].message }}{{ evil }}", encoding="utf-8")
    (folder / "warning.txt.j2").write_text("主题：{{ evil }}\n{{ evil }}\n", encoding="utf-8")
    found = Templates(folder).render(name, {**context, "evil": "<script>{{ 7 * 7 }}</script>"})
    assert "&lt;script&gt;{{ 7 * 7 }}" in found.html
    assert found.text == "<script>{{ 7 * 7 }}</script>\n"
    assert found.subject == "<script>{{ 7 * 7 }}</script>"
