#!/usr/bin/env python3
"""`gridstride explain` has a page for each message, and the example of each page makes exactly that mistake: as a program
under `gridstride run`, or, where the page says so, as an attempt at an exercise of `gridstride learn`."""
import concurrent.futures
import pathlib
import re
import unittest

import programs_compile_test
from learn import LearnTest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "apps/learn/explanations").glob("*.md"))
EXERCISES = {int(folder.name[:2]): folder.name for folder in (ROOT / "apps/learn/exercises").glob("[0-9][0-9]_*")}
# The table of messages: | M03 | past the end of an array in global memory |
LISTED = dict(re.findall(r"^\| (M\d\d) \| (.*) \|$", (ROOT / "docs/own-kernels.md").read_text(), re.M))


def fenced(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.M | re.S)


def corrected(program, diff):
    """The program with the hunks of a diff applied, which @@ separates."""
    for hunk in diff.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] != "+")
        after = "".join(line[1:] for line in lines if line[0] != "-")
        if program.count(before) != 1:
            raise ValueError(f"occurs {program.count(before)} times: {before}")
        program = program.replace(before, after)
    return program


def example(page):
    (program,), (diff,) = fenced(page, "cuda"), fenced(page, "diff")
    return program, corrected(program, diff)


def exercise_of(page):
    """The name of the exercise that the example is an attempt at; None: the example is a program."""
    found = re.search(r"^An attempt at exercise (\d+):", page, re.M)
    return found and EXERCISES[int(found[1])]


class Pages(unittest.TestCase):
    def test_each_listed_message_has_a_page_with_its_title(self):
        self.assertGreaterEqual(len(LISTED), 25)
        self.assertEqual({page.stem: page.read_text().splitlines()[0] for page in PAGES},
                         {code: f"# {code}: {title}" for code, title in LISTED.items()})

    def test_pages_are_short(self):
        for page in PAGES:
            with self.subTest(page.name):
                lines = page.read_text().splitlines()
                self.assertLessEqual(len(lines), 40)
                self.assertLessEqual(max(map(len, lines)), 100)
                self.assertIn("Look at", page.read_text())

    def test_messages_of_exercises_have_an_attempt(self):
        self.assertEqual({page.stem for page in PAGES if exercise_of(page.read_text())},
                         {code for code, title in LISTED.items() if title.startswith("an exercise: ")})


class Explain(LearnTest):
    def test_prints_the_page(self):
        for page in PAGES:
            for code in (page.stem, page.stem.lower()):
                done = self.learn("explain", code)
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                self.assertEqual(done.stdout.decode(), page.read_text())

    def test_lists_the_messages(self):
        done = self.learn("explain")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(done.stdout.decode(), "".join(f"{code}: {title}\n" for code, title in LISTED.items()))

    def test_wrong_words(self):
        for words, says in ((["M99"], b"there is no message M99: gridstride explain lists them"),
                            (["M03", "M04"], b"explain takes one code, not 2")):
            done = self.learn("explain", *words)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count(b"\n")), (2, b"", 1))
            self.assertIn(says, done.stderr)
        self.assertIn(b"usage: gridstride explain", self.learn("explain", "--help").stdout)

    @staticmethod
    def shows_costs(code):
        """Whether the mistake is a cost, which `run` shows on demand and as a note."""
        return code in ("M20", "M21", "M22")

    def judged(self, page, kind, text):
        """The finished process that tried the program or the attempt."""
        exercise = exercise_of(page.read_text())
        if exercise:
            attempt = self.written(f"{page.stem}_{kind}/{exercise}.cu", text)
            return self.learn("learn", exercise, "--once", "--folder", attempt.parent)
        program = self.written(f"{page.stem}_{kind}.cu", text)
        count = ["--count"] if self.shows_costs(page.stem) else []  # others may be dear
        return self.learn("run", "--seconds=1", *count, program.name)

    def test_examples_make_their_mistake_and_corrections_none(self):
        tries = []
        for page in PAGES:
            wrong, right = example(page.read_text())
            tries += [(page, "wrong", wrong), (page, "right", right)]
        self.assertEqual(len(tries), 2 * len(LISTED))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            runs = list(pool.map(lambda one: self.judged(*one), tries))
        for (page, kind, _), done in zip(tries, runs):
            with self.subTest(page.stem, kind=kind):
                text = (done.stdout + done.stderr).decode()
                codes = [page.stem] if kind == "wrong" else []
                self.assertEqual(sorted(set(re.findall(r": (?:error|note): .*  \[(M\d\d)\]$", text, re.M))), codes, text)
                self.assertEqual(done.returncode, 1 if codes and not self.shows_costs(page.stem) else 0, text)

    @unittest.skipUnless(programs_compile_test.NVCC, "no nvcc")
    def test_examples_are_cuda(self):
        files = [self.written(f"{page.stem}_{i}.cu", text)
                 for page in PAGES for i, text in enumerate(example(page.read_text()))]
        with concurrent.futures.ThreadPoolExecutor(programs_compile_test.AT_ONCE) as pool:
            runs = list(pool.map(lambda file: programs_compile_test.compile_to_ptx(file, self.folder), files))
        for file, done in zip(files, runs):
            with self.subTest(file.name):
                self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
