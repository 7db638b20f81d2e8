#!/usr/bin/env python3
"""Draws the book's pictures: steps of traces, as the page of `gridstride run --trace` draws them, taken by headless Chromium.

usage: figures.py [NAME...], with `gridstride` on the PATH. A picture is an SVG of one step of one program, in the page's
own words and colours, light and dark. Its <desc> is the command and the step's line of the text trace; tests/run/book_test.py
compares it with a fresh trace and, where there is Chromium, the whole picture with a fresh one.
"""
import dataclasses
import html
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

FOLDER = pathlib.Path(__file__).resolve().parent
WIDTH = 528  # the narrowest in which the page numbers each lane; on a phone the numbers are 7 pixels high
CHARACTERS = 68  # of the sentence in a line
# Fixes the width in which the page draws.
STYLE = f"<style>#drawing {{ width: {WIDTH}px !important; }}</style></head>"


@dataclasses.dataclass(frozen=True)
class Figure:
    program: str
    step: str                 # a pattern for the step's line of the text trace
    block: int = 0
    change: tuple = ("", "")  # text of the program that is replaced
    links: bool = True        # lines from lanes to what they touch


FIGURES = {
    "eight-threads": Figure("first.cu", r"6  load    a\[0\]"),
    "guard-last-warp": Figure("guard.cu", r"6  load    a\[992\]", block=3),
    "sectors-side-by-side": Figure("copy.cu", r"4  load    in\[0\]"),
    "sectors-every-eighth": Figure("copy.cu", r"22  load    in\[0\]"),
    "tile-without-barrier": Figure("reverse.cu", r"12  load    tile\[63\]", change=("  __syncthreads();\n", "\n")),
    "banks-32": Figure("transpose.cu", r"9  load    tile\[0\]\[5\]", links=False),
    "lanes-even": Figure("diverge.cu", r"5  store   a\[0\]"),
    "near-first": Figure("tree.cu", r"11  load    s\[1\]"),
    "far-first": Figure("tree.cu", r"23  load    s\[128\]"),
}


def trace(figure, program, folder, environment=None):
    """Traces the figure's block with `program`, a command; returns the step's number and its line of the text trace."""
    source = (FOLDER / "programs" / figure.program).read_text()
    old, new = figure.change
    if old and source.count(old) != 1:
        raise ValueError(f"{figure.program} should have this once: {old!r}")
    (folder / figure.program).write_text(source.replace(old, new) if old else source)
    run = [program, "run", "--trace", str(figure.block)]

    def output(*words):
        return subprocess.run([*run, *words, figure.program], cwd=folder, capture_output=True, text=True,
                              env=environment, stdin=subprocess.DEVNULL).stdout

    output()
    found = re.search(rf"^ *(\d+) +\d+ +(?:\S+:)?{figure.step}.*$", output("--text"), re.M)
    if not found:
        raise ValueError(f"no step of block {figure.block} of {figure.program} is {figure.step!r}")
    return found[1], " ".join(found[0].split())


def description(figure, line):
    """What a reader can type to see the step, and the step."""
    return f"gridstride run --trace {figure.block} --text {figure.program}: {line}"


def draw(figure, program, folder, environment=None):
    """The figure as the text of an SVG."""
    step, line = trace(figure, program, folder, environment)
    page = folder / "trace.html"
    page.write_text(page.read_text().replace("</head>", STYLE, 1))
    dump = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1300,2000",
                           "--dump-dom", f"file://{page}#step={step}"], check=True, capture_output=True, text=True)
    return picture(figure, dump.stdout, description(figure, line))


def picture(figure, page, words):
    """The drawing of a page, with its sentence above and the page's style inside."""
    sentence = html.unescape(re.search(r'<h2 id="sentence"[^>]*>(.*?)</h2>', page)[1])
    width, height, drawing = re.search(r'<svg viewBox="0 0 (\S+) (\S+)"[^>]*>(.*?)</svg>', page, re.S).groups()
    if float(width) != WIDTH:
        raise ValueError(f"the page drew {width} pixels wide, not {WIDTH}")
    drawing = re.sub(r"<title>.*?</title>", "", drawing)
    if not figure.links:
        drawing = re.sub(r'<line [^>]*class="link"[^>]*></line>', "", drawing)
    drawing = re.sub(r"\d+\.\d{2,}", lambda number: f"{float(number[0]):.1f}", drawing)
    drawing = re.sub(r"></(?:rect|line)>", "/>", one_path(drawing))
    lines = textwrap.wrap(sentence, CHARACTERS)
    said = "".join(f'<text x="0" y="{16 + 19 * i}" class="said">{html.escape(text)}</text>'
                   for i, text in enumerate(lines))
    top = 19 * len(lines) + 8
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -6 {WIDTH + 20} {float(height) + top + 14:g}" '
        f'width="{WIDTH + 20}" role="img">',
        f"<title>{html.escape(sentence)}</title>", f"<desc>{html.escape(words)}</desc>", f"<style>{style(page)}</style>",
        '<rect x="-10" y="-6" width="100%" height="100%" class="card"/>', said, f'<g transform="translate(0 {top})">',
        re.sub(r"(?=<(?:rect|line|text|path|defs)\b)", "\n", drawing).strip(), "</g></svg>", ""])


def one_path(drawing):
    """The empty cells of the banks as one path: there are up to a thousand."""
    cells = re.compile(r'<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)" class="bank"></rect>')
    outlines = "".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w, h in cells.findall(drawing))
    return (f'<path class="bank" d="{outlines}"/>' if outlines else "") + cells.sub("", drawing)


def style(page):
    """The page's colours and the rules of its drawing."""
    sheet = re.search(r"<style>(.*?)</style>", page, re.S)[1]
    colours = re.search(r":root \{.*?^\}\n(@media \(prefers-color-scheme: dark\) \{.*?^\}\n)", sheet, re.S | re.M)[0]
    rules = "".join(rule[len("#drawing "):] for rule in re.findall(r"^#drawing .*\n", sheet, re.M)
                    if not rule.startswith("#drawing svg"))
    own = (".lane + text { font-size: 9.5px; }\n.card { fill: var(--card); }\n"
           "text.said { text-anchor: start; font-size: 14px; font-weight: 600; }\n")
    return f'\n{colours}text {{ font-family: system-ui, "DejaVu Sans", sans-serif; }}\n{rules}{own}'


def main(names):
    for tool in ("gridstride", "chromium"):
        if not shutil.which(tool):
            sys.exit(f"figures.py: {tool} is not on the PATH")
    for name in names or FIGURES:
        if name not in FIGURES:
            sys.exit(f"figures.py: no figure {name}; there are {', '.join(FIGURES)}")
        with tempfile.TemporaryDirectory() as temporary:
            drawn = draw(FIGURES[name], "gridstride", pathlib.Path(temporary), {**os.environ, "GRIDSTRIDE_CUDA": "0"})
        (FOLDER / f"{name}.svg").write_text(drawn)
        print(f"{name}.svg: {len(drawn)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
