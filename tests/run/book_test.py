#!/usr/bin/env python3
"""The book's chapters are right: what they quote, what they run, what they link.

Each command `gridstride run ...` of a chapter is run as a reader would run it, in a copy of docs/learn/programs, with
the changes that the section has shown before; its output must be the text's. GRIDSTRIDE_WRITE_EXPECTED=1 writes the
outputs into the chapters instead; read the difference, for the sentences around them have the same numbers.
"""
import concurrent.futures
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

import book
from programs_compile_test import AT_ONCE, NVCC, compile_to_ptx

LEARN = os.environ.get("GRIDSTRIDE_LEARN")
WRITE = os.environ.get("GRIDSTRIDE_WRITE_EXPECTED") == "1"
NOT_RUN = re.compile(r'export PATH="\$PWD:\$PATH"|cd docs/learn/programs|git checkout \.|gridstride learn \d+')


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cache = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.cache.cleanup)

    def run_command(self, command, folder):
        # Counts are those of the source: a machine that has NVIDIA's compiler gets the same.
        environment = {**os.environ, "XDG_CACHE_HOME": self.cache.name, "GRIDSTRIDE_CUDA": "0"}
        return subprocess.run([LEARN, *shlex.split(command)[1:]], cwd=folder, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL).stdout

    def outputs(self, chapter):
        """[(command, expected output, where that begins in the chapter, output)], in the chapter's order."""
        done = []
        with tempfile.TemporaryDirectory() as temporary:
            folder, section = pathlib.Path(temporary) / "programs", None
            for block in book.blocks(chapter.read_text()):
                if block.section != section:  # each section begins with the files as they are
                    shutil.rmtree(folder, ignore_errors=True)
                    shutil.copytree(book.PROGRAMS, folder)
                    section = block.section
                if block.language == "diff":
                    file = folder / block.program()
                    file.write_text(book.changed(file.read_text(), block))
                for command, expected, at in book.commands(block) if block.language == "console" else []:
                    if not NOT_RUN.fullmatch(command):
                        done.append((command, expected, at, self.run_command(command, folder)))
        return done

    def test_outputs_are_the_texts(self):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            chapters = list(zip(book.CHAPTERS, pool.map(self.outputs, book.CHAPTERS)))
        for chapter, outputs in chapters:
            self.assertGreaterEqual(len(outputs), 2, chapter.name)
            text = chapter.read_text()
            for command, expected, at, output in reversed(outputs):
                with self.subTest(chapter=chapter.name, command=command):
                    self.assertTrue(command.startswith("gridstride run "), "a command that the test cannot run")
                    self.assertNotEqual(output, "")
                    if not WRITE:
                        self.assertEqual(output, expected)
                    text = text[:at] + output + text[at + len(expected):]
            if WRITE:
                chapter.write_text(text)

    def test_each_program_of_the_book_is_run_by_it_and_is_right(self):
        run = {word for chapter in book.CHAPTERS for block in book.blocks(chapter.read_text())
               if block.language == "console" for command, *_ in book.commands(block) for word in command.split()
               if word.endswith(".cu")}
        programs = sorted(file.name for file in book.PROGRAMS.glob("*.cu"))
        self.assertEqual(sorted(run), programs)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            outputs = pool.map(lambda name: self.run_command(f"gridstride run {name}", book.PROGRAMS), programs)
        for name, output in zip(programs, outputs):
            self.assertNotRegex(output, r": (error|note): ", name)


class Sources(unittest.TestCase):
    def test_quoted_lines_are_the_files(self):
        quotes = 0
        for chapter in book.CHAPTERS:
            for block in book.blocks(chapter.read_text()):
                if block.language != "cuda":
                    continue
                with self.subTest(chapter=chapter.name, block=block.text):
                    first, last = block.lines()
                    lines = (book.PROGRAMS / block.program()).read_text().splitlines(keepends=True)
                    self.assertEqual(block.text, "".join(lines[first - 1:last]))
                    quotes += 1
        self.assertGreaterEqual(quotes, len(book.CHAPTERS))

    def test_changes_fit_the_files(self):
        for chapter in book.CHAPTERS:
            for block in book.blocks(chapter.read_text()):
                if block.language == "diff":
                    with self.subTest(chapter=chapter.name, block=block.text):
                        book.changed((book.PROGRAMS / block.program()).read_text(), block)

    def test_languages_of_blocks(self):
        for chapter in book.CHAPTERS:
            for block in book.blocks(chapter.read_text()):
                self.assertIn(block.language, ("console", "cuda", "diff", "text"), chapter.name + block.text)

    @unittest.skipUnless(NVCC, "no nvcc")
    def test_each_program_is_cuda(self):
        with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(AT_ONCE) as workers:
            sources = sorted(book.PROGRAMS.glob("*.cu"))
            for source, done in zip(sources, workers.map(lambda source: compile_to_ptx(source, folder), sources)):
                with self.subTest(source.name):
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_programs_are_short(self):
        for file in book.PROGRAMS.glob("*.cu"):
            with self.subTest(file.name):
                lines = file.read_text().splitlines()
                self.assertRegex(lines[0], r"\A// .*[.?]\Z")
                self.assertLessEqual(len(lines), 60)
                self.assertLessEqual(max(map(len, lines)), 100)


