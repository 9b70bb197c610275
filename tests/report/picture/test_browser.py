"""The page in a real browser: keys, mouse, themes, print. Needs selenium, chromium and its driver."""

import os
import shutil
from base64 import b64decode

import pytest

from tests.support.pictures import long_trace, scene_of, scene_of_trace
from vtsc.report.picture.html import html

selenium = pytest.importorskip("selenium", reason="selenium is not installed: vtsc[browser]")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
if CHROMIUM is None or DRIVER is None:
    pytest.skip("no chromium with chromedriver here", allow_module_level=True)

from selenium import webdriver  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

SEEN = """
const chosen = [...document.querySelectorAll('.state')].filter(s => s.offsetParent !== null);
const active = document.activeElement;
return {
  states: chosen.map(s => s.id),
  columns: [...document.querySelectorAll('a.column[data-chosen]')].map(c => c.dataset.step),
  rows: [...document.querySelectorAll('#steps tr[data-chosen]')].map(r => r.dataset.step),
  focus: active.getAttribute('href'),
  inTable: active.closest('#steps') !== null,
  tabbable: document.querySelectorAll('a.column[tabindex="0"]').length,
  now: [...document.querySelectorAll('li.now code')].map(c => c.textContent.trim()),
};
"""
"""What of the page is seen and has the focus."""


