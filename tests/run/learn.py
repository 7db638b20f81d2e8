"""gridstride-learn for the tests of this folder."""
import os
import pathlib
import subprocess
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
LEARN = os.environ.get("GRIDSTRIDE_LEARN")


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
class LearnTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cache = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.cache.cleanup)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()

    def environment(self, **more):
        return {**os.environ, "XDG_CACHE_HOME": self.cache.name, **more}

    def learn(self, *words, folder=None, stdin=subprocess.DEVNULL, **more):
        return subprocess.run([LEARN, *words], cwd=folder or self.folder, env=self.environment(**more),
                              capture_output=True, stdin=stdin)

    def written(self, name, text):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file