class Text(unittest.TestCase):
    def each_chapter(self, check):
        for number, chapter in enumerate(book.CHAPTERS):
            with self.subTest(chapter.name):
                check(number, chapter.read_text())

    def test_each_chapter_has_its_parts(self):
        self.assertGreaterEqual(len(book.CHAPTERS), 7)

        def check(number, text):
            self.assertRegex(text, rf"\A# {number}\. ")
            parts = dict(re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
            self.assertEqual(list(parts)[-3:], ["Questions", "Exercises", "Sources"])
            questions = re.findall(r"^(\d)\. [^\n]*(?:\n   [^\n]*)*\?$", parts["Questions"], re.M)
            self.assertEqual(questions, ["1", "2", "3"])
            answers = r"<details><summary>Answer</summary>\n\n\S.*?\n\n</details>"
            self.assertEqual(len(re.findall(answers, parts["Questions"], re.S)), 3)
            self.assertIn("`./gridstride learn ", parts["Exercises"])
            self.assertGreaterEqual(len(re.findall(r"^- ", parts["Sources"], re.M)), 2)

        self.each_chapter(check)

    def test_each_chapter_has_a_figure(self):
        def check(_, text):
            drawn = [block for block in book.blocks(text) if block.before.startswith("**Figure.** ")]
            self.assertTrue(drawn or re.search(r"^\*\*Figure\.\*\* [^!]*\n\n!\[", text, re.M))

        self.each_chapter(check)

    def test_numbers_of_figures_are_those_of_the_chapter(self):
        """A drawn figure has no number that an output, a quoted line or a change of its chapter does not have."""
        def check(_, text):
            blocks = book.blocks(text)
            shown = "".join(block.text for block in blocks if block.language != "text")
            shown = set(re.findall(r"\d+", shown.replace(",", ""))) | book.line_numbers(text)
            for block in blocks:
                if block.language == "text":
                    self.assertEqual(set(re.findall(r"\d+", block.text)) - shown, set(), block.text)

        self.each_chapter(check)

    def test_length(self):
        def check(number, text):
            self.assertGreaterEqual(book.words(text), 900 if number else 500)
            self.assertLessEqual(book.words(text), 1500)

        self.each_chapter(check)

    def test_each_exercise_belongs_to_a_chapter(self):
        named = [int(number) for chapter in book.CHAPTERS
                 for number in re.findall(r"`./gridstride learn (\d+)`",
                                          chapter.read_text().split("\n## Exercises")[1])]
        self.assertEqual(sorted(set(named)), list(range(1, 15)))
        self.assertLessEqual(len(named), 15, "only the first exercise has two chapters")

    def test_columns(self):
        for page in book.PAGES:
            text = page.read_text()
            outputs = {line for block in book.blocks(text) if block.language == "console"
                       for line in block.text.splitlines()}
            for number, line in enumerate(text.splitlines(), 1):
                self.assertTrue(len(line) <= 100 or line in outputs, f"{page.name}:{number}: {len(line)} columns")
                self.assertEqual(line, line.rstrip(), f"{page.name}:{number}")

    def test_links(self):
        for page in book.PAGES:
            text = page.read_text()
            for _, address in book.LINK.findall(book.FENCE.sub("", text)):
                with self.subTest(page=page.name, address=address):
                    if address.startswith("https://"):
                        continue
                    name, _, anchor = address.partition("#")
                    file = page.parent / name if name else page
                    self.assertTrue(file.exists())
                    if anchor:
                        self.assertIn(anchor, book.anchors(file.read_text()))

    def test_pictures(self):
        for page in book.PAGES:
            for alt, address in re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", page.read_text()):
                with self.subTest(page=page.name, address=address):
                    self.assertGreaterEqual(len(alt.split()), 8, "what the picture shows, in words")
                    self.assertLess((page.parent / address).stat().st_size, 60_000)

    def test_contents(self):
        contents = (book.FOLDER / "README.md").read_text()
        for chapter in book.CHAPTERS:
            title = re.match(r"# \d+\. (.*)\n", chapter.read_text())[1]
            self.assertIn(f"[{title}]({chapter.name})", contents)


class Terms(unittest.TestCase):
    def test_entries(self):
        self.assertGreaterEqual(len(book.terms()), 25)
        for anchor, name, meaning in book.terms():
            with self.subTest(name):
                self.assertEqual(anchor, re.sub(r"[^a-z0-9]+", "-", name.lower()))
                self.assertLessEqual(len(meaning.split()), 40)

    def test_each_is_linked_at_its_first_use(self):
        linked = set()
        for chapter in book.CHAPTERS:
            for anchor, address in book.first_uses(chapter.read_text()):
                with self.subTest(chapter=chapter.name, term=anchor):
                    self.assertEqual(address, f"../terms.md#{anchor}")
                    linked.add(anchor)
        self.assertEqual({anchor for anchor, *_ in book.terms()} - linked, set(), "in the glossary, but in no chapter")


if __name__ == "__main__":
    unittest.main()
