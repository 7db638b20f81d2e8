#!/usr/bin/env python3
"""The module that holds everything of OpenCV cannot be loaded: what needs pictures says so in one line, the rest works."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.environ.get("GRIDSTRIDE_PROGRAM")
LINE = "the OpenCV module cannot be loaded: "
ON_PHOTOS = ["train", "lenet", "--base", "2", "--image-size", "16", "--data", "photos", "--val-split", "0.5", "--device",
             "cpu", "--epochs", "1", "--threads", "2", "--quiet"]
DRAWN = ["--image-size", "16", "--train-size", "8", "--val-size", "4", "--device", "cpu", "--epochs", "1", "--threads", "1",
         "--quiet"]


@unittest.skipUnless(PROGRAM, "set GRIDSTRIDE_PROGRAM")
class OpencvModule(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        self.program = self.folder / "bin/gridstride"
        self.program.parent.mkdir()
        shutil.copy(PROGRAM, self.program)
        self.module = self.folder / "bin/libgridstride_opencv.so"  # beside the program: found first
        self.module.write_text("no library")
        if "OpenCV" not in self.run_program("--version").stdout:
            self.skipTest("a build without OpenCV")

    def run_program(self, *words):
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache")}
        return subprocess.run([self.program, *words], cwd=self.folder, env=environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL)

    def refuses(self, *words, part=LINE, status=1):
        done = self.run_program(*words)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(part, done.stderr)
        self.assertTrue(done.stderr.startswith("gridstride: "), done.stderr)
        self.assertIn("'./gridstride build cpu' builds it again", done.stderr)

    def works(self, *words):
        done = self.run_program(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def write_photos(self):
        for name in ("a/1.png", "a/2.png", "b/1.png", "b/2.png"):
            path = self.folder / "photos" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("P2 2 2 255 10 200 30 40\n")

    def test_a_folder_is_refused_also_with_skip_broken(self):
        self.write_photos()
        self.refuses(*ON_PHOTOS, status=2)
        self.refuses(*ON_PHOTOS, "--skip-broken", status=2)
        self.module.unlink()  # then the build's own is found
        self.works(*ON_PHOTOS)

    def test_what_needs_no_picture_works_and_the_rest_is_one_line(self):
        self.works("train", "lenet", "--base", "2", *DRAWN, "--out", "run")
        self.works("eval", "run", "--device", "cpu")
        self.write_photos()
        self.refuses("predict", "run", "photos/a/1.png", "photos/b/1.png", "--device", "cpu")
        self.refuses("report", "run")
        self.refuses("train", "mlp", "--features", "hog", *DRAWN, "--out", "hog")

    def test_devices_names_it(self):
        findings = json.loads(self.works("devices", "--json"))["findings"]
        self.assertEqual([LINE in finding["what"] for finding in findings].count(True), 1, findings)

    def test_another_library_is_refused(self):
        self.write_photos()
        libraries = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True).stdout.split()
        shutil.copy(next(word for word in libraries if word.startswith("/") and "/libz." in word), self.module)
        self.refuses(*ON_PHOTOS, part="libgridstride_opencv.so was built from other sources", status=2)


if __name__ == "__main__":
    unittest.main()
