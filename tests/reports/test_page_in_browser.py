"""The page works in a browser: it draws, turns, sorts, asks nobody, and can be used by everybody."""

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page

from mode_connectivity.commands import page
from mode_connectivity.foundations import layout
from mode_connectivity.reports.page.page import PICTURES, page_text
from mode_connectivity.reports.records import collected
from support.browser import chromium, visit
from support.in_process import params_with
from support.written_records import CHANGES, written_records

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
ONE_STUDY = ("reports/analysis", "reports/baselines", "reports/restricted")
FIGURES = ("movement", "losses", "trainings", "mechanisms", "cue-trainings")
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("page"), CHANGES)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of 64 variants."""
    more = {f"mid_{k}": "mid" for k in range(61)}
    changes = {"variants": ["control", "early", "mid", *more], "swap.layers": more}
    return written(tmp_path_factory.mktemp("large"), CHANGES | changes)


def written(folder: Path, changes: dict[str, object]) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        params = params_with(folder, changes)
        written_records(params)
        (folder / "index.html").write_text(page_text(params, collected(params), PICTURES))
    return folder / "index.html"


def part(folder: Path, without: tuple[str, ...]) -> Path:
    """The page of what is left of a study when these folders are gone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        params = params_with(folder, CHANGES)
        written_records(params)
        for name in without:
            shutil.rmtree(name)
        page.run(argparse.Namespace(folder=folder))
    return folder / "index.html"


def drawn(page: Page, figure: str) -> list[list[float]]:
    """The heights of every line of a figure, as its library holds them."""
    lines = f"document.getElementById('{figure}').data.filter((each) => each.mode !== 'markers' || !each.hoverinfo)"
    found: list[list[float]] = page.evaluate(f"{lines}.map((line) => [...line.y])")
    return found


def serious(page: Page) -> list[str]:
    response: dict[str, Any] = Axe().run(page).response
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in response["violations"] if each["impact"] in SERIOUS]


def test_it_draws_every_figure_without_an_error_and_asks_nobody(browser: Browser, file: Path) -> None:
    with visit(browser, file, offline=True) as seen:
        for figure in FIGURES:
            assert drawn(seen.page, figure), figure
            assert seen.page.locator(f"#{figure} svg.main-svg").first.is_visible()
    assert (seen.errors, seen.foreign) == ([], [])


