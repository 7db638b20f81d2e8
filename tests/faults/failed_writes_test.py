#!/usr/bin/env python3
"""A command that cannot write a file, or its output, says so in one line and spoils nothing.

Each command of a table meets a full disk (this call and all later ones fail) and a passing fault (one call fails) at
every call that changes a file; faults.cpp counts them. Of a command that makes many calls some fail, evenly spread.
"""
import errno
import json
import os
import resource
import shutil
import unittest

from faulty_program import DATA, RUN, FaultyProgram, evenly, placed

PLACES = 12  # of each command, for each kind of fault
TRAIN = ["train", *RUN, "--epochs", "1"]

# The words of each command, and files that it replaces. Those of a cache are not there before.
COMMANDS = {
    "pack": (["pack", "synthetic:lesions", "FOLDER/images.safetensors", *DATA, "--overwrite", "--quiet"],
             ["images.safetensors"]),
    "report": (["report", "FOLDER/run", "--out", "FOLDER/page", "--quiet"], ["page/report.html", "page/curves.png"]),
    "profile": (["profile", "FOLDER/run", "--peaks", "cached", "--steps", "2", "--quiet"],
                ["run/profile-cpu/profile.json", "run/profile-cpu/trace.json", "run/profile-cpu/profile.html"]),
    "a training run with its profile": ([*TRAIN, "--profile", "--overwrite", "--out", "FOLDER/run"],
                                        ["run/run.json"]),
    "the cache of images": (["eval", "FOLDER/run", "--device", "cpu", "--json"],
                            ["cache/gridstride/lesions-v1-16x16x1-16+8.safetensors"]),
    "the cache of measured times": (["auto" if word == "default" else word for word in TRAIN] + ["--explain"],
                                    ["cache/gridstride/tuning.json"]),
}

# Commands that print, with what they need in the folder.
PRINTING = [["--help"], ["--version"], ["models"], ["devices"], ["devices", "--json"], ["train", "--help"],
            [*TRAIN, "--summary"], [*TRAIN, "--explain"], [word for word in TRAIN if word != "--quiet"] + ["--out", "new"],
            ["eval", "FOLDER/run", "--device", "cpu"], ["eval", "FOLDER/run", "--device", "cpu", "--json"],
            ["verify", "FOLDER/run"], ["report", "FOLDER/run"], ["lab", "--plan", *DATA],
            ["sweep", *RUN, "--grid", "lr=1e-3,1e-2", "--plan"], ["profile", "FOLDER/run", "--peaks", "cached", "--json"],
            ["bench", "lenet:1:1", "--device", "cpu", "--impl", "default", "--steps", "1", "--json"],
            ["pack", "synthetic:lesions", "FOLDER/new.safetensors", *DATA]]

ENDS = {".html": b"</html>", ".json": b"}", ".png": b"IEND\xaeB`\x82"}


def is_whole(path):
    content = path.read_bytes()
    if path.suffix == ".safetensors":
        head = int.from_bytes(content[:8], "little")
        tensors = json.loads(content[8:8 + head])
        return len(content) == 8 + head + max(t["data_offsets"][1] for n, t in tensors.items() if n != "__metadata__")
    if path.suffix == ".json":
        json.loads(content)
    return content.rstrip().endswith(ENDS.get(path.suffix, b""))


