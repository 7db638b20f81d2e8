"""The chapters of docs/learn/ as a test reads them: blocks of code and of commands, and the terms of the glossary."""
import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "learn"
PROGRAMS = FOLDER / "programs"
GLOSSARY = ROOT / "docs" / "terms.md"
CHAPTERS = sorted(FOLDER.glob("[0-9]*.md"))
PAGES = CHAPTERS + [FOLDER / "README.md"]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
PROGRAM = re.compile(r"\[(\w+\.cu)\]\(programs/(\w+\.cu)\)")
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
TERM = re.compile(r'^\| <a id="([\w-]+)"></a>([^|]+) \| ([^|]+) \|$', re.M)


@dataclasses.dataclass
class Block:
    """A fenced block: its language, its text, the paragraph before it, and the section (##) that it stands in."""
    language: str
    text: str
    before: str
    section: int
    at: int  # where its text begins in the chapter

    def program(self):
        """The file that the paragraph before the block names."""
        names = {name for link in PROGRAM.findall(self.before) for name in link}
        if len(names) != 1:
            raise AssertionError(f"before this block one program should be linked: {self.before!r}\n{self.text}")
        return names.pop()

    def lines(self):
        """The first line and the last that the paragraph before the block names: "line 5" or "lines 5 to 9"."""
        found = re.search(r"\b[Ll]ines? (\d+)(?: (?:to|and) (\d+))?", self.before)
        if not found:
            raise AssertionError(f"the paragraph before this block should name its lines: {self.before!r}\n{self.text}")
        return int(found[1]), int(found[2] or found[1])


def line_numbers(text):
    """Each number of a line that the chapter's sentences name, or that a quoted block has."""
    numbers = set()
    for block in blocks(text):
        if block.language in ("cuda", "diff"):
            first, last = block.lines()
            numbers |= {str(number) for number in range(first, last + 1)}
    return numbers


def blocks(text):
    found = []
    for match in FENCE.finditer(text):
        before = text[:match.start()].rstrip().rsplit("\n\n", 1)[-1].replace("\n", " ")
        found.append(Block(match[1], match[2], before, text[:match.start()].count("\n## "), match.start(2)))
    return found


def prose(text):
    """The chapter without blocks of code, headings and tags; code in a line is kept as a space."""
    text = FENCE.sub("", text)
    text = re.sub(r"</?\w[^>]*>|^#.*$", "", text, flags=re.M)
    return re.sub(r"`[^`]*`", " ", text)


def words(text):
    """The number of words of the prose; a link counts as its text."""
    return len(re.findall(r"\w[\w'.,-]*", LINK.sub(r"\1", prose(text))))


def commands(block):
    """The commands of a console block: (command, its output, where the output begins in the chapter)."""
    if not block.text.startswith("$ "):
        raise AssertionError(f"a console block should begin with a command:\n{block.text}")
    return [(match[1], match[2], block.at + match.start(2))
            for match in re.finditer(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.text, re.M)]


def changed(source, block):
    """`source` after the change that a diff block shows; its old lines must stand in the source once, where it says."""
    lines = block.text.splitlines()
    if any(line[:1] not in ("-", "+", " ") for line in lines):
        raise AssertionError(f"each line of a change should begin with -, + or a space:\n{block.text}")
    old = "".join(line[1:] + "\n" for line in lines if line[0] != "+")
    new = "".join(line[1:] + "\n" for line in lines if line[0] != "-")
    first, last = block.lines()
    if "".join(source.splitlines(keepends=True)[first - 1:last]) != old:
        raise AssertionError(f"lines {first} to {last} are not what this change says:\n{block.text}")
    if old == new:
        raise AssertionError(f"this changes nothing:\n{block.text}")
    kept = source.splitlines(keepends=True)
    return "".join(kept[:first - 1]) + new + "".join(kept[last:])


def terms():
    """The glossary's terms that have an anchor: (anchor, term, meaning)."""
    return [(anchor, name.strip(), meaning.strip()) for anchor, name, meaning in TERM.findall(GLOSSARY.read_text())]


def anchors(text):
    """What a link to this page can name after #: headings as GitHub spells them, and ids."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", text), flags=re.M)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'\bid="([^"]+)"', text))


def first_uses(text):
    """For each term that the chapter uses: (anchor, the address of the link at its first use or None)."""
    text = PROGRAM.sub(" ", re.sub(r"!\[[^\]]*\]\([^)]*\)", "", prose(text)))
    found = []
    # A longer term covers the shorter one inside it: "bank conflict" is no use of "bank".
    for anchor, name, _ in sorted(terms(), key=lambda term: -len(term[1])):
        pattern = re.compile(r"\b" + r"[-\s]+".join(re.split(r"[- ]", name)) + r"(?:e?s)?\b", re.I)
        spans = [(link.start(), link.end(), link[2]) for link in LINK.finditer(text)]
        uses = [use for use in pattern.finditer(text)
                if not any(start + text[start:].index("](") <= use.start() < end for start, end, _ in spans)]
        if uses:
            at = uses[0].start()
            found.append((anchor, next((address for start, end, address in spans if start < at < end), None)))
        text = pattern.sub(lambda use: "·" * len(use[0]), text)
    return found