def test_the_slider_moves_the_figure_and_the_switches_its_lines(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        page = seen.page
        middle = drawn(page, "movement")
        assert len(middle) == 6  # three other ends, two seeds
        page.locator("#t").focus()
        page.keyboard.press("End")
        assert page.locator("#t-shown").inner_text() == "1.00"
        assert max(max(row) for row in drawn(page, "movement")) < 1e-9  # the curve meets the line at its end
        page.keyboard.press("Home")
        page.locator("#quantity").select_option("distance")
        page.locator("#t").press("End")
        assert max(max(row) for row in drawn(page, "movement")) == 2
        page.locator("input[name=variant][value=mid]").uncheck()
        page.locator("input[name=seed][value='1']").uncheck()
        assert len(drawn(page, "movement")) == 2
        assert len(drawn(page, "losses")) == 4
    assert seen.errors == []


def test_paths_of_a_region_are_shown_with_their_control(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        seen.page.locator("#kind").select_option("slices")
        assert len(drawn(seen.page, "losses")) == 8  # swap and control, two efforts, two seeds
    assert seen.errors == []


@pytest.mark.parametrize(
    ("without", "drawn_figures"),
    [
        (("reports/analysis", "data"), {"losses", "trainings"}),
        (ONE_STUDY, {"mechanisms", "cue-trainings"}),
    ],
)
def test_a_part_of_a_study_is_drawn_without_what_is_missing(
    browser: Browser, tmp_path: Path, without: tuple[str, ...], drawn_figures: set[str]
) -> None:
    with visit(browser, part(tmp_path, without), offline=True) as seen:
        assert {name for name in FIGURES if seen.page.locator(f"#{name}").count()} == drawn_figures
        for figure in drawn_figures:
            assert drawn(seen.page, figure), figure
        assert serious(seen.page) == []
    assert (seen.errors, seen.foreign) == ([], [])


def test_the_answer_of_each_depth_stands_in_the_first_screen(browser: Browser, file: Path) -> None:
    for width, height in ((1280, 720), (360, 740)):
        with visit(browser, file, viewport={"width": width, "height": height}) as seen:
            for depth in ("early", "mid"):
                box = seen.page.locator(".lead li", has_text=depth).bounding_box()
                assert box is not None
                assert 0 <= box["y"] < box["y"] + box["height"] < height


def test_a_table_is_sorted_by_the_heading_that_is_pressed(browser: Browser, file: Path) -> None:
    with visit(browser, file) as seen:
        table = seen.page.locator("table", has_text="removes").first
        column = table.locator("tbody tr td:nth-child(4)")
        table.get_by_role("button", name="recovery").press("Enter")
        values = [float(text) for text in column.all_inner_texts()]
        assert values == sorted(values)
        table.get_by_role("button", name="recovery").click()
        assert [float(text) for text in column.all_inner_texts()] == values[::-1]
        assert table.locator("th[aria-sort=descending]").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_serious_barrier_for_anybody(browser: Browser, file: Path, scheme: str) -> None:
    with visit(browser, file, color_scheme=scheme) as seen:
        seen.page.locator("summary").click()
        assert serious(seen.page) == []


def test_it_fits_a_phone(browser: Browser, file: Path) -> None:
    with visit(browser, file, viewport={"width": 360, "height": 740}) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_without_scripts_it_has_pictures_and_tables_and_no_dead_controls(browser: Browser, file: Path) -> None:
    with visit(browser, file, java_script_enabled=False) as seen:
        page = seen.page
        assert page.locator("table").first.is_visible()
        assert page.locator("noscript img").first.is_visible()
        assert not page.locator(".controls").first.is_visible()
        assert not page.locator(".plot").first.is_visible()


def test_in_print_it_is_light_and_without_controls(browser: Browser, file: Path) -> None:
    with visit(browser, file, color_scheme="dark") as seen:
        seen.page.emulate_media(media="print")
        assert not seen.page.locator(".controls").first.is_visible()
        assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_picture_much_wider_than_high_keeps_its_height_without_scripts(browser: Browser, file: Path) -> None:
    """The panels of many variants stand in one row: shrunk to the page's width nobody reads them."""
    wide = file.with_name("wide.html")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(file.parent)
        params = params_with(file.parent, CHANGES)
        Image.new("RGB", (5000, 600), "white").save(layout.NEURON_SWAP / layout.PATHS, format="PNG")
        wide.write_text(page_text(params, collected(params), PICTURES))
        (layout.NEURON_SWAP / layout.PATHS).unlink()
    with visit(browser, wide, java_script_enabled=False, viewport={"width": 1280, "height": 900}) as seen:
        box = seen.page.locator("#paths noscript img").bounding_box()
        assert box is not None
        assert box["height"] > 300
        assert seen.page.locator("#paths noscript [role=region]").is_visible()
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("width", [1280, 500])
def test_of_many_variants_the_figures_keep_their_place(browser: Browser, large: Path, width: int) -> None:
    with visit(browser, large, viewport={"width": width, "height": 900}) as seen:
        page = seen.page
        for figure in ("movement", "losses"):
            assert page.evaluate(f"document.getElementById('{figure}')._fullLayout._size.h") > 150, figure
        box = page.locator(".show").bounding_box()
        assert box is not None
        assert box["height"] < 150
        assert page.locator(".lead > li:visible").count() <= 3
        page.locator("#none").click()
        page.locator("input[name=variant][value=mid_60]").check()
        assert len(drawn(page, "movement")) == 2  # its two seeds
        page.locator("#all").click()
        assert len(drawn(page, "movement")) == 128
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (seen.errors, seen.foreign) == ([], [])
