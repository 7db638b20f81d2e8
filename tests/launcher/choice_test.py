#!/usr/bin/env python3
"""The launcher chooses to build what a command needs: by its --dry-run, which builds nothing."""
import os
import pathlib
import subprocess
import tempfile
import unittest

from parts import CHECK, CPU, LEARN, PTX, ROOT, SIM, TRAIN

HAS_GPU = any(os.path.exists(path) for path in ("/dev/nvidiactl", "/dev/dxg"))


class Choice(unittest.TestCase):
    """By --dry-run: nothing is installed, built or started."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def ask(self, *words, status=0, **environment):
        done = subprocess.run([ROOT / "gridstride", "--dry-run", *words], cwd=self.folder, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL,
                              env={**os.environ, "GRIDSTRIDE_BUILD_DIR": str(self.folder / "build"), "GRIDSTRIDE_CUDA": "0",
                                   **environment})
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertFalse((self.folder / "build").exists())
        self.said = done.stdout
        return done.stderr

    def builds(self, *words, **environment):
        lines = [line for line in self.ask(*words, **environment).splitlines() if line.startswith("would build: ")]
        return [part for line in lines for part in line.removeprefix("would build: ").split(", ")]

    def test_words_that_are_no_commands(self):
        said = self.ask("runn", "mine.cu", status=1)
        self.assertIn("gridstride: unknown command 'runn': there are run, ", said)
        listed = said.split("there are ")[1].strip().split(", ")
        own = {"run", "learn", "explain", "ladder", "test", "check", "build"}
        self.assertEqual(set(listed) - own,
                         {file.stem for file in (ROOT / "apps/commands").glob("*.cpp")} - {"commands"})
        for word in sorted(set(listed) - {"test", "build"}):
            self.assertNotIn("unknown command", self.ask(word))
        self.assertEqual(self.ask("mine.cu", status=1),
                         "gridstride: mine.cu is a file, not a command: ./gridstride run mine.cu\n")

    def test_what_a_command_needs(self):
        for words, parts in [
            (["train", "lenet"], [TRAIN]),
            (["train", "lenet", "--device", "cpu"], [TRAIN]),
            (["train", "lenet", "--device", "sim"], [TRAIN, SIM]),
            (["train", "lenet", "--profile"], [CPU]),
            (["predict", "runs/a", "a.jpg"], [TRAIN]),
            (["verify", "runs/a"], [TRAIN]),
            (["sweep", "lenet", "--grid", "lr=1,2"], [CPU]),
            (["train", "--help"], [TRAIN]),
            (["lab", "--help"], [CPU]),
            (["bench", "--device=sim", "lenet:2:2"], [CPU, SIM]),
            (["train", "lenet", "--explain", "--for", "cuda"], [TRAIN, SIM]),
            (["check", "train", "lenet", "--device", "sim"], [CHECK]),
            (["profile", "lenet"], [CPU]),
            (["profile", "lenet", "--device", "sim"], [CHECK]),
            (["train", "lenet", "--device", "ptx"], [PTX]),
            (["build"], [CPU]),
            (["build", "sim", "check"], [SIM, CHECK]),
            (["run", "a.cu"], [LEARN]),
            (["explain", "M03"], [LEARN]),
            (["run", "a.cu", "--device", "ptx"], [LEARN]),  # the program's own words
            (["learn", "7"], [LEARN]),
            (["build", "sim", "learn"], [SIM, LEARN]),
            (["test"], ["everything with its tests"]),
        ]:
            self.assertEqual(self.builds(*words), parts, words)
        if not HAS_GPU:
            self.assertEqual(self.builds("profile", "lenet", "--ncu", "conv1"), [CPU, SIM])

    def test_a_step_on_a_gpu_is_counted_where_nvcc_is(self):
        toolkit = self.folder / "toolkit/bin"
        toolkit.mkdir(parents=True)
        (toolkit / "nvcc").touch(mode=0o755)
        words = ["train", "lenet", "--explain", "--for", "cuda"]
        self.assertEqual(self.builds(*words, GRIDSTRIDE_CUDA="1", CUDA_HOME=str(toolkit.parent)), [PTX])
        self.assertEqual(self.builds(*words, GRIDSTRIDE_CUDA="0", CUDA_HOME=str(toolkit.parent)), [TRAIN, SIM])

    def test_a_run_and_a_settings_file_name_a_device_too(self):
        run = self.folder / "runs/a"
        run.mkdir(parents=True)
        (run / "run.json").write_text('{"device": {"name": "sim"}}')
        (run.parent / "profiled").mkdir()
        (run.parent / "profiled/run.json").write_text('{"command": ["train", "lenet", "--profile"]}')
        (self.folder / "profiled.toml").write_text("profile = true\n")
        (self.folder / "of-cpu.toml").write_text("device = 'cpu'\n")
        (self.folder / "of-sim.toml").write_text('batch = 4\ndevice = "sim"\n')
        for words, parts in [
            (["profile", "a"], [CPU, SIM]),
            (["eval", "runs/a"], [TRAIN, SIM]),
            (["eval", "runs/a", "--device", "cpu"], [TRAIN]),
            (["train", "lenet", "--config", "of-sim.toml"], [TRAIN, SIM]),
            (["train", "lenet", "--config=of-sim.toml"], [TRAIN, SIM]),
            (["train", "lenet", "--config", "of-cpu.toml"], [TRAIN]),
            (["train", "lenet", "--config", "profiled.toml"], [CPU]),
            (["train", "--resume", "profiled"], [CPU]),
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
