"""Two GPUs train as one does, with the same bits twice; skipped where there are fewer. GRIDSTRIDE_PROGRAM is the
program; over the simulated CUDA runtime it runs anywhere."""
import csv
import os
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["GRIDSTRIDE_PROGRAM"]
RUN = ["train", "lenet", "--precision", "fp32", "--impl", "default", "--base", "8", "--image-size", "32", "--batch",
       "16", "--train-size", "200", "--val-size", "50", "--epochs", "3", "--lr", "1e-3", "--quiet", "--out", "run"]


def train(device):
    """Losses and accuracies of the epochs, and the bytes of the weights."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([PROGRAM, *RUN, "--device", device], cwd=folder, text=True, capture_output=True)
        if done.returncode == 2 and done.stderr.startswith("gridstride: --device cuda:"):
            raise unittest.SkipTest(done.stderr.strip())
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        run = pathlib.Path(folder) / "run"
        with open(run / "history.csv") as file:
            epochs = [[float(epoch[name]) for name in ("loss", "accuracy", "val_loss", "val_accuracy")]
                      for epoch in csv.DictReader(file)]
        return epochs, (run / "last.safetensors").read_bytes()


class TwoGpus(unittest.TestCase):
    def test_train_like_one_and_with_the_same_bits_twice(self):
        together, weights = train("cuda:0,1")
        alone, weights_alone = train("cuda:0")
        self.assertEqual(len(together), 3)
        for ours, theirs in zip(together, alone):
            for a, b in zip(ours, theirs):
                self.assertAlmostEqual(a, b, delta=1e-3 * abs(b))
        self.assertNotEqual(weights, weights_alone, "sums in another order: else one GPU has done it all")
        self.assertEqual(train("cuda:0,1")[1], weights)


if __name__ == "__main__":
    unittest.main()
