"""Two GPUs train as one does, with the same bits twice; skipped where there are fewer. GRIDSTRIDE_PROGRAM is the
program; over the simulated CUDA runtime it runs anywhere."""
import csv
import os
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["GRIDSTRIDE_PROGRAM"]
RUN = ["--precision", "fp32", "--impl", "default", "--batch", "16", "--train-size", "200", "--val-size", "50", "--quiet",
       "--out", "run"]  # the second GPU has no images of the last batch


def train(device, words):
    """Losses and accuracies of the epochs, and the bytes of the weights."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([PROGRAM, "train", *words, *RUN, "--device", device], cwd=folder, text=True,
                              capture_output=True)
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
    def check(self, epochs, *words):
        words += ("--epochs", str(epochs))
        together, weights = train("cuda:0,1", words)
        alone, weights_alone = train("cuda:0", words)
        self.assertEqual(len(together), epochs)
        for ours, theirs in zip(together, alone):
            for a, b in zip(ours, theirs):
                self.assertAlmostEqual(a, b, delta=1e-3 * abs(b))
        self.assertNotEqual(weights, weights_alone, "sums in another order: else one GPU has done it all")
        self.assertEqual(train("cuda:0,1", words)[1], weights)

    def test_train_like_one_and_with_the_same_bits_twice(self):
        self.check(3, "lenet", "--base", "8", "--image-size", "32", "--lr", "1e-3")

    def test_normalise_by_the_whole_batch(self):
        self.check(1, "resnet", "--depth", "8", "--base", "4", "--image-size", "16", "--lr", "1e-4", "--sync-batchnorm")


if __name__ == "__main__":
    unittest.main()
