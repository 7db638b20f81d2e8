#!/usr/bin/env python3
"""The component learn as it is installed: in a prefix that was moved, it runs without the sources and the build folder."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
SOURCES = FOLDER.parents[1]
LEARN = os.environ.get("GRIDSTRIDE_LEARN")


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
@unittest.skipUnless(shutil.which("cmake"), "cmake is not installed")
class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        cls.build = pathlib.Path(LEARN).resolve().parents[2]
        subprocess.run(["cmake", "--install", cls.build, "--component", "learn", "--prefix", cls.folder / "first"],
                       check=True, capture_output=True)
        (cls.folder / "first").rename(cls.folder / "moved")
        cls.programs = cls.folder / "moved/share/gridstride/programs"
        cls.work = cls.folder / "work"
        cls.work.mkdir()

    def learn(self, *words, cache="cache"):
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.folder / cache), "GRIDSTRIDE_CUDA": "0"}
        return subprocess.run([self.folder / "moved/bin/gridstride-learn", *words], cwd=self.work, env=environment,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def test_no_file_names_the_folders_of_the_build(self):
        files = [file for file in (self.folder / "moved").rglob("*") if file.is_file()]
        self.assertGreater(len(files), 200)
        folders = [os.fsencode(folder) for folder in (SOURCES, self.build, self.folder / "first")]
        for file in files:
            content = file.read_bytes()
            for folder in folders:
                self.assertFalse(folder in content, f"{file.relative_to(self.folder)} names {os.fsdecode(folder)}")

    def test_programs(self):
        shutil.copy(FOLDER / "mistakes/M11_missing_barrier.cu", self.work)
        wrong = self.learn("run", "M11_missing_barrier.cu")
        self.assertEqual((wrong.returncode, wrong.stderr), (1, (FOLDER / "mistakes/M11_missing_barrier.txt").read_text()))
        right = self.learn("run", self.programs / "book/first.cu")
        self.assertEqual((right.returncode, right.stdout, right.stderr), (0, "10 11 12 13 14 15 16 17\n", ""))
        counted = self.learn("run", "--count", self.programs / "book/copy.cu")
        self.assertIn("     22         8       256        32\n", counted.stdout, counted.stderr)

    def test_the_header_is_compiled_ahead_once_and_is_not_needed(self):
        program = self.programs / "book/index.cu"
        right = self.learn("run", program, cache="other")
        ahead, = (self.folder / "other/gridstride/run").glob("textbook-*.h.gch")
        made = ahead.stat()
        self.assertEqual(self.learn("run", program, cache="other").stdout, right.stdout)
        self.assertEqual(ahead.stat().st_ino, made.st_ino)
        library, = (self.folder / "moved").rglob("libgridstride_textbook.a")
        os.utime(library, (0, 0))  # another installation in the same place
        self.assertEqual(self.learn("run", program, cache="other").stdout, right.stdout)
        self.assertEqual([ahead], list((self.folder / "other/gridstride/run").glob("textbook-*.h.gch")))
        self.assertNotEqual(ahead.stat().st_mtime_ns, made.st_mtime_ns)
        ahead.write_bytes(b"of another compiler")
        self.assertEqual(self.learn("run", program, cache="other").stdout, right.stdout)
        (self.folder / "no folder").write_text("")
        unwritten = self.learn("run", program, cache="no folder")
        self.assertIn("cannot be made", unwritten.stderr)

    def test_learn(self):
        listed = subprocess.run([LEARN, "learn", "--list"], cwd=self.folder, capture_output=True, text=True).stdout
        self.assertIn("softmax", listed)
        self.assertEqual(self.learn("learn", "--list").stdout, listed)
        judged = self.learn("learn", "2", "--once")
        self.assertEqual(judged.returncode, 1)
        self.assertIn("learn/02_map.cu:8: error: 64 of 64 elements of out were never written", judged.stdout)
        solution = self.learn("learn", "2", "--solution").stdout
        (self.work / "learn/02_map.cu").write_text(solution)
        self.assertEqual(self.learn("learn", "2", "--once").returncode, 0)
        self.assertEqual(len(self.learn("learn", "bugs").stdout.splitlines()), 8)
        self.assertEqual(self.learn("learn", "bug", "1", "--lines", "9,12", "--who", "33,32").returncode, 0)

    def test_ladder_and_explain(self):
        rung = self.learn("ladder", "transpose", "2")
        self.assertEqual((rung.returncode, rung.stderr), (0, ""))
        self.assertIn("2_", rung.stdout)
        self.assertIn(str(self.programs / "ladders"), self.learn("ladder", "--help").stdout)
        self.assertIn("# M11", self.learn("explain", "M11").stdout)


if __name__ == "__main__":
    unittest.main()
