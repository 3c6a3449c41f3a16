"""Label Studio's own front end in a real browser: what is selected with the mouse is what a pull brings.

`ner.formats.offsets` says what was found; these tests find it again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import label_studio_server
import pytest
from conftest import Script
from label_studio_server import ROOT, Running

from ner.formats.label_studio import read_tasks
from ner.formats.offsets import to_region, to_span
from ner.spans import Span

from .conftest import TROUBLED

pytestmark = pytest.mark.labelstudio

#: An artefact: the page after the selection was labelled.
SCREENSHOT = ROOT / ".cache" / "label_studio_browser.png"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: Where characters stand on the screen: [left of the first, middle of its line, right of the last, middle of its line].
_PLACE = """([start, end]) => {
  const root = document.querySelector('.lsf-htx-richtext');
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ALL);
  const range = document.createRange();
  let position = 0, found = [], node;
  while (node = walker.nextNode()) {
    if (node.nodeName === 'BR') { position += 1; continue; }
    if (node.nodeType !== Node.TEXT_NODE) continue;
    let unit = 0;
    for (const character of node.data) {
      range.setStart(node, unit);
      range.setEnd(node, unit += character.length);
      const boxes = range.getClientRects();
      if (position === start) { const b = boxes[0]; found.push(b.left + 0.5, b.top + b.height / 2); }
      if (position === end - 1) { const b = boxes[boxes.length - 1]; found.push(b.right - 0.3, b.top + b.height / 2); }
      position += 1;
    }
  }
  return found;
}"""
_CASES = {
    "emoji before, on the line": ("😀今年松溪县完成12件", "松溪县"),
    "emoji and rare character inside": ("今年𠀀溪😀县完成12件", "𠀀溪😀县"),
    "emoji on another line": ("😀👍\n今年松溪县完成", "松溪县"),
    "joined emoji, flag": ("👨‍👩‍👧‍👦🇨🇳今松👨‍👩‍👧溪县完", "松👨‍👩‍👧溪县"),
    "CRLF before": ("标题\r\n今年松溪县完成", "松溪县"),
    "lone CR before": ("标题\r今年松溪县完成", "松溪县"),
    "CRLF inside": ("今年松\r\n溪县完成", "松\r\n溪县"),
    "blank lines inside": ("今年松\n\n\n溪县完成", "松\n\n\n溪县"),
    "blank lines around": ("\n\n\n松溪县\n\n\n\n完成12件\n\n", "12件"),
    "tab": ("\t今年松\t溪县完成", "松\t溪县"),
    "leading and trailing blanks": ("   松溪县完成12件   \n   ", "12件"),
    "runs of blanks": ("今年松  溪   县完成", "松  溪   县"),
    "no-break and ideographic blanks": ("\u3000\u00a0今年松\u00a0溪县完成", "松\u00a0溪县"),
    "glosses, one decomposed": ("項(xiàng)目(mu\u0300)松(sōng)溪縣完成", "松(sōng)溪縣"),
    "mark-up": ("<b>&amp;松&lt;溪</b>县 & 完", "松&lt;溪</b>县"),
    "all": (TROUBLED, "8所😀公办"),
}


class Annotator:
    """A person at the browser: logged in, opening tasks, dragging, submitting."""

    def __init__(self, page: Any, server: Running) -> None:
        self.page = page
        self.url = server.url
        page.goto(f"{server.url}/user/login/")
        page.fill("input[name=email]", server.user)
        page.fill("input[name=password]", server.password)
        page.click("button[type=submit]")
        page.wait_for_url(lambda address: "login" not in address)

    def open(self, project: int, task: int) -> None:
        self.page.goto(f"{self.url}/projects/{project}/data?task={task}")
        self.page.wait_for_selector(".lsf-htx-richtext .lsf-richtext__line", state="attached", timeout=120_000)
        self.page.wait_for_selector("button[aria-label='Submit current annotation']", timeout=120_000)
        before: list[float] = []
        while (now := self.place(0, 1)) != before:  # the panels slide in; wait until the text stands still
            before = now
            self.page.wait_for_timeout(500)

    def open_with_regions(self, project: int, task: int, number: int) -> None:
        """Open a task that has predictions; the front end sometimes shows none of them until it is loaded again."""
        for _ in range(8):
            self.page.goto("about:blank")
            self.open(project, task)
            shown = self.page.locator(".lsf-htx-richtext .htx-highlight")
            deadline = time.monotonic() + 15
            while shown.count() < number and time.monotonic() < deadline:
                self.page.wait_for_timeout(250)
            if shown.count() >= number:
                return

    def place(self, start: int, end: int) -> list[float]:
        return [float(number) for number in self.page.evaluate(_PLACE, [start, end])]

    def drag(self, left: float, top: float, right: float, bottom: float) -> None:
        mouse = self.page.mouse
        mouse.move(left, top)
        mouse.down()
        mouse.move((left + right) / 2, (top + bottom) / 2, steps=4)
        mouse.move(right, bottom, steps=4)
        mouse.up()

    def label(self, hotkey: str, start: int, end: int) -> None:
        """Choose a label by its key and drag over a stretch of the text."""
        count = self.page.locator(".lsf-htx-richtext .htx-highlight").count()
        self.page.keyboard.press(hotkey)
        self.drag(*self.place(start, end))
        self.page.wait_for_function(
            "n => document.querySelectorAll('.lsf-htx-richtext .htx-highlight').length > n", arg=count
        )

    def highlights(self) -> list[tuple[str, str]]:
        """The highlighted stretches and the labels shown for them."""
        found = self.page.locator(".lsf-htx-richtext .htx-highlight")
        return [
            (found.nth(i).text_content(), (found.nth(i).get_attribute("data-label") or ":").split(":")[1])
            for i in range(found.count())
        ]

    def submit(self) -> None:
        with self.page.expect_response(lambda r: "/annotations" in r.url and r.request.method == "POST"):
            self.page.click("button[aria-label='Submit current annotation']")


@pytest.fixture(scope="module")
def annotator(label_studio: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Annotator]:
    if not Path(label_studio_server.CHROMIUM).exists():
        pytest.skip(f"no {label_studio_server.CHROMIUM}; apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="make label-studio-server installs playwright")
    with playwright.sync_playwright() as tool:
        context = tool.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("chromium"),
            headless=True,
            executable_path=label_studio_server.CHROMIUM,
            args=_FLAGS,
            viewport={"width": 1400, "height": 900},
        )
        # nothing but the server on this machine is asked for anything
        context.route("**/*", lambda r: r.continue_() if r.request.url.startswith(label_studio.url) else r.abort())
        context.set_default_timeout(120_000)
        yield Annotator(context.pages[0], label_studio)
        context.close()


def client(server: Running) -> Any:
    from label_studio_sdk import LabelStudio

    return LabelStudio(base_url=server.url, api_key=server.token)


@pytest.fixture(scope="module")
def project(label_studio: Running) -> int:
    interface = (ROOT / "annotations" / "labeling_config.xml").read_text(encoding="utf-8")
    return int(client(label_studio).projects.create(title="browser", label_config=interface).id)


def import_task(server: Running, project: int, text: str, *spans: Span) -> int:
    result = [to_region(span, text, f"r{number}", 0.5) for number, span in enumerate(spans)]
    task = {"data": {"text": text}, "predictions": [{"model_version": "m", "score": 0.5, "result": result}]}
    answer = client(server).projects.import_tasks(project, request=[task], return_task_ids=True)
    return int(answer.task_ids[0])


def stored(server: Running, task: int) -> list[dict[str, Any]]:
    (annotation,) = client(server).tasks.get(str(task)).model_dump(mode="json")["annotations"]
    return list(annotation["result"])


@pytest.mark.parametrize("name", _CASES)
def test_a_selection_is_stored_as_code_points(
    at_server: Running, annotator: Annotator, project: int, name: str
) -> None:
    text, surface = _CASES[name]
    expected = Span(text.index(surface), text.index(surface) + len(surface), "region")
    task = import_task(at_server, project, text)
    annotator.open(project, task)
    annotator.label("1", expected.start, expected.end)
    annotator.submit()
    (region,) = stored(at_server, task)
    assert (region["value"]["start"], region["value"]["end"]) == (expected.start, expected.end)
    assert to_span(region, text) == expected


def test_an_edge_dragged_over_an_emoji_is_stored_as_highlighted(
    at_server: Running, annotator: Annotator, project: int
) -> None:
    """Label Studio lets it land a character too far; what counts is that what is seen is what is stored."""
    text = "😀😀甲县和😀乙县完😀成12件"
    start = text.index("乙县")
    task = import_task(at_server, project, text, Span(start, start + 2, "region"))
    annotator.open(project, task)
    left, top, right, bottom = annotator.place(start, start + 2)
    annotator.page.mouse.click(left + 8, top)
    annotator.page.wait_for_selector("area.__resize_right", state="attached")
    annotator.drag(right + 2, bottom, *annotator.place(start, start + 5)[2:])
    ((seen, _),) = annotator.highlights()
    annotator.submit()
    span = to_span(stored(at_server, task)[0], text)
    assert text[span.start : span.end] == seen
    assert seen.startswith("乙县完😀成")


def test_the_pulled_span_is_the_selected_characters(
    at_server: Running,
    annotator: Annotator,
    script: Script,
    troubled_articles: Path,
    model_folder: Path,
    tmp_path: Path,
) -> None:
    """Push an article with emoji and CRLF, see its pre-annotations, add a span with the mouse, submit, pull."""
    title = "label_studio.project=at the browser"
    outcome = script("push", "articles/a.txt", title, f"model.path={model_folder}", "model.device=cpu")
    assert outcome.code == 0, outcome.err
    sdk = client(at_server)
    (found,) = [p for p in sdk.projects.list() if p.title == "at the browser"]
    (task,) = sdk.tasks.list(project=found.id, fields="all")
    predicted = [to_span(region, TROUBLED) for region in task.predictions[0].result]
    assert predicted
    free = [
        i for i in range(TROUBLED.index("：松") + 1, len(TROUBLED)) if not any(s.start <= i < s.end for s in predicted)
    ]
    start = next(i for i in free if {i, i + 1} <= set(free) and TROUBLED[i : i + 2].isalnum())
    assert "😀" in TROUBLED[:start]
    assert "\r\n" in TROUBLED[:start]

    annotator.open_with_regions(found.id, task.id, len(predicted))
    shown = "".join(text for text, _ in annotator.highlights())
    assert shown == "".join(TROUBLED[s.start : s.end].replace("\r", "").replace("\n", "") for s in predicted)
    annotator.label("2", start, start + 2)
    assert (TROUBLED[start : start + 2], "project") in annotator.highlights()
    SCREENSHOT.parent.mkdir(exist_ok=True)
    annotator.page.screenshot(path=SCREENSHOT)
    annotator.submit()

    outcome = script("pull", title, "output=pulled.json", "collection=[]")
    assert outcome.code == 0, outcome.err
    assert "1 added" in outcome.out
    assert "could not be taken" not in outcome.out
    (document,) = read_tasks(tmp_path / "pulled.json").documents
    assert document.text == TROUBLED
    assert set(document.spans) == {*predicted, Span(start, start + 2, "project")}
