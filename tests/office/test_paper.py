"""Excel and Word files as LibreOffice prints them: the paper, the words, the faces, what a grey print still tells."""

from __future__ import annotations

import pytest

SHEETS = ("status.xlsx", "ledger.xlsx", "plan.xlsx", "assessment.xlsx")
DRAFTS = ("bulletin.docx", "order.docx")
ACROSS, UPRIGHT = {(297, 210)}, {(210, 297)}  # A4 in millimetres
SAID = {
    "status.xlsx": ("政务公开任务办理情况", "● 逾期", "○ 逾期办结", "收文第0128号", "奇台县人民政府"),
    "ledger.xlsx": (
        "政务公开工作台账：年度报告及数据统计",
        "《中华人民共和国政府信息公开条例》",
        "阜康市人民政府",
        "其中暂定",
    ),
    "plan.xlsx": ("2027年政务公开工作计划", "01-25～01-31", "昌吉市人民政府", "随事件发生的任务"),
    "assessment.xlsx": ("2027年政务公开任务进度", "按时率", "2027年政务公开工作计划完成情况", "计划外新增"),
    "bulletin.docx": ("关于2027年1月政务公开工作任务", "各有关单位：", "数据校验码", "代拟稿", "（此件不公开）"),
    "order.docx": ("督　办　单", "〔2027〕督字第1号", "奇台县人民政府：", "办理结果", "现予督办"),
}
PAGES = {
    "status.xlsx": (6, 60),
    "ledger.xlsx": (8, 70),
    "plan.xlsx": (40, 120),
    "assessment.xlsx": (8, 70),
    "bulletin.docx": (5, 20),
    "order.docx": (1, 2),
}
SHADES = {"red": "F4B0A8", "yellow": "FFE699", "green": "E2F0D9", "grey": "F2F2F2"}


def squeezed(text: str) -> str:
    """The text without blanks and line ends: a program may break a line, or set a gap, where it likes."""
    return "".join(text.split())


@pytest.mark.parametrize("name", [*SHEETS, *DRAFTS])
def test_the_paper_is_a4_and_there_is_not_too_much_of_it(name, papers):
    paper = papers[name]
    assert paper.sizes == (ACROSS if name in SHEETS else UPRIGHT)
    assert PAGES[name][0] <= paper.count <= PAGES[name][1]


@pytest.mark.parametrize("name", [*SHEETS, *DRAFTS])
def test_the_words_are_on_the_paper(name, papers):
    text = squeezed(papers[name].text())
    assert [words for words in SAID[name] if squeezed(words) not in text] == []


@pytest.mark.parametrize("name", [*SHEETS, *DRAFTS])
def test_every_character_has_a_glyph_and_travels_with_the_file(name, papers, printer):
    paper = papers[name]
    assert paper.fonts
    assert all(embedded for _, embedded in paper.fonts)
    assert any("CJK" in font for font, _ in paper.fonts)
    assert printer.lacking(paper.text()) == set()


@pytest.mark.parametrize("name", SHEETS)
def test_each_page_of_a_sheet_repeats_its_title_and_carries_number_and_check_code(name, papers):
    paper = papers[name]
    title = SAID[name][0].partition("：")[0]
    for page in (1, 2, 3, paper.count):
        text = squeezed(paper.text(page, page))
        assert f"第{page}页，共{paper.count}页" in text
        assert "昌吉回族自治州人民政府办公室" in text
    assert title in squeezed(paper.text(2, 2))


def test_a_page_of_the_ledger_says_as_of_when_wherever_it_is_broken(papers):
    """The columns go over three pages; each says the day and the code in full."""
    text = papers["ledger.xlsx"].text(laid_out=True)
    pages = [squeezed(page) for page in text.split("\f") if "政务公开工作台账：" in page]
    assert len(pages) >= 3
    assert [page[:60] for page in pages if "统计截至2027-02-0318:00" not in page or "数据校验码：" not in page] == []


def test_the_annex_has_heads_in_two_characters_and_no_column_of_single_ones(papers):
    text = papers["bulletin.docx"].text(laid_out=True)
    assert "到期" in text
    assert "任务" in text.split("到期", 1)[1]
    heads = [line.split() for line in text.splitlines() if "序号" in line]
    assert heads
    assert all("单位" in head and "免报" in head for head in heads)


def test_a_grey_print_tells_the_lights_apart(papers):
    """Red is the darkest; each light is as grey as its colour is bright, and black text is legible on all."""
    greys = {name: brightness(colour) for name, colour in SHADES.items()}
    assert greys["red"] + 20 <= min(grey for name, grey in greys.items() if name != "red")
    assert all((grey / 255) ** 2.2 + 0.05 >= 4.5 * 0.05 for grey in greys.values())  # contrast with black, WCAG
    shown = {grey for page in range(1, 7) for grey in papers["status.xlsx"].picture(page).shades(300)}
    assert any(abs(grey - greys["red"]) <= 3 for grey in shown)
    assert 255 in shown


def brightness(colour: str) -> float:
    """The grey of a colour, as poppler prints it (ITU-R 601)."""
    red, green, blue = (int(colour[n : n + 2], 16) for n in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_there_is_a_picture_of_each_kind(papers, pictures):
    first = dict.fromkeys(("status.xlsx", "assessment.xlsx", "bulletin.docx", "order.docx"), 1)
    for name, page in {**first, "ledger.xlsx": 4, "plan.xlsx": 5}.items():
        path = pictures / f"{name.partition('.')[0]}.png"
        papers[name].save(page, path)
        assert path.read_bytes().startswith(b"\x89PNG")
