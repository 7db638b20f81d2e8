#!/usr/bin/env python3
"""The stories of `gridstride learn bug`: each program prints the right result and has exactly the mistake that its
bug.txt says, its correction has none, and answers are judged by what the checker finds."""
import concurrent.futures
import difflib
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import learn
from exercises import EXERCISES, NVCC, PROJECT, facts_of, words_in

BUGS = PROJECT / "apps/learn/bugs"
RESULT = re.compile(r"(?:is|are) (\S+), should be (\S+)$")

# Numbers of threads or blocks that meet, and three that do not.
WHO = {1: ("1,0", "0,0", "2,0", "127,129"), 2: ("0,7", "7,7", "0,8", "3"), 3: ("0,31", "0,32", "0,30", "31,32"),
       4: ("15,16", "15,48", "14,16", "16,31"), 5: ("3", "0", "4", "1,2"), 6: ("31,32", "31,31", "32,34", "127,128"),
       7: ("0,3", "0,1", "3,3", "3,4"), 8: ("6,24", "6,28", "5,20", "0,0")}


class Bug:
    def __init__(self, folder):
        self.folder, self.name, self.number = folder, folder.name, int(folder.name.split("_")[0])
        self.facts = facts_of(folder / "bug.txt")
        self.story = (folder / "story.md").read_text()
        self.program = (folder / "program.cu").read_text()
        self.corrected = (folder / "corrected.cu").read_text()

    def one(self, key):
        return self.facts[key][0]

    def lines(self):
        return sorted(int(line) for line in self.one("lines").split(","))

    def kernel(self):
        return self.program.split("int main()")[0]


ALL = sorted((Bug(file.parent) for file in BUGS.glob("*/bug.txt")), key=lambda bug: bug.number)


class Texts(unittest.TestCase):
    def test_there_are_eight(self):
        self.assertEqual([bug.number for bug in ALL], list(range(1, 9)))

    def test_stories_are_short(self):
        for bug in ALL:
            with self.subTest(bug.name):
                self.assertLessEqual(len(bug.story.split()), 150)
                self.assertLessEqual(max(map(len, bug.story.splitlines())), 100)
                kernel = bug.kernel().splitlines()
                first = next(i for i, line in enumerate(kernel) if "__global__" in line)
                self.assertLessEqual(len(kernel[first:]), 30)
                self.assertEqual(len(bug.facts["hint"]), 2)

    def test_no_word_before_its_time(self):
        for bug in ALL:
            with self.subTest(bug.name):
                after = int(bug.one("after"))
                self.assertGreaterEqual(after, 7)
                known = {word.strip() for exercise in EXERCISES if int(exercise.name[:2]) <= after
                         for word in exercise.one("new").split(",")}
                new = {word.strip() for word in bug.facts.get("new", [""])[0].split(",")} - {""}
                self.assertEqual(new & known, set(), "introduced before")
                text = bug.story + bug.kernel() + " ".join(bug.facts["hint"])
                self.assertEqual(words_in(text) - known - new, set(), "used before it is introduced")
                for word in new:
                    self.assertIn(word, text, "introduced, and not there")

    def test_the_story_does_not_tell(self):
        for bug in ALL:
            with self.subTest(bug.name):
                added = [line[2:].strip() for line in difflib.ndiff(bug.program.splitlines(), bug.corrected.splitlines())
                         if line.startswith("+ ")]
                self.assertTrue(added)
                self.assertLessEqual(len(added), 9)
                for line in added:
                    self.assertTrue(len(line) < 3 or line not in bug.story, line)