@pytest.fixture(scope="module")
def driver():
    """A browser without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    rootless = [] if os.geteuid() else ["--no-sandbox"]
    for argument in ("--headless=new", "--disable-gpu", "--window-size=1200,1300", *rootless):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield made
    made.quit()


@pytest.fixture(scope="module")
def pages(content, tmp_path_factory):
    """The addresses of the pages of a usual run and of a long one."""
    folder = tmp_path_factory.mktemp("pages")
    texts = {
        "usual": html(scene_of(content)),
        "long": html(scene_of_trace(content, long_trace())),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in texts}


@pytest.fixture
def usual(driver, pages):
    """The usual page, freshly loaded, with no complaint of the browser by the end."""
    driver.get(pages["usual"])
    yield driver
    assert driver.get_log("browser") == []


def press(driver, *keys: str) -> dict:
    """What is seen after some keys."""
    ActionChains(driver).send_keys(*keys).perform()
    return driver.execute_script(SEEN)


def test_the_page_opens_at_the_cause(usual):
    """One state is seen, that of the step to blame; the lanes, marks and columns are all there."""
    seen = usual.execute_script(SEEN)
    assert seen["states"] == ["step-9"] and seen["columns"] == seen["rows"] == ["9"]
    assert seen["now"] == ["if vcpu.cpu != cpu or vcpu.tsc_rebase:"]
    count = {
        what: len(usual.find_elements(By.CSS_SELECTOR, what))
        for what in ("g.lane", "a.column", ".mark", ".mark.violates", ".band.cause", "polyline")
    }
    assert list(count.values()) == [7, 12, 2, 1, 1, 4]


def test_arrow_keys_step(usual):
    """Right and left move the choice and the focus, Home and End go to the ends, and no further."""
    seen = press(usual, Keys.ARROW_RIGHT)
    assert (seen["states"], seen["columns"], seen["rows"]) == (["step-10"], ["10"], ["10"])
    assert (seen["focus"], seen["inTable"], seen["tabbable"]) == ("#step-10", False, 1)
    assert press(usual, Keys.ARROW_LEFT, Keys.ARROW_LEFT)["focus"] == "#step-8"
    assert press(usual, Keys.END, Keys.ARROW_RIGHT)["states"] == ["step-11"]
    assert press(usual, Keys.HOME, Keys.ARROW_LEFT)["focus"] == "#step-0"


def test_in_the_table_the_focus_stays_in_the_table(usual):
    """Whoever steps from row to row keeps to rows."""
    usual.execute_script("document.querySelector('#steps tr[data-step=\"3\"] a').focus()")
    seen = press(usual, Keys.ENTER)
    assert seen["states"] == ["step-3"] and seen["inTable"]
    seen = press(usual, Keys.ARROW_RIGHT)
    assert (seen["states"], seen["focus"], seen["inTable"]) == (["step-4"], "#step-4", True)


def test_a_step_can_be_reached_and_chosen_without_a_mouse(usual):
    """Tab leads through the links of the head to the chosen column, once, and on to the table."""
    hrefs = [press(usual, Keys.TAB)["focus"] for _ in range(4)]
    assert hrefs[1:] == ["#step-9", "#step-9", "#step-0"]


def test_hovering_shows_the_whole_state_and_leaving_hides_it(usual):
    """Every field of the step under the mouse, within the window; the chosen step stays chosen."""
    columns = usual.find_elements(By.CSS_SELECTOR, "a.column")
    hover = usual.find_element(By.ID, "hover")
    assert not hover.is_displayed()
    ActionChains(usual).move_to_element(columns[4]).perform()
    assert hover.is_displayed() and hover.text.startswith("Step 4: rdtsc(0)")
    fields = usual.execute_script("return document.querySelectorAll('#hover td').length")
    assert (
        fields == usual.execute_script("return document.querySelectorAll('#step-4 td').length") > 30
    )
    box = hover.rect
    assert box["x"] >= 0 and box["y"] >= 0
    assert box["x"] + box["width"] <= usual.execute_script("return document.body.clientWidth") + 16
    assert press(usual, Keys.ESCAPE)["states"] == ["step-9"] and not hover.is_displayed()
    ActionChains(usual).move_to_element(columns[5]).perform()
    assert hover.is_displayed()
    ActionChains(usual).move_to_element(usual.find_element(By.TAG_NAME, "h1")).perform()
    assert not hover.is_displayed()


def test_a_click_keeps_a_step_and_the_address_names_it(usual, pages):
    """A column that is clicked is chosen, and the address leads back to it."""
    usual.find_elements(By.CSS_SELECTOR, "a.column")[6].click()
    assert usual.execute_script(SEEN)["states"] == ["step-6"]
    assert usual.current_url == f"{pages['usual']}#step-6"
    usual.refresh()
    assert usual.execute_script(SEEN)["states"] == ["step-6"]


def test_the_link_of_the_cause_leads_to_its_line(usual):
    """The line is on the page, and in sight after the click."""
    usual.find_element(By.CSS_SELECTOR, ".story a").click()
    line = usual.find_element(By.CSS_SELECTOR, "li:target")
    assert "if vcpu.cpu != cpu or vcpu.tsc_rebase:" in line.text
    top = usual.execute_script("return arguments[0].getBoundingClientRect().top", line)
    assert 0 <= top < usual.execute_script("return innerHeight")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_theme_has_colours_of_its_own(usual, theme):
    """Ground and ink change places."""
    feature = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
    usual.execute_cdp_cmd("Emulation.setEmulatedMedia", feature)
    ground, ink = usual.execute_script(
        "const s = getComputedStyle(document.documentElement); return [s.backgroundColor, s.color]"
    )
    light, dark = "rgb(255, 255, 255)", "rgb(13, 17, 23)"
    assert ground == (light if theme == "light" else dark)
    assert (ink == "rgb(27, 31, 36)") == (theme == "light")
    usual.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_a_narrow_window_scrolls_the_lanes_alone(usual):
    """At 400 pixels the page does not scroll sideways; the chosen column and the titles are in sight."""
    metrics = {"width": 400, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    usual.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    usual.refresh()
    seen = press(usual, Keys.END)
    assert seen["states"] == ["step-11"]
    wide, column, titles = usual.execute_script(
        "const box = s => document.querySelector(s).getBoundingClientRect();"
        "const c = box('a.column[data-chosen]'), t = box('.titles');"
        "return [document.documentElement.scrollWidth, [c.left, c.right], [t.left, t.right]]"
    )
    assert wide <= 400
    assert 0 <= titles[0] <= titles[1] <= column[0] + 1 and column[1] <= 400
    usual.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_it_prints(driver, pages):
    """A PDF of few pages, in which no picture is wider than the paper: also for 31 steps."""
    for name, most in (("usual", 6), ("long", 10)):
        driver.get(pages[name])
        document = b64decode(driver.print_page())
        assert document.startswith(b"%PDF") and 1 < document.count(b"/Type /Page\n") <= most, name
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        paper, pictures, hints = driver.execute_script(
            "return [document.body.clientWidth,"
            "[...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect().right),"
            "getComputedStyle(document.querySelector('.keys')).display]"
        )
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        assert pictures and max(pictures) <= paper and hints == "none"


def test_without_script_every_state_is_there(driver, pages):
    """The page is whole for whoever runs no scripts."""
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    driver.get(pages["usual"])
    states = driver.find_elements(By.CSS_SELECTOR, ".state")
    assert len(states) == 12 and all(state.is_displayed() for state in states)
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
