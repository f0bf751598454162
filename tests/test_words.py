"""Every sentence of the program has its English, with the same values, compiled."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from string import Formatter

import pytest
from click.testing import CliRunner

from scheduler.cli.app import duban
from scheduler.words import Lang, Phrase, say

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tools"))
import words  # noqa: E402 - the tool behind `make words` lies beside the package

SENTENCES = frozenset(words.sentences(ROOT / "scheduler"))
ENGLISH = words.english()
WIDE = re.compile(r"[\u3000-\u3013\u3016-\u303f\uff00-\uffef]")  # the brackets of document numbers may stay


def names(template: str) -> set[str]:
    """The values that a sentence takes; a sentence with braces of YAML in it takes none."""
    try:
        return {name for _, name, _, _ in Formatter().parse(template) if name and name.isascii() and name.islower()}
    except ValueError:
        return set()


def test_no_sentence_lacks_its_english():
    assert {s for s in SENTENCES if not ENGLISH.get(s)} == set(), "write them into duban.po, then run: make words"


def test_no_english_is_left_of_sentences_that_are_gone():
    assert set(ENGLISH) - SENTENCES == set(), "run: make words"


def test_the_compiled_catalogue_is_up_to_date():
    assert words.written(ENGLISH, SENTENCES) == (words.PO.read_bytes(), words.MO.read_bytes()), "run: make words"


def test_both_languages_say_the_same_values():
    assert [(zh, en) for zh, en in ENGLISH.items() if names(zh) != names(en)] == []


def test_english_has_english_punctuation():
    own = (en for en in ENGLISH.values() if not re.search("[㐀-鿿]", en))  # the others quote Chinese
    assert [en for en in own if WIDE.search(en)] == []


def test_the_catalogue_names_no_one_and_no_day_of_its_making():
    header = words.PO.read_text("utf-8").split("\n\n")[0]
    assert not re.search(r"\d{4}-\d\d|Generated-By|Translator|PROJECT|@", header)


def test_a_sentence_that_only_a_table_holds_is_found(tmp_path):
    source = 'X = {1: say("甲{n}")}\nY = say(\n    "乙"\n    "丙",\n    n=1,\n)\nsay(z)\n'
    (tmp_path / "a.py").write_text(source, "utf-8")
    assert set(words.sentences(tmp_path)) == {"甲{n}", "乙丙"}


@pytest.mark.parametrize(("n", "said"), [(0, "0 working days"), (1, "1 working day"), (2, "2 working days")])
def test_english_counts(n, said):
    assert say("{n}个工作日", n=n).text(Lang.EN) == said


def test_a_list_is_spoken_with_the_comma_of_the_language():
    phrase = say("台账中有：{words}", words=("a", say("周一")))
    assert phrase.text() == "台账中有：a、周一"
    assert phrase.text(Lang.EN) == "the register has: a, Mon"


def test_a_sentence_without_english_is_said_in_chinese():
    assert Phrase("没有译文的话{n}", {"n": 1}).text(Lang.EN) == "没有译文的话1"


COMMANDS = ("--help", "done --help", "date --help", "check", "jobs", "date 2027-01-29 --explain", "whree")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_speaks_english(command, tmp_path, monkeypatch):
    monkeypatch.setenv("DUBAN_STATE", str(tmp_path))
    call = ["--lang", "en", "--table", str(ROOT / "obligations.yaml"), *command.split()]
    said = re.sub("[㐀-鿿（）]+", "", CliRunner().invoke(duban, call).output)  # titles are quoted
    assert said
    assert WIDE.findall(said) == []
