#!/usr/bin/env python3
"""The page of `gridstride run --trace` in headless Chromium: what it draws is its data, and the keyboard reaches it."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.parse

from trace_test import ATOMIC, BARRIER, DIVIDED, FOLDER, LARGE, LEARN, LOAD, Request, data_of, lanes

# Before everything else in the page: complaints, and frames, which --dump-dom does not draw.
LISTENING = """<script>
window.complaints = [];
addEventListener("error", event => complaints.push(event.message));
document.addEventListener("securitypolicyviolation",
  event => complaints.push(event.violatedDirective + " " + event.blockedURI));
for (const name of ["error", "warn"]) console[name] = (...words) => complaints.push(words.join(" "));
window.requestAnimationFrame = step => setTimeout(() => step(performance.now()), 0);
</script>"""
# After it: presses keys, and returns what is drawn then.
PROBE = """<script>
const press = (key, more = {}) => (document.activeElement ?? document).dispatchEvent(
  new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true, ...more}));
const all = selector => document.querySelectorAll(selector);
const seen = () => ({
  step: Number(document.body.dataset.step),
  sectors: all("#drawing .sector").length, turns: all("#drawing text.turn").length,
  lanes: [...all("#drawing .lane")].slice(0, 32).map(lane => lane.classList.contains("on")),
  sentence: document.getElementById("sentence").textContent, line: document.querySelector(".code .now")?.dataset.line,
  waiting: all("#warps .wait").length - 1, red: all("#warps .cells .found").length});