def names_in(folder):
    """A cache's lock file stays; that of a run locks nothing if it could not be removed."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")
                  if path.is_file() and path.suffix != ".lock")


class FailedWrites(FaultyProgram):
    def setUp(self):
        super().setUp()
        self.old = self.folder / "old"
        for words in ([*TRAIN, "--profile", "--out", "FOLDER/run"], ["report", "FOLDER/run", "--out", "FOLDER/page"],
                      ["profile", "FOLDER/run", "--steps", "2"],  # measures the peaks, for all later ones
                      ["pack", "synthetic:lesions", "FOLDER/images.safetensors", *DATA]):
            self.succeeds(*placed(words, self.old), **self.cache(self.old))

    @staticmethod
    def cache(folder):
        return {"XDG_CACHE_HOME": str(folder / "cache")}

    def prepare(self, folder, files):
        shutil.copytree(self.old, folder)
        for file in files:
            if file.startswith("cache/"):
                (folder / file).unlink(missing_ok=True)

    def check(self, folder, files, done, reasons):
        self.assertIn(done.returncode, [0, 1], done.stderr)
        lines = done.stderr.splitlines()
        self.assertLessEqual(len(lines), 1, done.stderr)
        if done.returncode == 1:
            self.assertEqual(len(lines), 1, done.stdout)
        for line in lines:
            self.assertIn(str(folder), line)
            self.assertTrue(any(reason in line for reason in reasons), line)
        names = names_in(folder)
        for name in names:
            self.assertTrue(is_whole(folder / name), name)
        self.assertLessEqual({file for file in files if not file.startswith("cache/")}, set(names))

    def test_files(self):
        for name, (words, files) in COMMANDS.items():
            with self.subTest(command=name):
                self.one_command(words, files)

    def one_command(self, words, files):
        def prepare(folder):
            self.prepare(folder, files)

        failed = []

        def try_one(folder, case):
            fault, number = case
            prepare(folder)
            done = self.with_fault(folder, number, fault, *placed(words, folder), once=fault == errno.EIO,
                                   **self.cache(folder))
            self.check(folder, files, done, [os.strerror(fault)])
            failed.append(done.returncode == 1)
            if names_in(folder) != names:  # something is missing, or was left
                self.succeeds(*placed(words, folder), **self.cache(folder))
                self.assertEqual(names_in(folder), names)

        whole = self.folder / "whole"
        prepare(whole)
        self.succeeds(*placed(words, whole), **self.cache(whole))
        names = names_in(whole)
        shutil.rmtree(whole)
        counted = self.cache(self.folder / "counted")
        calls = self.calls(prepare, words, errno.ENOSPC, **counted)
        self.assertGreaterEqual(calls, 5)
        self.each([(fault, number) for fault in (errno.ENOSPC, errno.EIO) for number in evenly(calls, PLACES)], try_one)
        if not files[0].startswith("cache/"):  # a command does without one
            self.assertGreater(sum(failed), len(failed) // 2)

    def test_files_that_may_not_grow(self):
        """The kernel itself refuses, at the first write of each command."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))

        def try_one(folder, name):
            words, files = COMMANDS[name]
            self.prepare(folder, files)
            done = self.run_program(*placed(words, folder), before=limit, **self.cache(folder))
            self.check(folder, files, done, [os.strerror(errno.EFBIG)])
            self.assertEqual(done.returncode, 0 if "cache" in name else 1)

        self.each(COMMANDS, try_one)

    def test_output(self):
        def try_one(folder, words):
            shutil.copytree(self.old, folder)
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = self.run_program(*placed(words, folder), stdout=full, **self.cache(self.old))
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(done.stderr, "gridstride: standard output could not be written: No space left on device\n")

        self.each(PRINTING, try_one)

    def test_output_and_errors(self):
        """An error that cannot be said keeps its status."""
        with open("/dev/full", "w", encoding="utf-8") as full:
            for words, status in (["nosuch"], 2), (["train", "nosuch"], 2), (["eval", "nosuch"], 2), (["models"], 1):
                with self.subTest(words=words):
                    self.assertEqual(self.run_program(*words, stdout=full, stderr=full).returncode, status)

    def test_closed_output(self):
        """No file that the program opens takes the place of standard output."""
        def close():
            os.close(1)

        done = self.run_program(*[word for word in TRAIN if word != "--quiet"], "--out", "new", before=close)
        self.assertEqual((done.returncode, done.stderr),
                         (1, "gridstride: standard output could not be written: Bad file descriptor\n"))
        self.assertEqual(names_in(self.folder / "new"),
                         [name for name in names_in(self.old / "run") if "profile" not in name and "trace" not in name])


if __name__ == "__main__":
    unittest.main()
