"""What the documents say of the program is true: commands, codes, words, links."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from scheduler.cli.app import duban
from scheduler.cli.index import COMMANDS, attribute
from scheduler.journal import errors as journal_errors
from scheduler.planning.model import FactKind, NoticeKind, State
from scheduler.register.mistakes import WARNINGS, Code

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "README.zh.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
SOURCES = {file: file.read_text("utf-8") for file in sorted((ROOT / "scheduler").rglob("*.py"))}
ENTERED = [kind for kind in FactKind if kind.value in COMMANDS]

# -- commands --------------------------------------------------------------------------------------------------------


def commands() -> dict[str, click.Command]:
    """Every command by its words, those below others too."""
    found: dict[str, click.Command] = {}
    for name, line in COMMANDS.items():
        made = found[name] = getattr(import_module(f"scheduler.cli.{line.module}"), attribute(name))
        if isinstance(made, click.Group):
            found |= {f"{name} {below}": command for below, command in made.commands.items()}
    return found


def shell(page: Path) -> Iterator[list[str]]:
    """The lines of the page's shell blocks, in words."""
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            yield shlex.split(re.sub(r"(?:^|\s)#.*", "", line))


def calls() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every call of duban in a shell block: page, arguments."""
    for page in PAGES:
        for words in shell(page):
            for n, word in enumerate(words):
                if word.endswith("/bin/duban") or (n == 0 and word == "duban"):
                    yield page.name, tuple(words[n + 1 :])


CALLS = sorted(set(calls()))


@pytest.mark.parametrize(("page", "call"), CALLS, ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")
def test_a_call_in_the_documents_can_be_made(page, call):
    words = list(call)
    command: click.Command = duban
    context = click.Context(duban)
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        found = command.get_command(context, words.pop(0))
        assert found is not None, f"{page}: no such command: {call}"
        command = found
    command.make_context("duban", words, parent=context)


def test_the_documents_show_calls():
    assert len(CALLS) > 40


def test_every_command_has_an_example_in_the_documents():
    shown = {" ".join(call) for _, call in CALLS}
    below = [name for name, command in commands().items() if not isinstance(command, click.Group)]
    assert [name for name in below if not any(f"{call} ".startswith(f"{name} ") for call in shown)] == []


def test_a_command_named_in_a_sentence_exists():
    named = r"\bduban ([a-z]+(?: (?:show|import|lint|log|verify|export))?)(?![a-z-])"
    said = {name for page in PAGES for code in re.findall(r"`[^`\n]+`", page.read_text("utf-8"))
            for name in re.findall(named, code)}  # fmt: skip
    said |= {name for text in SOURCES.values() for line in text.splitlines() if "say(" in line
             for name in re.findall(named, line)}  # fmt: skip
    assert said - set(commands()) == set()


def test_every_setting_named_in_the_documents_is_read():
    code = "\n".join([*SOURCES.values(), *(f.read_text("utf-8") for f in (ROOT / "systemd").rglob("*") if f.is_file())])
    named = {name for page in PAGES for name in re.findall(r"\bDUBAN_[A-Z_]+\b", page.read_text("utf-8"))}
    assert {name for name in named if name not in code} == set()


# -- links -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


# -- problem codes ---------------------------------------------------------------------------------------------------

_MAKERS = {
    "Problem",
    "ConfigurationFailure",
    "_mistake",
    "_one",
    "_refused",
    "failure",
    "known",
    "refuse",
    "unknown",
    "wrong",
}


def made() -> Iterator[tuple[str, bool]]:
    """Every code that the source gives to a problem, and whether it is a warning."""
    yield from ((code.value, code in WARNINGS) for code in Code)
    yield from ((code, False) for code in journal_errors._SAID)
    for text in SOURCES.values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in _MAKERS:
                warns = "Level.WARNING" in [
                    ast.unparse(part) for part in (*node.args, *[k.value for k in node.keywords])
                ]
                yield from ((arg.value, warns) for arg in node.args[:3] if _is_code(arg))


def _is_code(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and bool(re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", str(node.value)))


def _hands_on(node: ast.AST) -> bool:
    """A call of Problem whose code is not written there, nor one of the table's."""
    return (
        isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "Problem"
        and not isinstance(node.args[0], ast.Constant)
        and not ast.unparse(node.args[0]).endswith("code.value")
    )


def test_no_problem_is_made_where_its_code_is_not_seen():
    makers = {
        getattr(node, "name", "")
        for text in SOURCES.values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and any(map(_hands_on, ast.walk(node)))
    }
    assert makers - _MAKERS - {"__init__"} == set()


def test_every_problem_code_is_explained_with_its_level():
    levels: dict[str, set[str]] = {}
    for code, warns in made():
        levels.setdefault(code, set()).add("警告" if warns else "错误")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (\S+) ", (ROOT / "docs" / "problems.md").read_text("utf-8"), re.MULTILINE)
    assert len(rows) == len(dict(rows))
    assert {code: set(level.split("或")) for code, level in rows} == levels


# -- words -----------------------------------------------------------------------------------------------------------


def glossary() -> list[tuple[str, list[str]]]:
    """The terms, and what they are called in code."""
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| (`[^|]+`) \|", text, re.MULTILINE)
    return [(term.strip(), re.findall(r"`([^`]+)`", code)) for term, code in rows]


def test_every_identifier_of_the_glossary_exists():
    source = "\n".join(SOURCES.values())
    named = [name for _, names in glossary() for name in names]
    assert [name for name in named if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", source)] == []


@pytest.mark.parametrize("word", [*State, *NoticeKind, *ENTERED])
def test_what_the_program_tells_apart_is_in_the_glossary(word):
    assert word.value in {name for _, names in glossary() for name in names}


def test_the_words_of_the_glossary_are_used():
    elsewhere = [page for page in PAGES if page.name != "glossary.md"]
    texts = [p.read_text("utf-8") for p in (*elsewhere, ROOT / "obligations.yaml", *(ROOT / "templates").iterdir())]
    used = "\n".join([*texts, *SOURCES.values()])
    assert [word for term, _ in glossary() for word in term.split("、") if word not in used] == []


# -- the house -------------------------------------------------------------------------------------------------------


def test_every_kind_of_notice_has_its_templates():
    wanted = {f"{kind.value}.{form}.j2" for kind in NoticeKind for form in ("txt", "html")}
    wanted |= {
        used
        for file in (ROOT / "templates").glob("*.j2")
        for used in re.findall(r"""{%-?\s*(?:include|extends|import|from)\s+["']([^"']+)""", file.read_text("utf-8"))
    }
    assert wanted - {file.name for file in (ROOT / "templates").iterdir()} == set()


def test_the_changelog_tells_what_is_not_released_yet():
    assert re.search(r"^## Unreleased$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="only a checkout knows which files are the project's")
def test_no_file_knows_the_machine_on_which_it_was_written():
    machine = "|".join(
        ("/" + "work/", "/" + "root/", "/" + "home/", "py" + "pi", "python" + "hosted", "index" + "-url")
    )
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, check=True).stdout
    files = [ROOT / name for name in listed.decode().split("\0") if name]
    texts = ((file, file.read_bytes().decode("utf-8", "ignore")) for file in files if file.is_file())
    assert [str(file.relative_to(ROOT)) for file, text in texts if re.search(machine, text, re.IGNORECASE)] == []