const finish = result => {
  const measured = {complaints, width: innerWidth, scroll: document.documentElement.scrollWidth, result};
  const text = "[" + encodeURIComponent(JSON.stringify(measured)) + "]";
  parent === self ? document.body.setAttribute("data-measured", text) : parent.postMessage(text, "*");
};
</script>"""

# Windows are at least 500 pixels wide, so the page is in a narrower frame, which passes on its result.
PHONE = """<!DOCTYPE html><body><iframe src="page.html" style="width: 400px; height: 860px; border: 0"></iframe>
<script>addEventListener("message", event => document.body.setAttribute("data-measured", event.data))</script>"""


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
@unittest.skipUnless(shutil.which("chromium"), "chromium is not installed")
class TracePage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path = pathlib.Path(cls.folder.name)

    def page_of(self, file, blocks="0"):
        subprocess.run([LEARN, "run", "--trace", blocks, file], cwd=self.path, capture_output=True, text=True,
                       env={**os.environ, "XDG_CACHE_HOME": self.folder.name}, stdin=subprocess.DEVNULL)
        return (self.path / "trace.html").read_text()

    def written(self, text):
        file = self.path / "file.cu"
        file.write_text(text)
        return file

    def opened(self, page, script, fragment="", phone=False):
        """The result that `script` passes to finish()."""
        page = page.replace("<title>", LISTENING + "<title>", 1)
        page = page.replace("</body>", PROBE + f"<script>{script}</script></body>")
        (self.path / "page.html").write_text(page)
        name = "phone.html" if phone else "page.html"
        (self.path / "phone.html").write_text(PHONE)
        done = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                               "--no-first-run", f"--user-data-dir={self.path}/profile", "--window-size=1280,900",
                               "--virtual-time-budget=20000", "--dump-dom", f"file://{self.path}/{name}{fragment}"],
                              capture_output=True, text=True, timeout=300)
        found = re.search(r'data-measured="\[([^\]]*)\]"', done.stdout)
        self.assertTrue(found, done.stderr[-2000:])
        measured = json.loads(urllib.parse.unquote(found.group(1)))
        self.assertEqual(measured["complaints"], [])
        self.assertLessEqual(measured["scroll"], measured["width"], "the page does not scroll sideways")
        return measured["result"]

    def test_what_is_drawn_is_the_data(self):
        for file in (FOLDER / "mistakes" / "M21_columns_of_a_tile.cu", FOLDER / "programs" / "vector_loads.cu",
                     FOLDER / "programs" / "reduce_shuffle.cu", self.written(DIVIDED)):
            with self.subTest(file=file.name):
                page = self.page_of(file)
                data = data_of(page)
                drawn = self.opened(page, f"const drawn = []; for (let i = 0; i < {len(data['steps'])}; ++i) "
                                          "{ drawn.push(seen()); press('ArrowRight'); } finish(drawn);")
                self.assertEqual([one["step"] for one in drawn], list(range(1, len(data["steps"]) + 1)))
                for one, row in zip(drawn, data["steps"]):
                    self.assertEqual(one["line"], str(data["places"][row[2]][1]))
                    if row[0] > ATOMIC:
                        continue
                    request = Request(row)
                    size = 32 if request.bytes <= 4 else 16 if request.bytes <= 8 else 8
                    groups = len({lane // size for lane in lanes(request.accessing)})
                    self.assertEqual((one["sectors"], one["turns"]),
                                     (0, groups + request.cost) if request.shared else (request.cost, 0), row)
                    self.assertEqual([lane for lane, on in enumerate(one["lanes"]) if on], lanes(request.lanes))
                    self.assertIn("conflict" if request.shared else f"{request.cost} sector", one["sentence"])

    def test_keys(self):
        page = self.page_of(FOLDER / "mistakes" / "M21_columns_of_a_tile.cu")
        steps = data_of(page)["steps"]
        barrier = [row[0] for row in steps].index(BARRIER) + 1
        conflict = next(i for i, row in enumerate(steps) if row[0] == LOAD and row[3] == 1 and row[8] > 0) + 1
        went = self.opened(page, """
            const went = [], go = (key, more) => (press(key, more), went.push(seen().step));
            for (const key of ["ArrowRight", "ArrowLeft", "ArrowLeft", "b", "c", "End", "ArrowRight", "Home", "w"]) go(key);
            go("End");
            go("B", {shiftKey: true});
            document.getElementById("forward").focus();
            go("ArrowRight");
            finish(went);""")
        own = next(i for i, row in enumerate(steps) if i > 0 and row[0] != BARRIER and row[1] == 0) + 1
        self.assertEqual(went, [2, 1, 1, barrier, conflict, len(steps), len(steps), 1, own, len(steps), barrier,
                                barrier + 1])

    def test_everything_is_in_reach_of_the_tabulator_and_shows_its_focus(self):
        reached = self.opened(self.page_of(FOLDER / "mistakes" / "M21_columns_of_a_tile.cu"), """
            const controls = [...all("button, select, input, [tabindex]")].filter(e => !e.disabled && e.offsetParent);
            const unreached = controls.filter(e => e.tabIndex < 0).map(e => e.id);
            const grid = document.querySelector(".array canvas");
            grid.focus();
            press("ArrowRight", {shiftKey: true});
            press("ArrowDown", {shiftKey: true});
            finish({unreached, count: controls.length, outline: getComputedStyle(grid).outlineStyle,
                    told: document.querySelector(".array p").textContent, step: seen().step});""")
        self.assertEqual(reached["unreached"], [])
        self.assertGreater(reached["count"], 10)
        self.assertEqual(reached["told"], "tile[1][0]: no thread has written it")
        self.assertEqual(reached["step"], 1, "moving in a grid is no step")
        self.assertNotEqual(reached["outline"], "none")

    def test_a_step_can_be_linked_to(self):
        page = self.page_of(FOLDER / "mistakes" / "M21_columns_of_a_tile.cu")
        self.assertEqual(self.opened(page, "finish(seen().step)", "#step=37"), 37)
        self.assertEqual(self.opened(page, "finish(seen().step)", "#step=99999"), len(data_of(page)["steps"]))

    def test_play(self):
        page = self.page_of(FOLDER / "mistakes" / "M11_missing_barrier.cu")
        self.assertEqual(self.opened(page, """
            press(" ");
            const playing = document.getElementById("play").getAttribute("aria-pressed");
            const stopped = () => document.getElementById("play").getAttribute("aria-pressed");
            setTimeout(() => finish([playing, seen().step, stopped()]), 15000);"""),
            ["true", 8, "false"], "it plays to the end, and stops")

    def test_a_mistake_in_red_and_the_missing_barrier(self):
        page = self.page_of(FOLDER / "mistakes" / "M11_missing_barrier.cu")
        seen = self.opened(page, """
            press("m");
            const first = seen();
            press("m");
            const gap = document.querySelector(".code .missing");
            finish({first, second: seen(), words: gap.textContent, style: getComputedStyle(gap).borderTopStyle,
                    between: [gap.previousElementSibling.dataset.line, gap.nextElementSibling.dataset.line],
                    found: [...all(".code .found")].map(e => e.dataset.line),
                    buttons: [...all("#messages button")].map(e => e.textContent)});""")
        self.assertEqual((seen["first"]["step"], seen["second"]["step"]), (3, 6))
        self.assertEqual((seen["first"]["red"], seen["second"]["red"]), (1, 1))
        self.assertEqual((seen["between"], seen["words"], seen["style"]),
                         (["10", "11"], "no barrier here: __syncthreads()", "dotted"))
        self.assertEqual(seen["found"], ["10", "11"])
        self.assertEqual(seen["buttons"], ["! step 3, line 11: thread 31 reads tile[32]",
                                           "! step 6, line 10: thread 32 writes tile[32]"])

    def test_a_large_block_on_a_narrow_screen(self):
        page = self.page_of(self.written(LARGE))
        went = self.opened(page, """
            const narrow = innerWidth;
            press("b");
            const at_barrier = seen();
            for (let i = 0; i < 2000; ++i) press("ArrowRight");
            finish({narrow, at_barrier, step: seen().step, warps: all("#warps .warp").length});""", phone=True)
        self.assertEqual((went["narrow"], went["warps"], went["step"]), (400, 32, 33 + 2000))
        self.assertEqual((went["at_barrier"]["step"], went["at_barrier"]["waiting"]), (33, 32))


if __name__ == "__main__":
    unittest.main()
