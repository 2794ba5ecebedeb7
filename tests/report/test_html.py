"""The HTML page: one file that says what was measured, by whom, and shows where it went wrong."""

import base64
import re
from collections.abc import Callable
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from tests.report.conftest import HEIGHT, WIDTH, World, result_of
from vcomp.report.html import write_report
from vcomp.report.scores import Scored
from vcomp.report.table import COLUMNS
from vcomp.results import Dataset, Toolchain

EMULATED = "Emulated: the arithmetic of the chip is modelled on this CPU"
DRAWN = "The images are drawn, not photographed"


class Page(HTMLParser):
    """The parts of a page that tests look at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.source, self.text, self.open = text, "", [""]
        self.pictures: list[dict[str, str | None]] = []
        self.cells: list[str] = []
        self.names: list[tuple[str, str]] = []
        self.group = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.pictures.append(dict(attrs))
        elif tag not in ("meta", "br"):
            self.open.append("name" if dict(attrs).get("class") == "name" else tag)

    def handle_endtag(self, _: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open[-1] not in ("style", "title"):
            self.text += data
        if self.open[-1] in ("td", "th"):
            self.cells.append(data)
        if self.open[-1] == "h2":
            self.group = data
        if self.open[-1] == "name":
            self.names.append((self.group, data))


def page_of(world: World) -> Page:
    path = world.folder / "report.html"
    write_report(path, world.spec, world.pairs, world.results, world.scored)
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture
def page(world: World) -> Page:
    return page_of(world)


def test_the_page_needs_nothing_from_elsewhere(page: Page) -> None:
    assert not re.search(r"https?://|<script|<link|@import|url\(", page.source)


def test_every_tag_is_closed(page: Page) -> None:
    assert page.open == [""]


def test_the_table_is_that_of_the_terminal(page: Page) -> None:
    assert page.cells[:4] == ["precision", "mIoU", "Dice", "drop"]
    assert page.cells[len(COLUMNS) : len(COLUMNS) + 3] == ["fp32", "100.000", "100.000"]
    assert page.cells[-len(COLUMNS)] == "int8"
    assert page.cells[-5:] == ["12.3", "1.0", "2.0", "3.1", "emulator"]


def test_worst_median_and_best_are_those_of_the_last_precision(page: Page) -> None:
    shown = {group: [name for of, name in page.names if of == group] for group, _ in page.names}
    assert shown == {
        "Worst": ["image-8", "image-7", "image-6"],
        "Median": ["image-6", "image-5", "image-1"],
        "Best": ["image-4", "image-3", "image-2"],
    }


def test_every_picture_is_a_png_of_the_networks_size_enlarged(page: Page) -> None:
    assert len(page.pictures) == 3 * 3 * 2
    for picture in page.pictures:
        kind, _, content = str(picture["src"]).partition(",")
        assert kind == "data:image/png;base64"
        image = cv2.imdecode(np.frombuffer(base64.b64decode(content, validate=True), np.uint8), cv2.IMREAD_UNCHANGED)
        assert image is not None
        assert image.shape == (3 * HEIGHT, 3 * WIDTH, 3)


def test_a_picture_shows_what_was_missed_in_blue(page: Page) -> None:
    int8 = page.pictures[1]
    assert int8["alt"] == "image-8, int8"
    content = base64.b64decode(str(int8["src"]).partition(",")[2])
    blue, green, red = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)[0, 3 * 6]
    assert blue > max(green, red)


def test_under_a_picture_stands_its_iou(page: Page) -> None:
    assert "int8 · IoU 50.00" in page.text


def test_emulated_figures_are_said_to_be(page: Page) -> None:
    assert EMULATED in page.text
    assert "never the card's" in page.text


def test_figures_of_the_real_toolchain_are_not(world: World) -> None:
    sdk = Toolchain(name="sdk", label="vamc 1.2", emulated=False)
    page = page_of(World(**{**vars(world), "results": [result_of(world.scored, toolchain=sdk)]}))
    assert EMULATED not in page.text


def test_drawn_images_are_said_to_be(world: World) -> None:
    drawn = Dataset(source="embedded sample", images="evaluation/images", scored=9, sha256="0" * 64)
    assert DRAWN in page_of(World(**{**vars(world), "results": [result_of(world.scored, dataset=drawn)]})).text


def test_images_of_the_user_are_not(page: Page) -> None:
    assert DRAWN not in page.text


def test_images_that_could_not_be_read_are_named(world: World) -> None:
    partly = Dataset(source="data folder", images="images", scored=9, bad=["torn.png", "<b>.png"], sha256="0" * 64)
    page = page_of(World(**{**vars(world), "results": [result_of(world.scored, dataset=partly)]}))
    assert "Left out as unreadable: torn.png, <b>.png" in page.text


def test_a_text_of_the_user_stays_a_text(make_world: Callable[..., World]) -> None:
    evil = "</title><script>alert('1')</script>\" onload=\"{{ 7*7 }}"
    page = page_of(make_world(title=evil, names='"><img src=x onerror=1>{}'))
    assert "<script" not in page.source
    assert evil in page.text
    assert len(page.pictures) == 3 * 3 * 2


def test_what_the_figures_mean_and_who_made_them_is_said(page: Page) -> None:
    assert "IoU of the foreground per image, averaged over images" in page.text
    assert "1,234 parameters, 0.005 GMACs, 0.010 GFLOPs. Counted thus." in page.text
    assert "Versions: vcomp 1.0, onnxruntime 1.31." in page.text


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_few_scored_images_make_a_page_too(world: World, kept: int) -> None:
    scored = [Scored(item.dtype, item.masks, item.scores[: 1 + kept], item.speed) for item in world.scored]
    page = page_of(World(world.folder, world.spec, world.pairs[: 1 + kept], scored, [result_of(scored)]))
    assert len(page.pictures) == 3 * kept * 2
