#!/usr/bin/env python3
"""`gridstride run --sass`, --ptx and --count with machine code: once with recorded answers of nvcc and nvdisasm
(machine_code/), so that no CUDA compiler is needed, and once with the real ones where they are."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent / "machine_code"
LEARN = os.environ.get("GRIDSTRIDE_LEARN")
BROWSER = shutil.which("chromium")
# Stand-ins that write what the real programs wrote. nvcc's last words are: -o OUTPUT INPUT.
NVCC = """#!/bin/sh
echo "$*" >> {folder}/calls
while [ $# -gt 2 ]; do [ "$1" = -ptx ] && ptx=1; [ "$1" = -o ] && made=$2; shift; done
if [ "$ptx" ]; then cat {folder}/kernel.ptx > "$made"; else cat {folder}/kernel.ptxas >&2; : > "$made"; fi
"""
NVDISASM = "#!/bin/sh\ncat {folder}/kernel.nvdisasm\n"
REFUSES = """#!/bin/sh
echo 'kernel.cu(3): warning: strange' >&2
echo 'kernel.cu(4): error: identifier "x" is undefined' >&2
exit 2
"""
# Presses a line on the keyboard and with the mouse, and writes what lit up into the title.
PRESS = """<script>
const rows = [...document.querySelectorAll("#source .r[data-l]")], row = rows.find(row => row.textContent.includes("__syncthreads"));
const code = document.getElementById("code");
const lit = () => [...document.querySelectorAll(".lit em")].map(e => e.textContent).join(" ") + "," + row.getAttribute("aria-pressed");
const press = key => row.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
const before = lit(), top0 = code.scrollTop;
press("Enter");
const pressed = lit(), scrolled = code.scrollTop > top0;
press("Enter");
const again = lit();
code.querySelector("em.m").click();
const clicked = [...document.querySelectorAll("#source .lit > b")].map(b => b.textContent).join();
row.focus(), press("ArrowDown");
document.title = JSON.stringify([before, pressed, scrolled, again, clicked, document.activeElement.querySelector("b").textContent]);
</script>"""


class Runs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        self.file = self.folder / "kernel.cu"
        self.file.write_text((FOLDER / "kernel.cu").read_text())

    def run_file(self, *words, **more):
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache"), **more}
        return subprocess.run([LEARN, "run", *words, "kernel.cu"], cwd=self.folder, env=environment, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL)


@unittest.skipUnless(LEARN, "set GRIDSTRIDE_LEARN to the program gridstride-learn")
class RecordedMachineCode(Runs):
    def setUp(self):
        super().setUp()
        for name in ("kernel.nvdisasm", "kernel.ptxas", "kernel.ptx"):
            (self.folder / name).write_text((FOLDER / name).read_text().replace("@FILE@", str(self.file)))
        self.install("nvcc", NVCC)
        self.install("nvdisasm", NVDISASM)

    def install(self, name, text):
        program = self.folder / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(text.format(folder=self.folder))
        program.chmod(0o755)

    def run_file(self, *words, **more):
        more = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "GRIDSTRIDE_CUDA": "1", **more}
        return super().run_file(*words, **more)

    def page(self):
        done = self.run_file("--sass")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "kernel.sass.html: 1 kernel\n", ""))
        return (self.folder / "kernel.sass.html").read_text()

    def test_every_instruction_stands_at_its_line(self):
        page = self.page()
        source, code = page.split('id="code"')
        number = {int(line): row for row, line in re.findall(r'data-l="(\d+)"[^>]*><b>(\d+)</b>', source)}
        at = {address: row for row, address in re.findall(r'data-l="(\d+)"><b>([0-9a-f]{4})</b>', code)}
        self.assertEqual(len(at), 30, "all but the padding")
        for address, line in (("0000", 10), ("0050", 13), ("0140", 13), ("0150", 14), ("0160", 5), ("0180", 6),
                              ("00b0", 15), ("0190", 15), ("01d0", 16)):
            self.assertEqual(at[address], number[line], address)
        self.assertNotIn(11, number, "a declaration has no instructions")
        self.assertIn('<code>@!P0 <em class="m">LDS.128</em> R4, [R4]</code>', code)
        self.assertIn("<i>.L_x_1:</i>", code)
        self.assertNotIn("NOP", page)

    def test_sizes_counts_and_legend(self):
        page = self.page()
        self.assertIn("<code>void sums&lt;2&gt;(float*, float const*)</code>", page)
        for fact in ("16 registers a thread", "512 bytes of shared memory a block (static)",
                     "8 bytes of registers spilled to memory", "30 instructions"):
            self.assertIn(f"<li>{fact}</li>", page)
        self.assertIn("<small>sums&lt;2&gt;: 4 requests, 16 sectors, 4 shared requests</small>", page)
        self.assertIn("<li>sums&lt;2&gt;, line 5: neighbouring accesses are fused: 1 request of shared memory instead of 2 as "
                      "written, bank conflicts 0 instead of 6</li>", page)
        self.assertIn("line 6: its accesses of shared memory are part of a neighbouring line&#x27;s".replace("&#x27;", "'"),
                      page)
        self.assertEqual(re.findall(r"<dt>(\w+)</dt>", page),
                         ["LDG", "STG", "LDS", "STS", "LDC", "ULDC", "BAR", "FADD", "IMAD", "LEA", "SHF", "ISETP", "UMOV",
                          "ULEA", "S2R", "S2UR", "EXIT"])

    def test_the_page_needs_nothing_else_and_is_small(self):
        page = self.page()
        self.assertNotRegex(page, r"(src|href)=|https?:|url\(")
        self.assertLess(len(page), 100_000)

    def test_a_program_that_fails_has_no_counts(self):
        self.file.write_text(self.file.read_text().replace('printf("done\\n");', "return 3;"))
        done = self.run_file("--sass")
        self.assertEqual(done.returncode, 0)
        self.assertIn("without counts", done.stdout)
        self.assertIn("The program was not counted", (self.folder / "kernel.sass.html").read_text())

    @unittest.skipUnless(BROWSER, "needs chromium")
    def test_pressing_a_line(self):
        page = self.folder / "pressed.html"
        page.write_text(self.page().replace("</body>", PRESS + "</body>"))
        dump = subprocess.run([BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=800,500",
                               f"--user-data-dir={self.folder}/browser", "--dump-dom", page.as_uri()],
                              capture_output=True, text=True, timeout=300).stdout
        self.assertIn('<title>[",false","BAR.SYNC.DEFER_BLOCKING,true",true,",false","13","15"]</title>', dump)

    def test_the_table_says_what_it_shows(self):
        done = self.run_file("--count")
        self.assertIn("  as nvcc compiles it for sm_90:\n", done.stdout)
        self.assertNotIn("~", done.stdout)
        self.assertIn("  line 6: its accesses of shared memory are part of a neighbouring line's\n", done.stdout)

    def test_nvcc_is_called_again_only_when_the_file_changes(self):
        def calls():
            return len((self.folder / "calls").read_text().splitlines())
        self.run_file("--count"), self.run_file("--count")
        self.assertEqual(calls(), 1)
        self.file.write_text(self.file.read_text() + "\n")
        self.run_file("--count")
        self.assertEqual(calls(), 2)
        (self.folder / "own.h").write_text("\n")
        self.file.write_text(self.file.read_text() + '#include "own.h"\n')
        self.run_file("--count"), self.run_file("--count")
        self.assertEqual(calls(), 4, "own.h may have changed")

    def test_ptx_between_the_source_lines(self):
        done = self.run_file("--ptx")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("// 14 |   __syncthreads();\n\tbar.sync \t0;\n", done.stdout)
        self.assertIn("// 5 |   return p[0] + p[1] +\n\tld.shared.f32 \t%f6, [%r8+4];\n", done.stdout)
        self.assertIn("// 15 |   out[t] = t < 32 ? four(s + 4 * t) + __ldg(in + t) : 0;\n\tshl.b64 \t%rd8", done.stdout)
        self.assertNotRegex(done.stdout, r"\.loc|\.file|\.section|// 0 \|")

    def test_a_file_that_nvcc_refuses(self):
        self.install("nvcc", REFUSES)
        says = 'nvcc refuses kernel.cu: kernel.cu(4): error: identifier "x" is undefined'
        for flag in ("--sass", "--ptx"):
            done = self.run_file(flag)
            self.assertEqual((done.returncode, done.stderr), (1, f"gridstride: {says}\n"))
        done = self.run_file("--count")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(f"\n{says}\n", done.stdout)
        self.assertIn("  as written, not as a CUDA compiler would fuse it:\n", done.stdout)

    def test_without_a_compiler(self):
        for flag in ("--sass", "--ptx"):
            done = self.run_file(flag, GRIDSTRIDE_CUDA="0")
            self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (1, "", 1))
            self.assertIn("pip install nvidia-cuda-nvcc nvidia-cuda-runtime nvidia-cuda-nvdisasm", done.stderr)
        self.assertEqual(self.run_file("--count", GRIDSTRIDE_CUDA="0").returncode, 0)

    def test_programs_of_python_packages_are_found(self):
        packages = self.folder / "venv/lib/python3.11/site-packages/nvidia/cu13/bin"
        packages.parent.mkdir(parents=True)
        (self.folder / "bin").rename(packages)
        done = self.run_file("--sass", VIRTUAL_ENV=str(self.folder / "venv"), PATH="/usr/bin:/bin")
        self.assertEqual((done.returncode, done.stdout), (0, "kernel.sass.html: 1 kernel\n"), done.stderr)
        self.assertTrue((self.folder / "calls").exists(), "another nvcc was called")


@unittest.skipUnless(LEARN and shutil.which("nvdisasm"), "needs GRIDSTRIDE_LEARN, nvcc and nvdisasm")
class RealMachineCode(Runs):
    def test_the_page_of_the_real_tools(self):
        done = self.run_file("--sass", GRIDSTRIDE_CUDA="1")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        page = (self.folder / "kernel.sass.html").read_text()
        self.assertRegex(page, r'<em class="m">LDS\.128</em>')
        self.assertIn("line 5: neighbouring accesses are fused: 1 request of shared memory instead of 2", page)
        self.assertRegex(page, r"<li>\d+ registers a thread</li>")
        self.assertNotIn('<div class="r"><b>0', page, "every instruction has a line")


if __name__ == "__main__":
    unittest.main()
