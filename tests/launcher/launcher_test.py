#!/usr/bin/env python3
"""The launcher's choice of what to build, by its --dry-run: nothing is installed, built or started."""
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CPU = "the program with the cpu device"
SIM = "the kernels of the simulator"
CHECK = "the program with the race checker"
PTX = "the program that interprets nvcc's kernels"
HAS_GPU = any(os.path.exists(path) for path in ("/dev/nvidiactl", "/dev/dxg"))


class Launcher(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def ask(self, *words, status=0):
        done = subprocess.run([ROOT / "gridstride", "--dry-run", *words], cwd=self.folder, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL,
                              env={**os.environ, "GRIDSTRIDE_BUILD_DIR": str(self.folder / "build"), "GRIDSTRIDE_CUDA": "0"})
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertFalse((self.folder / "build").exists())
        self.said = done.stdout
        return done.stderr

    def builds(self, *words):
        lines = [line for line in self.ask(*words).splitlines() if line.startswith("would build: ")]
        return [part for line in lines for part in line.removeprefix("would build: ").split(", ")]

    def test_what_a_command_needs(self):
        for words, parts in [
            (["train", "lenet"], [CPU]),
            (["train", "lenet", "--device", "cpu"], [CPU]),
            (["train", "lenet", "--device", "sim"], [CPU, SIM]),
            (["bench", "--device=sim", "lenet:2:2"], [CPU, SIM]),
            (["train", "lenet", "--explain", "--for", "cuda"], [CPU, SIM]),
            (["check", "train", "lenet", "--device", "sim"], [CHECK]),
            (["profile", "lenet"], [CPU]),
            (["profile", "lenet", "--device", "sim"], [CHECK]),
            (["train", "lenet", "--device", "ptx"], [PTX]),
            (["build"], [CPU]),
            (["build", "sim", "check"], [SIM, CHECK]),
            (["test"], ["everything with its tests"]),
        ]:
            self.assertEqual(self.builds(*words), parts, words)
        if not HAS_GPU:
            self.assertEqual(self.builds("profile", "lenet", "--ncu", "conv1"), [CPU, SIM])

    def test_a_run_and_a_settings_file_name_a_device_too(self):
        run = self.folder / "runs/a"
        run.mkdir(parents=True)
        (run / "run.json").write_text('{"device": {"name": "sim"}}')
        (self.folder / "of-cpu.toml").write_text("device = 'cpu'\n")
        (self.folder / "of-sim.toml").write_text('batch = 4\ndevice = "sim"\n')
        for words, parts in [
            (["profile", "a"], [CPU, SIM]),
            (["eval", "runs/a"], [CPU, SIM]),
            (["eval", "runs/a", "--device", "cpu"], [CPU]),
            (["train", "lenet", "--config", "of-sim.toml"], [CPU, SIM]),
            (["train", "lenet", "--config=of-sim.toml"], [CPU, SIM]),
            (["train", "lenet", "--config", "of-cpu.toml"], [CPU]),
        ]:
            self.assertEqual(self.builds(*words), parts, words)

    def test_help_names_what_the_launcher_adds(self):
        self.ask("--help")
        for word in ("test", "check", "build", "--yes", "--dry-run"):
            self.assertRegex(self.said, f"(?m)^  {word} ")
        self.ask("train", "--help")
        self.assertEqual(self.said, "")

    def test_bad_input_is_one_line(self):
        for words, part in [(["build", "everything"], "'everything'"), (["check", "train", "lenet", "--device", "ptx"], "ptx")]:
            said = self.ask(*words, status=1)
            self.assertEqual(len(said.splitlines()), 1, said)
            self.assertIn(part, said)


if __name__ == "__main__":
    unittest.main()
