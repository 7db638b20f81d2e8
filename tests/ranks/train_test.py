#!/usr/bin/env python3
"""`gridstride train` in several processes, started by mpirun on this machine: it trains as one process does, and ends
with one line when something goes wrong."""
import csv
import json
import os
import pathlib
import platform
import signal
import subprocess
import tempfile
import time
import unittest

PROGRAM, MPIEXEC = os.environ.get("GRIDSTRIDE_PROGRAM"), os.environ.get("GRIDSTRIDE_MPIEXEC")
# 100 images in batches of 16: the last has 4, so that some of five ranks have none.
SYNTHETIC = {"--image-size": "24", "--train-size": "100", "--val-size": "41"}
FLAGS = {"--base": "4", "--batch": "16", "--dropout": "0.3", "--lr": "1e-3", "--impl": "default", "--epochs": "4000",
         "--out": "run"}
PACKED = ["train", "lenet", "--base", "2", "--data", "data.safetensors", "--epochs", "1", "--out", "run"]
RANK_VARIABLES = ("OMPI_COMM_WORLD_RANK=", "PMI_RANK=")


def train_words(**changed):
    """Words of `train`, with these flags instead of the usual ones; None leaves one out."""
    flags = {**SYNTHETIC, **FLAGS, **{"--" + name.replace("_", "-"): value for name, value in changed.items()}}
    return ["train", "lenet", *(word for flag in flags.items() if flag[1] is not None for word in flag)]


def lines_of_ours(stderr):
    """Without what mpirun adds when a process ends with an error."""
    return [line for line in stderr.splitlines() if line.startswith("gridstride: ")]


