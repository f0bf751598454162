"""The office's templates: sandboxed, strict, bounded. It knows no task and reads no other file.

The first line of a text template is the subject, behind 主题：.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct
from msgspec.structs import asdict

from scheduler.mailing import views, wording
from scheduler.mailing.views import LetterView
from scheduler.problems import DubanError, Place, Problem
from scheduler.words import Phrase, say

LONGEST = 400_000  # characters of one rendered part; a year of duties in one mail stays far below
_RUN = 64  # pieces of a template between two looks at how long it has become
_SUBJECT = "主题："
# What a template's own expressions can raise.
_FAULTS = (TemplateError, OSError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
_FILTERS = (
    *("abs", "batch", "default", "escape", "first", "groupby", "int", "join", "last", "length", "list", "map", "max"),
    *("min", "reject", "rejectattr", "replace", "round", "select", "selectattr", "slice", "sort", "string", "sum"),
    *("trim", "truncate", "unique"),
)
_WORDS: tuple[Callable[..., str], ...] = (
    *(wording.cn_date, wording.cn_day, wording.cn_dates, wording.cn_days, wording.cn_moment, wording.cn_short),
    *(wording.cn_time, wording.weekday, wording.closed, wording.cn_number),
    *(wording.dated_title, wording.period_words, wording.verb_of),
)
# Text methods that cannot blow a short text up, or reach into a format string.
_METHODS = frozenset({"startswith", "endswith", "strip", "lstrip", "rstrip", "split", "removeprefix", "removesuffix"})


# What the sandbox need not look at: the public fields of the views, which hold plain values and each other.
_FIELDS = {
    view: frozenset(name for name in view.__struct_fields__ if not name.startswith("_"))
    for view in vars(views).values()
    if isinstance(view, type) and view.__module__ == views.__name__ and issubclass(view, Struct)
}


class TemplateFaultError(DubanError):
    """A template is missing or broken; nothing can be sent with it."""


class Rendered(Struct, frozen=True):
    """A letter's three texts."""

    subject: str
    text: str
    html: str


class _Sandbox(ImmutableSandboxedEnvironment):
    """No private attribute, no change of a value, no text multiplied beyond bounds."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._safe: dict[tuple[type, str], bool] = {}  # a letter asks a hundred times, of a few types

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field of a view without further questions: a letter has a thousand, and they hold plain values."""
        if attribute in _FIELDS.get(type(obj), ()):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """The same for `map(attribute='title')` and its like."""
        if argument in _FIELDS.get(type(obj), ()):
            return getattr(obj, argument)
        return super().getitem(obj, argument)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on small numbers only; texts are not multiplied or formatted."""
        if not all(isinstance(side, int) and abs(side) < LONGEST for side in (left, right)) or operator == "**":
            raise SecurityError(f"{operator} is for small numbers")
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Attributes of values; of texts only the methods that cannot grow them."""
        if isinstance(obj, str):
            return attr in _METHODS
        key = type(obj), attr  # the library asks for no more than the type
        if key not in self._safe:
            self._safe[key] = super().is_safe_attribute(obj, attr, value)
        return self._safe[key]


class Templates:
    """The templates of one folder, compiled when first used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        env = _Sandbox(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=lambda name: bool(name and ".html" in name),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        env.filters = {name: env.filters[name] for name in _FILTERS}
        env.filters |= {word.__name__: word for word in _WORDS}
        env.globals = {"range": env.globals["range"], "namespace": env.globals["namespace"]}
        self._env = env

    def render(self, name: str, context: Mapping[str, object]) -> Rendered:
        """Subject, plain text and HTML of the template `name`; TemplateFaultError with file and line else."""
        try:
            subject, text = _divided(self._bounded(f"{name}.txt.j2", context))
            return Rendered(subject, text, self._bounded(f"{name}.html.j2", {**context, "subject": subject}))
        except _FAULTS as error:
            raise TemplateFaultError(self._problem(name, error)) from error

    def page(self, file: str, context: Mapping[str, object], longest: int = LONGEST) -> str:
        """One file that is no letter (a bulletin, a page), of at most `longest` characters; TemplateFaultError else."""
        try:
            return self._bounded(file, context, longest)
        except _FAULTS as error:
            raise TemplateFaultError(self._problem(file.removesuffix(".txt.j2"), error)) from error

    def _bounded(self, name: str, context: Mapping[str, object], longest: int = LONGEST) -> str:
        template = self._env.get_template(name)
        return "".join(_capped(template, context, longest))

    def _problem(self, name: str, error: Exception) -> Problem:
        if isinstance(error, TemplateNotFound):
            message = say("缺少模板文件：{file}", file=error.name or name)
            hint = say("请从随程序提供的 templates 文件夹中复制一份")
            return Problem("template-missing", message, hint, Place(str(self.folder / (error.name or name)), 1, 1))
        return Problem("template-broken", _what(error), _HINT, _place(error, self.folder, name))


def fields(view: LetterView) -> Mapping[str, object]:
    """What a template sees: the view's fields by name, and `item`, its first item."""
    found: dict[str, object] = asdict(view)
    if view.items:
        found["item"] = view.items[0]
    return found


_HINT = say("请对照随程序提供的同名模板检查这一行：大括号是否成对，名称是否写对")


def _divided(text: str) -> tuple[str, str]:
    first, _, rest = text.lstrip().partition("\n")
    if not first.startswith(_SUBJECT):
        raise TemplateSyntaxError(f"first line must begin with {_SUBJECT}", 1)
    return first.removeprefix(_SUBJECT).strip(), _tidy(rest)


def _tidy(text: str) -> str:
    """No trailing blanks, no more than one empty line in a row, one line end at the end."""
    lines: list[str] = []
    for line in (raw.rstrip(" \t") for raw in text.strip("\n").splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"


def _capped(template: Template, context: Mapping[str, object], longest: int) -> Iterator[str]:
    size, pieces = 0, template.generate(context)
    while run := list(islice(pieces, _RUN)):
        part = "".join(run)
        size += len(part)
        if size > longest:
            raise SecurityError(f"more than {longest} characters")
        yield part


def _what(error: Exception) -> Phrase:
    return say("模板有错，不能生成邮件：{error}", error=str(error) or type(error).__name__)


def _place(error: Exception, folder: Path, name: str) -> Place:
    """The line of the template: a syntax error knows its own, any other has it in its traceback."""
    if isinstance(error, TemplateSyntaxError):
        return Place(error.filename or str(folder / (error.name or f"{name}.txt.j2")), error.lineno, 1)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(str(folder))]
    if not frames:
        return Place(str(folder / f"{name}.txt.j2"), 1, 1)
    return Place(frames[-1].filename, frames[-1].lineno or 1, 1)
