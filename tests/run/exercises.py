"""The exercises of `gridstride learn`, and gridstride-learn, for the tests of this folder."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SET = PROJECT / "apps/learn/exercises"
LEARN = os.environ.get("GRIDSTRIDE_LEARN")
NVCC = os.environ.get("CUDACXX") or shutil.which("nvcc") or shutil.which("/usr/local/cuda/bin/nvcc")

# Words of CUDA that must be introduced before they are used; identifiers such as __shared__ are found by their form.
CONCEPTS = {"kernel": "kernels?", "thread": "threads?", "block": "blocks?", "grid": "grids?", "launch": "launch(es)?",
            "warp": "warps?", "lane": "lanes?", "sector": "sectors?", "request": "requests?", "barrier": "barriers?",
            "shared memory": "shared memory", "tile": "tiles?", "bank": "banks?", "bank conflict": "bank conflicts?",
            "padding": "padding", "halo": "halos?", "tree": "trees?", "shuffle": "shuffles?", "mask": "masks?",
            "atomic": "atomics?", "divergent": "diverge(nt|nce|s)?", "guard": "guards?", "stride": "strides?",
            "index": "(index|indices)", "race": "races?", "transpose": "transposes?", "coalesced": "coalesc\\w+",
            "occupancy": "occupancy", "register": "registers?", "fragment": "fragments?", "swizzle": "swizzl\\w+",
            "bin": "bins?", "word": "words? of 4 bytes"}
IDENTIFIERS = re.compile(r"<<<|\b__\w+|\b(?:thread|block)Idx\b(?:\.[yz])?|\b(?:block|grid)Dim\b|\bdim3\b|\batomic[A-Z]\w+|\bcuda[A-Z]\w+"
                         r"|\b(?:float|int|uint)[234]\b")


def words_in(text):
    found = {word.removesuffix(".z") for word in IDENTIFIERS.findall(text)}
    found |= {name for name, form in CONCEPTS.items() if re.search(rf"\b{form}\b", text, re.IGNORECASE)}
    return {word for word in found if word != "blockIdx.y"}  # as threadIdx.y


def facts_of(file):
    """Lines of "key: value"; an indented one continues the one before."""
    facts, key = {}, None
    for line in file.read_text().splitlines():
        if line.startswith(" "):
            facts[key][-1] += " " + line.strip()
        elif line:
            key, value = line.split(":", 1)
            facts.setdefault(key, []).append(value.strip())
    return facts


class Exercise:
    def __init__(self, folder):
        self.folder, self.name = folder, folder.name
        self.facts = facts_of(folder / "exercise.txt")
        self.task = (folder / "task.md").read_text()
        self.wrong = sorted((folder / "wrong").glob("*.cu"))

    def one(self, key):
        return self.facts[key][0]

    def part(self, wanted):
        lines, shown = [], "both"
        for line in (self.folder / "exercise.cu").read_text().splitlines():
            if line.strip().startswith("//! "):
                shown = line.strip()[4:]
            elif shown in ("both", wanted):
                lines.append(line)
        return "\n".join(lines) + "\n"

    def start(self):
        return self.part("start")


EXERCISES = [Exercise(file.parent) for file in sorted(SET.glob("*/exercise.txt"))]


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
class LearnTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.environment = {**os.environ, "XDG_CACHE_HOME": cls.temporary.name + "/cache", "GRIDSTRIDE_RUN_SECONDS": "4"}

    def learn(self, *words, folder=None):
        return subprocess.run([LEARN, "learn", *map(str, words)], cwd=folder or self.temporary.name,
                              env=self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def solution(self, exercise):
        done = self.learn(exercise.name, "--solution")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def fresh(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)