@unittest.skipUnless(PROGRAM and MPIEXEC, "set GRIDSTRIDE_PROGRAM and GRIDSTRIDE_MPIEXEC")
class TrainOnRanks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        self.environment = {**os.environ, "OMP_NUM_THREADS": "1", "XDG_CACHE_HOME": str(self.folder / "cache")}

    def start(self, *command):
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder,
                                env=self.environment)

    def ended(self, process, within=120):
        """Exit status, standard output, standard error."""
        try:
            out, err = process.communicate(timeout=within)
        except subprocess.TimeoutExpired:
            process.kill()
            self.fail(f"it goes on after {within} s: {process.communicate()}")
        return process.returncode, out, err

    def run_ranks(self, ranks, *words):
        command = [MPIEXEC, "-n", str(ranks), PROGRAM, *words] if ranks > 1 else [PROGRAM, *words]
        return self.ended(self.start(*command))

    def train(self, ranks, out, **flags):
        status, output, errors = self.run_ranks(ranks, *train_words(out=out, **flags))
        self.assertEqual(status, 0, output + errors)
        return output

    def history(self, run):
        with open(self.folder / run / "history.csv") as file:
            return [[float(value) for value in row[:5]] for row in list(csv.reader(file))[1:]]

    def record(self, run):
        return json.loads((self.folder / run / "run.json").read_text())

    def weights(self, run):
        return (self.folder / run / "best.safetensors").read_bytes()

    def assert_follows(self, run, other, tolerance=1e-5):
        rows, others = self.history(run), self.history(other)
        self.assertEqual(len(rows), len(others))
        for row, wanted in zip(rows, others):
            for value, want in zip(row, wanted):
                self.assertAlmostEqual(value, want, delta=tolerance * max(1, abs(want)))

    def test_ranks_follow_one_process_and_repeat_their_bits(self):
        self.train(1, "one", epochs="3")
        for ranks in (2, 5):
            output = self.train(ranks, f"of{ranks}", epochs="3")
            self.assertEqual(output.count("network  lenet"), 1, "rank 0 alone prints")
            self.train(ranks, f"again{ranks}", epochs="3")
            self.assert_follows(f"of{ranks}", "one")
            self.assertEqual(self.weights(f"of{ranks}"), self.weights(f"again{ranks}"))
            record = self.record(f"of{ranks}")
            self.assertEqual([rank["host"] for rank in record["ranks"]], [platform.node()] * ranks)
            self.assertEqual(sum(rank["rows"] for rank in record["ranks"]), 16)
            evaluation, alone = record["evaluation"]["best"], self.record("one")["evaluation"]["best"]
            self.assertEqual(evaluation["validation"]["confusion"], alone["validation"]["confusion"])

    def test_a_run_goes_on_with_another_number_of_ranks(self):
        self.train(1, "one", epochs="6")
        self.train(2, "run", epochs="2")
        for ranks, epochs in ((3, 4), (1, 6)):
            status, _, errors = self.run_ranks(ranks, "train", "--resume", "run", "--epochs", str(epochs))
            self.assertEqual(status, 0, errors)
        self.assert_follows("run", "one", 1e-4)
        self.assertEqual([step.get("ranks", 1) for step in self.record("run")["resumed"]], [2, 3])
        status, output, errors = self.run_ranks(1, "verify", "run")
        self.assertEqual(status, 0, errors)
        self.assertIn("3 ranks trained it", output)

    def test_a_run_that_was_interrupted_within_an_epoch_goes_on_with_other_ranks(self):
        process = self.start(MPIEXEC, "-n", "3", PROGRAM, *train_words(train_size="3000", lr="1e-5"))
        self.wait_for_epochs("run", 1)
        os.kill(self.process_of(process, 0), signal.SIGTERM)
        status, _, errors = self.ended(process, 30)
        self.assertNotEqual(status, 0)
        self.assertRegex("\n".join(lines_of_ours(errors)), "^gridstride: interrupted after [^\n]*$")
        done = len(self.history("run"))
        status, _, errors = self.run_ranks(2, "train", "--resume", "run", "--epochs", str(done + 1))
        self.assertEqual(status, 0, errors)
        self.train(1, "one", train_size="3000", lr="1e-5", epochs=str(done + 1))
        self.assert_follows("run", "one", 1e-3)

    def test_one_process_goes_on_as_several(self):
        """The table of implementations is that of other rows: on sim it has a call that ranks lack."""
        for device in ("cpu", "sim"):
            run = "run-" + device
            self.train(1, run, device=device, epochs="1", train_size="20", val_size="8", impl=None)
            status, _, errors = self.run_ranks(2, "train", "--resume", run, "--epochs", "2")
            self.assertEqual(status, 0, errors)
            self.assertEqual(self.record(run)["status"], "finished")

    def test_sampled_steps_have_the_same_bits(self):
        for samples in ("48", "100"):  # three steps, and a short last batch
            self.train(2, "plain" + samples, train_size=samples, epochs="2")
            status, _, errors = self.run_ranks(2, *train_words(out="sampled" + samples, train_size=samples, epochs="2"),
                                               "--profile")
            self.assertEqual(status, 0, errors)
            self.assertEqual(self.weights("plain" + samples), self.weights("sampled" + samples))

    def test_statistics_of_the_whole_batch(self):
        words = ["train", "resnet", "--depth", "8", "--base", "2", "--image-size", "16", "--train-size", "40",
                 "--val-size", "20", "--batch", "10", "--epochs", "2", "--lr", "1e-4", "--impl", "default",
                 "--sync-batchnorm"]
        for ranks, run in ((1, "one"), (3, "three")):
            status, _, errors = self.run_ranks(ranks, *words, "--out", run)
            self.assertEqual(status, 0, errors)
        self.assert_follows("three", "one", 1e-3)
        status, _, errors = self.run_ranks(1, "train", "--resume", "three", "--epochs", "3")
        self.assertEqual(status, 0, errors)

    def test_pictures_that_are_decoded_for_each_epoch(self):
        for split, count in (("train", 30), ("val", 10)):
            for number in range(count):
                folder = self.folder / "pictures" / split / ("dark", "light")[number % 2]
                folder.mkdir(parents=True, exist_ok=True)
                pixels = bytes((number * 37 + place * (1 + number % 2)) % 256 for place in range(24 * 24))
                (folder / f"{number}.pgm").write_bytes(b"P5 24 24 255\n" + pixels)
        pictures = {"data": "pictures", "train_size": None, "val_size": None, "image_size": None, "epochs": "2"}
        self.train(1, "one", **pictures)
        for decode in ("once", "stream"):
            self.train(3, decode, decode=decode, **pictures)
            self.assert_follows(decode, "one")
        self.assertEqual(self.weights("once"), self.weights("stream"))

    def test_ranks_that_hold_shares_of_the_images(self):
        self.train(3, "whole", epochs="2")
        status, _, errors = self.run_ranks(3, *train_words(out="shares", epochs="2"), "--shard")
        self.assertEqual(status, 0, errors)
        self.assertEqual(self.weights("whole"), self.weights("shares"))
        self.assertEqual(self.history("whole"), self.history("shares"))

    def test_early_stopping_ends_all_ranks(self):
        self.train(3, "run", epochs="50", patience="1", lr="0.1")
        self.assertLess(len(self.history("run")), 50)
        self.assertEqual(self.record("run")["status"], "finished")

    def test_a_broken_run_ends_with_the_place(self):
        status, _, errors = self.run_ranks(3, *train_words(optimizer="sgd", lr="1e30"))
        self.assertEqual(status, 1)
        self.assertEqual(len(lines_of_ours(errors)), 1, errors)
        self.assertRegex(errors, "(no longer finite|NaN, Inf).*the learning rate 1e[+]30 is probably too high; "
                                 "first in step")
        self.assertEqual(self.record("run")["status"], "failed")

    def test_a_folder_that_is_there_is_refused_by_rank_0_alone(self):
        self.train(1, "run", epochs="1")
        status, _, errors = self.run_ranks(3, *train_words(epochs="1"))
        self.assertEqual(status, 2, errors)
        self.assertEqual(len(lines_of_ours(errors)), 1, errors)

    def test_bad_input_is_said_once(self):
        for words, message in ((["train", "lenet", "--epoch", "3"], "unknown flag '--epoch': did you mean '--epochs'?"),
                               (["train", "lenet", "--batch", "2"],
                                "--batch 2 is less than the 3 ranks, each of which needs an image"),
                               (["train", "lenet", "--epoch-loop"],
                                "--epoch-loop needs one process: ranks wait for each other in every step"),
                               (["eval", "run"], "'eval' runs in one process, but 3 were started")):
            status, _, errors = self.run_ranks(3, *words)
            self.assertEqual(status, 2, errors)
            self.assertEqual(lines_of_ours(errors), ["gridstride: " + message])

    def test_ranks_that_differ_are_refused_before_the_first_step(self):
        train = [PROGRAM, *train_words(epochs="1")]
        process = self.start(MPIEXEC, "-n", "2", *train, ":", "-n", "1", *train, "--seed", "3")
        status, _, errors = self.ended(process)
        self.assertEqual(status, 1, errors)
        here = platform.node()
        self.assertEqual(lines_of_ours(errors),
                         [f"gridstride: rank 2 on {here} differs from rank 0 on {here} in --seed: 3, not none"])
        self.assertFalse((self.folder / "run" / "history.csv").exists())

    def pack(self, folder, images):
        """Data for a rank that runs in this folder."""
        (self.folder / folder).mkdir()
        status, _, errors = self.run_ranks(1, "pack", "synthetic:lesions", f"{folder}/data.safetensors", "--train-size",
                                           str(images), "--val-size", "10", "--image-size", "24")
        self.assertEqual(status, 0, errors)

    def test_other_data_of_a_rank_is_refused(self):
        self.pack("a", 30)
        self.pack("b", 31)
        train = [PROGRAM, *PACKED]
        process = self.start(MPIEXEC, "-n", "1", "-wdir", str(self.folder / "a"), *train, ":",
                             "-n", "1", "-wdir", str(self.folder / "b"), *train)
        status, _, errors = self.ended(process)
        self.assertEqual(status, 1, errors)
        self.assertEqual(len(lines_of_ours(errors)), 1, errors)
        self.assertRegex(lines_of_ours(errors)[0], "rank 1 on .* in the number of training images: 31, not 30$")

    def test_an_error_of_one_rank_names_it(self):
        self.pack("a", 30)
        train = [PROGRAM, *PACKED]
        process = self.start(MPIEXEC, "-n", "1", "-wdir", str(self.folder / "a"), *train, ":", "-n", "1", *train)
        status, _, errors = self.ended(process)
        self.assertEqual(status, 2, errors)
        self.assertEqual(len(lines_of_ours(errors)), 1, errors)
        self.assertRegex(lines_of_ours(errors)[0], "^gridstride: rank 1 on .*data.safetensors")

    # ---- ranks that are gone ----

    def wait_for_epochs(self, run, count):
        for _ in range(600):
            try:
                if len(self.history(run)) >= count:
                    return
            except (FileNotFoundError, ValueError, IndexError):
                pass
            time.sleep(0.1)
        self.fail(f"{run} has no {count} epochs after a minute")

    def process_of(self, launcher, rank):
        """The process of a rank: a descendant of the launcher."""
        children = subprocess.run(["pgrep", "-P", str(launcher.pid)], capture_output=True, text=True).stdout.split()
        for child in children:
            words = pathlib.Path(f"/proc/{child}/environ").read_bytes().decode(errors="replace").split("\0")
            if any(variable + str(rank) in words for variable in RANK_VARIABLES):
                return int(child)
        self.fail(f"no process of rank {rank} among {children}")

    def lose(self, rank, how):
        process = self.start(MPIEXEC, "-n", "3", PROGRAM, *train_words())
        self.wait_for_epochs("run", 2)
        os.kill(self.process_of(process, rank), how)
        status, _, errors = self.ended(process, within=30)
        self.assertNotEqual(status, 0)
        # The run goes on from its last checkpoint.
        done = len(self.history("run"))
        status, _, resumed = self.run_ranks(2, "train", "--resume", "run", "--epochs", str(done + 2))
        self.assertEqual(status, 0, resumed)
        return errors

    def test_a_rank_that_dies_ends_the_job(self):
        errors = self.lose(1, signal.SIGKILL)
        self.assertEqual(lines_of_ours(errors), [f"gridstride: rank 1 on {platform.node()} has died"])
        self.assertEqual(self.record("run")["resumed"][0]["ranks"], 3)

    def test_rank_0_that_dies_ends_the_job(self):
        errors = self.lose(0, signal.SIGKILL)
        self.assertEqual(lines_of_ours(errors), [f"gridstride: rank 0 on {platform.node()} has died"])

    def test_a_rank_that_hangs_ends_the_job(self):
        errors = self.lose(2, signal.SIGSTOP)
        self.assertEqual(lines_of_ours(errors), [f"gridstride: rank 2 on {platform.node()} has not answered for 15 s"])


if __name__ == "__main__":
    unittest.main()
