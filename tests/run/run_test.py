#!/usr/bin/env python3
"""`gridstride run` runs the programs of this folder as a GPU would, and says of each mistake exactly what it is."""
import concurrent.futures
import os
import pathlib
import subprocess
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
LEARN = os.environ.get("GRIDSTRIDE_LEARN")
WRITE = os.environ.get("GRIDSTRIDE_WRITE_EXPECTED") == "1"
COSTS = ("M20", "M21", "M22")  # right, but dear: --count notes it
SECONDS = "1"  # of processor time, after which a program without end is ended


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
class Run(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cache = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.cache.cleanup)

    def run_file(self, file, *words, folder=None, **more):
        environment = {**os.environ, "XDG_CACHE_HOME": self.cache.name, "GRIDSTRIDE_CUDA": "0", **more}
        return subprocess.run([LEARN, "run", file, *words], cwd=folder or FOLDER, env=environment, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL)

    def each(self, files, check):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for file, done in zip(files, pool.map(lambda file: self.run_file(file.name, folder=file.parent,
                                                                             GRIDSTRIDE_RUN_SECONDS=SECONDS), files)):
                with self.subTest(file=file.name):
                    check(file, done)

    def test_programs(self):
        files = sorted((FOLDER / "programs").glob("*.cu"))
        self.assertGreaterEqual(len(files), 40)

        def check(file, done):
            self.assertEqual((done.returncode, done.stdout), (0, file.with_suffix(".out").read_text()), done.stderr)
            says = {"event_time.cu": "has no time", "refused_launch.cu": "note: a block of 2,048 threads"}.get(file.name)
            self.assertTrue(says in done.stderr if says else done.stderr == "", done.stderr)

        self.each(files, check)

    def test_mistakes(self):
        files = [file for file in sorted((FOLDER / "mistakes").glob("*.cu"))
                 if (WRITE or file.with_suffix(".txt").exists()) and file.name[:3] not in COSTS]
        self.assertGreaterEqual(len(files), 20)

        def check(file, done):
            if WRITE:
                return file.with_suffix(".txt").write_text(done.stderr) if done.stderr else None
            self.assertEqual(done.stderr, file.with_suffix(".txt").read_text())
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"[{file.name[:3]}]", done.stderr.splitlines()[0])
            self.assertEqual(done.stderr.count(": error: "), 1, "one mistake, one finding")

        self.each(files, check)

    def test_costs(self):
        for file in sorted((FOLDER / "mistakes").glob("M2[0-2]*.cu")):
            with self.subTest(file=file.name):
                done = self.run_file("--count", file.name, folder=file.parent)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                if WRITE:
                    file.with_suffix(".txt").write_text(done.stdout)
                self.assertEqual(done.stdout, file.with_suffix(".txt").read_text())
                self.assertEqual({line[-5:] for line in done.stdout.splitlines() if ": note: " in line},
                                 {f"[{file.name[:3]}]"})

    def test_what_is_wrong_is_not_counted(self):
        done = self.run_file("--count", "M11_missing_barrier.cu", folder=FOLDER / "mistakes")
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("sectors", done.stdout)

    def written(self, text):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = pathlib.Path(folder.name) / "file.cu"
        file.write_text(text)
        return file

    def test_an_endless_loop_of_the_host_is_ended(self):
        done = self.run_file(self.written("int main(int count, char**) {\n  volatile int x = count;\n  while (x) {\n  }\n}\n"),
                             GRIDSTRIDE_RUN_SECONDS="0.2")
        self.assertEqual(done.returncode, 1)
        self.assertIn("file.cu:3: error: after 0.2 s: the program is in line 3, in no kernel", done.stderr)

    def test_a_file_that_does_not_compile_keeps_lines_and_columns(self):
        file = self.written("__global__ void k(int* a) {}\nint main() {\n  k<<<1, 1>>>(wrong);\n  k<<<1, wrong2>>>(nullptr);\n}\n")
        done = self.run_file(file)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{file}:3:15: error: ‘wrong’ was not declared in this scope", done.stderr)
        self.assertIn(f"{file}:4:10: error: ‘wrong2’ was not declared in this scope", done.stderr)
        self.assertIn("does not compile", done.stderr.splitlines()[-1])
        self.assertNotIn("gs::", done.stderr)

    def test_a_file_that_does_not_compile_leaves_no_files_of_the_compiler(self):
        file = self.written("void no_main() {}\n")
        done = self.run_file(file, XDG_CACHE_HOME=str(file.parent / "cache"))
        self.assertEqual(done.returncode, 1)
        self.assertEqual([left.name for left in file.parent.glob("cache/**/*") if left.is_file() and left.suffix != ".cu"], [])

    def test_files_that_cannot_be_run(self):
        for file, says in (("absent.cu", "absent.cu: no such file"), (".", ".: not a file")):
            done = self.run_file(file)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(says, done.stderr)

    def test_a_launch_without_an_end_is_an_error_of_the_compiler(self):
        file = self.written("int main() {\n\tk<<<1, 1(2);\n}\n")
        done = self.run_file(file)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, f"{file}:2:3: error: this launch has no >>>\n    2 | \tk<<<1, 1(2);\n      | \t ^~~\n"
                                      f"gridstride: {file} does not compile; the first message above says why\n")

    def test_flags(self):
        done = self.run_file("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("--seconds N", done.stdout)
        for words, says in ((["--seconds"], "--seconds needs a value"), (["--fast", "a.cu"], "run has no flag --fast"),
                            (["--seconds", "x", "a.cu"], "--seconds x is not a number from 0.1 to 1000000"),
                            (["--seconds=0", "a.cu"], "--seconds 0 is not"), (["--seconds", "1"], "run needs a file")):
            done = self.run_file(*words)
            self.assertEqual((done.returncode, len(done.stderr.splitlines())), (2, 1), done.stderr)
            self.assertIn(says, done.stderr)

    def test_arguments_and_the_exit_status_are_the_programs(self):
        file = self.written('#include <cstdio>\nint main(int n, char** words) { puts(words[n - 1]); return n; }\n')
        done = self.run_file(file, "--one", "two")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (3, "two\n", ""))


if __name__ == "__main__":
    unittest.main()