@unittest.skipUnless(NVCC, "no nvcc")
class Cuda(unittest.TestCase):
    def test_programs_and_corrections_are_cuda(self):
        includes, text = set(), ""
        for bug in ALL:  # in one file: nvcc takes as long for its headers as for all of this
            for name, source in (("program", bug.program), ("corrected", bug.corrected)):
                lines = source.splitlines()
                includes |= {line for line in lines if line.startswith("#include")}
                body = ["" if line.startswith("#include") else line for line in lines]
                text += f"namespace bug_{bug.name}_{name} {{\n#line 1 \"{bug.name}/{name}.cu\"\n"
                text += "\n".join(body) + "\n}\n"
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "bugs.cu"
            file.write_text("\n".join(sorted(includes)) + "\n" + text)
            done = subprocess.run([NVCC, "-std=c++17", "-arch=sm_80", "--ptx", file, "-o",
                                   file.with_suffix(".ptx")], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Judged(learn.LearnTest):
    def bug(self, number, *words, input=None):
        return subprocess.run([learn.LEARN, "learn", "bug", str(number), *words], cwd=self.folder, text=True,
                              env=self.environment(), capture_output=True, input=input or "")

    def run_file(self, file):
        return self.learn("run", file)

    def test_programs_print_the_right_result_and_have_their_mistake(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            files = [bug.folder / name for bug in ALL for name in ("program.cu", "corrected.cu")]
            runs = dict(zip(files, pool.map(self.run_file, files)))
        for bug in ALL:
            with self.subTest(bug.name):
                broken, right = runs[bug.folder / "program.cu"], runs[bug.folder / "corrected.cu"]
                self.assertEqual((right.returncode, right.stderr), (0, b""))
                self.assertEqual(broken.stdout, right.stdout)
                for line in right.stdout.decode().splitlines():
                    result = RESULT.search(line)
                    self.assertEqual(result[1], result[2], line)
                message = broken.stderr.decode()
                self.assertEqual(broken.returncode, 1)
                self.assertEqual(message.count(": error: "), 1, message)
                self.assertIn(f"[{bug.one('code')}]", message)
                place = int(re.search(r"program\.cu:(\d+)", message)[1])
                named = {place} | {int(line) for line in re.findall(r"\bline (\d+)", message)}
                self.assertEqual(sorted(named), bug.lines(), message)

    def answers(self, bug):
        """Each session gives up to two answers to each question; yields what is wrong with what it says."""
        lines = ",".join(map(str, reversed(bug.lines())))
        other = next(i for i, line in enumerate(bug.program.splitlines(), 1) if "__global__" in line)
        first = bug.lines()[0]
        right, *wrong = WHO[bug.number]
        progress = f"bug_{bug.name}\n"
        for session, rights, solved in (([other, f"{other},{first}"], 0, ""),
                                        ([f"{other},{other + 1}", lines, wrong[0], wrong[1]], 1, ""),
                                        ([lines, wrong[2], right], 2, progress)):
            folder = self.folder / f"{bug.name}_{rights}"
            done = self.bug(bug.number, "--folder", folder, input="\n".join(map(str, session)) + "\n")
            kept = (folder / "progress.txt").read_text() if folder.exists() else ""
            said = [word for word in re.findall(r"\b(Right: |Not th|One of them is right)", done.stdout)]
            if (done.returncode, done.stderr, len(said), said.count("Right: "), kept) != (
                    0 if solved else 1, "", len(session), rights, solved):
                yield f"{session}: {done.stdout[len(bug.story + bug.program):]}{done.stderr}"

    def test_answers(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for bug, wrong in zip(ALL, pool.map(lambda bug: list(self.answers(bug)), ALL)):
                with self.subTest(bug.name):
                    self.assertEqual(wrong, [])

    def test_one_answer(self):
        for words, status, says in ((["--lines", "12,9"], 0, "Right: these are the lines."),
                                    (["--lines", "9,12", "--who", "1,3"], 1, "Not these"),
                                    (["--lines", "9,9"], 1, "One of them is right"),
                                    (["--lines", "12,9", "--who", "1,0"], 0, "threads 1 and 0 can meet")):
            with self.subTest(words):
                self.assertFalse((self.folder / "learn").exists())
                done = self.bug(1, *words)
                self.assertEqual((done.returncode, done.stderr), (status, ""), done.stdout)
                self.assertIn(says, done.stdout)
        self.assertEqual((self.folder / "learn/progress.txt").read_text(), "bug_1_second_barrier\n")

    def test_the_copy_is_as_right_as_its_wait(self):
        self.assertEqual(self.bug(6, "--lines", "9,16").returncode, 0)

    def test_a_session(self):
        done = self.bug(1, input="h\nwhat\n9,10\n9,12\n30,29\n32,31\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        says = ["# The rod", "   9 |     s[t] = mine;", "Which two lines race?", "Hint 1 of 2", "no answer",
                "One of them is right", "Hint 2 of 2", "Right: these are the lines", "Which two threads",
                "Right: threads 30 and 29 can meet", "[M12]", "The correction:", "+    __syncthreads();"]
        at = [done.stdout.find(text) for text in says]
        self.assertEqual((at, -1 in at), (sorted(at), False), done.stdout)
        self.assertEqual((self.folder / "learn/progress.txt").read_text(), "bug_1_second_barrier\n")
        listed = self.learn("learn", "bugs").stdout.decode().splitlines()
        self.assertEqual(len(listed), len(ALL))
        self.assertRegex(listed[0], r"^bug 1  solved  a rod that cools +\(after exercise 7\)$")
        self.assertNotIn("solved", listed[1])

    def test_two_wrong_answers_or_giving_up_show_what_it_is(self):
        for answers, shown in (("1,2\n3,4\n", True), ("s\n", True), ("9,12\ns\n", True), ("q\n", False), ("", False)):
            with self.subTest(answers):
                done = self.bug(1, input=answers)
                self.assertEqual((done.returncode, "The correction:" in done.stdout), (1, shown), done.stdout)
                self.assertFalse((self.folder / "learn").exists())
        self.assertIn("[M12]", self.bug(1, "--show").stdout)

    def test_flags(self):
        self.assertEqual(self.bug(1, "--help").returncode, 0)
        for words, says in ((["bug", "9"], "there is no bug '9'; there are 1 to 8"),
                            (["bug"], "needs a number"), (["bugs", "3"], "learn bugs takes flags, and not also 3"),
                            (["bug", "1", "--fast"], "learn bug has no flag --fast"),
                            (["bug", "1", "--lines"], "--lines needs a value: --lines A,B"),
                            (["bug", "1", "--lines", "seven"], "--lines seven is not one or two numbers, such as 7,9"),
                            (["bug", "1", "--who", "1,2"], "--who goes with --lines")):
            with self.subTest(words):
                done = self.learn("learn", *words)
                self.assertEqual((done.returncode, len(done.stderr.splitlines())), (2, 1), done.stderr)
                self.assertIn(says, done.stderr.decode())

    def test_stories_that_are_wrong(self):
        def changed(file, old, new):
            folder = self.folder / f"set{len(list(self.folder.iterdir()))}"
            shutil.copytree(BUGS / "1_second_barrier", folder / "1_second_barrier")
            text = (folder / "1_second_barrier" / file).read_text()
            self.assertIn(old, text)
            (folder / "1_second_barrier" / file).write_text(text.replace(old, new, 1))
            return folder

        for folder, says in ((changed("bug.txt", "title", "titel"), "bug.txt:1: has no meaning for 'titel'"),
                             (changed("bug.txt", "lines: 9, 12", "lines: 9, 12, 13"), "needs a line 'lines: 12, 14'"),
                             (changed("bug.txt", "lines: 9, 12", "lines: 9, 11"), "bug.txt: is not what the checker "
                                                                                 "finds: M12 in 9, 12"),
                             (changed("bug.txt", "code: M12", "code: M11"), "finds: M12 in 9, 12"),
                             (changed("bug.txt", "second + 1", "second + 2"), "32 and 31 do meet"),
                             (changed("bug.txt", "second + 1", "second +"), "is no condition on first and second"),
                             (changed("bug.txt", "second + 1", "second / 0"), "is no condition on first and second"),
                             (changed("bug.txt", "hint: One", "title: One"), "two lines 'hint: ...'"),
                             (changed("program.cu", "right = s[t + 1]", "right = s[t]"), "the checker finds nothing"),
                             (self.folder, "has no bug to find")):
            with self.subTest(says):
                done = self.learn("learn", "bug", "1", "--lines", "9,12", "--set", folder)
                self.assertEqual((done.returncode, len(done.stderr.splitlines())), (1, 1), done.stderr)
                self.assertIn(says, done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
