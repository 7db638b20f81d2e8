"""Tests bench/gpu_session/python_cudnn.sh on made-up nvidia packages whose libraries find each other as NVIDIA's do."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OPENS = """#include <dlfcn.h>
extern "C" int answer() { void* library = dlopen("%s", RTLD_NOW); return library ? ((int (*)())dlsym(library, "answer"))() : -1; }
"""
ASK = """import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).answer())"""


@unittest.skipUnless(shutil.which("g++"), "no g++")
class PythonCudnnTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.packages = self.folder / "site/nvidia"

    def library(self, path, text, *flags):
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["g++", "-shared", "-fPIC", "-x", "c++", "-", "-o", path, "-ldl", *flags], input=text, text=True, check=True)

    def packages_with_nvrtc_in(self, place):
        """Makes a cuDNN that opens NVRTC by the RUNPATH of cuDNN 9, and an NVRTC that opens its builtins beside it.
        The names are made up, since the real libraries may be installed."""
        runpath = "-Wl,--enable-new-dtags,-rpath,$ORIGIN:$ORIGIN/../../cuda_nvrtc/lib:$ORIGIN/../../cu13/lib"
        self.library(self.packages / "cudnn/lib/libcudnn.so.9", OPENS % "libnvrtc-made-up.so.13", runpath)
        self.library(self.packages / place / "libnvrtc-made-up.so.13", OPENS % "libnvrtc-builtins-made-up.so.13", "-Wl,--enable-new-dtags,-rpath,$ORIGIN")
        self.library(self.packages / place / "libnvrtc-builtins-made-up.so.13", 'extern "C" int answer() { return 42; }')
        (self.packages / "cudnn/include").mkdir()
        (self.packages / "cudnn/include/cudnn_version.h").write_text("#define CUDNN_MAJOR 9\n")

    def make_links(self):
        """Runs python_cudnn; returns CUDNN_HOME, or "none"."""
        done = subprocess.run(["bash", "-c", '. "$1" && python_cudnn "$2" && echo "${CUDNN_HOME:-none}"', "bash",
                               ROOT / "bench/gpu_session/python_cudnn.sh", self.folder / "made"],
                              env={**os.environ, "PYTHONPATH": str(self.folder / "site")}, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.strip()

    def opened_by(self, path):
        return subprocess.run(["python3", "-c", ASK, path], capture_output=True, text=True, check=True).stdout.strip()

    def test_nvrtc_is_found_from_the_links(self):
        for place in ("cuda_nvrtc/lib", "cu13/lib"):
            with self.subTest(place):
                shutil.rmtree(self.packages, ignore_errors=True)
                self.packages_with_nvrtc_in(place)
                self.assertEqual(self.opened_by(self.packages / "cudnn/lib/libcudnn.so.9"), "42")  # without links
                home = self.make_links()
                self.assertEqual(home, str(self.folder / "made"))
                self.assertEqual((self.folder / "made/include/cudnn_version.h").read_text(), "#define CUDNN_MAJOR 9\n")
                for name in ("libcudnn.so", "libcudnn.so.9"):
                    self.assertEqual(self.opened_by(f"{home}/lib/{name}"), "42")
                # Without the link to NVRTC the loader searches beside the links and finds nothing.
                os.remove(f"{home}/lib/libnvrtc-made-up.so.13")
                self.assertEqual(self.opened_by(f"{home}/lib/libcudnn.so.9"), "-1")

    def test_where_python_has_no_cudnn_nothing_is_made(self):
        self.assertEqual(self.make_links(), "none")
        self.assertFalse((self.folder / "made").exists())


if __name__ == "__main__":
    unittest.main()
