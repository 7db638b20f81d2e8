#!/usr/bin/env python3
"""Draws the book's pictures again: steps of traces, as `gridstride run --trace` shows them, taken by headless Chromium.

usage: figures.py [NAME...], with `gridstride` on the PATH. No test runs this. A picture shows one step of one program; the
sentence above the drawing is the page's own.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
STYLE = """<style>
  header, nav, footer, .left, #warps, #arrays, #sums { display: none !important; }
  main { display: block !important; padding: 0 !important; }
  section { margin: 0 !important; border: 0 !important; }
  body { background: #ffffff !important; }
  html { overflow: hidden; }
  #sentence { min-height: 0 !important; }
</style></head>"""

# name: (program, the step's line of the text trace, width, height, more style)
FIGURES = {
    "sectors-side-by-side": ("copy.cu", r"4  load    in\[0\]", 640, 305, ""),
    "sectors-every-eighth": ("copy.cu", r"22  load    in\[0\]", 640, 325, ""),
    "banks-32": ("transpose.cu", r"9  load    tile\[0\]\[5\]", 560, 715,
                 "<style>.link { display: none; }</style>"),
    "lanes-even": ("diverge.cu", r"5  store   a\[0\]", 640, 325, ""),
}


def draw(name):
    program, wanted, width, height, more = FIGURES[name]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        shutil.copy(FOLDER / "programs" / program, folder)
        run = ["gridstride", "run", "--trace", "0"]
        text = subprocess.run([*run, "--text", program], cwd=folder, capture_output=True, text=True).stdout
        step = re.search(rf"^ *(\d+) +\d+ +(?:\S+:)?{wanted}", text, re.M)[1]
        subprocess.run([*run, program], cwd=folder, capture_output=True)
        page = folder / "trace.html"
        page.write_text(page.read_text().replace("</head>", more + STYLE, 1))
        picture = FOLDER / f"{name}.png"
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={width},{height}",
                        f"--screenshot={picture}", f"file://{page}#step={step}"], check=True, capture_output=True)
    print(f"{picture.name}: step {step}, {picture.stat().st_size} bytes")


if __name__ == "__main__":
    for tool in ("gridstride", "chromium"):
        if not shutil.which(tool):
            sys.exit(f"figures.py: {tool} is not on the PATH")
    for name in sys.argv[1:] or FIGURES:
        draw(name)
