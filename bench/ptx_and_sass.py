#!/usr/bin/env python3
"""Counts the instructions in the innermost loop of each kernel: in PTX from nvcc, and in SASS from ptxas.

usage: ptx_and_sass.py [--cuobjdump PATH] OBJECT...
An OBJECT is an object file from nvcc (kernels/cuda/CMakeFiles/gridstride_kernels_cuda.dir/__/dense/dense_tensor.cu.o).
Among a kernel's innermost loops the one with the most matrix instructions is chosen, else the one with the most fused
multiply-adds, else the longest. PTX and SASS are unrolled differently, so the columns "each" give instructions per
matrix instruction or multiply-add. Needs cuobjdump and nvdisasm, from the toolkit or PyPI. Prints a table in Markdown.
"""
import argparse
import pathlib
import re
import subprocess
import sys

WORK = {"ptx": (r"^mma\.", r"^(fma|mad)\.rn"), "sass": (r"^HMMA", r"^FFMA")}


def listing(cuobjdump, kind, path):
    try:
        return subprocess.run([cuobjdump, f"-{kind}", path], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        sys.exit(f"ptx_and_sass.py: {cuobjdump} not found; give its path with --cuobjdump")
    except subprocess.CalledProcessError as error:
        sys.exit(f"ptx_and_sass.py: {cuobjdump} cannot read {path}: {error.stderr.strip()}")


def ptx_kernels(text):
    """Returns name -> (opcodes, [(from, to)]); branches are pairs of instruction indices."""
    kernels = {}
    # An object may hold PTX for several GPUs; take the newest, from which the SASS was made.
    versions = re.split(r"^\.version ", text, flags=re.M)[1:]
    text = max(versions, key=lambda version: int(re.search(r"\.target sm_(\d+)", version)[1]), default="")
    for name, body in re.findall(r"\.entry (\w+)\(.*?\)[^{]*\{(.*?)(?=\.entry |\.section|\Z)", text, re.S):
        opcodes, labels, jumps = [], {}, []
        for line in body.split("\n"):
            line = line.strip()
            if label := re.match(r"(\$\w+):", line):
                labels[label[1]] = len(opcodes)
            elif instruction := re.match(r"(?:@!?%p\d+\s+)?([a-z][\w.:]*)[\s;]", line):
                if jump := re.match(r"(?:@!?%p\d+\s+)?bra\S*\s+(\$\w+)", line):
                    jumps.append((len(opcodes), jump[1]))
                opcodes.append(instruction[1])
        kernels[name] = opcodes, [(at, labels[label]) for at, label in jumps]
    return kernels


def sass_kernels(text):
    kernels = {}
    for part in re.split(r"\n\s*Function : ", text)[1:]:
        name, opcodes, index, jumps = part.split("\n", 1)[0].strip(), [], {}, []
        for address, words in re.findall(r"/\*([0-9a-f]{4,})\*/\s+([^;]+);", part):
            index[int(address, 16)] = len(opcodes)
            words = re.sub(r"^@!?U?P\w+\s+", "", words)
            if jump := re.match(r"BRA\b.*?(0x[0-9a-f]+)", words):
                jumps.append((len(opcodes), int(jump[1], 16)))
            opcodes.append(words.split()[0])
        kernels[name] = opcodes, [(at, index[to]) for at, to in jumps if to in index]
    return kernels


def innermost_loop(opcodes, jumps, kind):
    """Returns (instructions, work instructions, their kind) of the loop; None without a loop."""
    # An inner loop without work instructions, such as a copy loop, counts as part of the enclosing loop.
    loops = {}  # begin -> end; several branches may lead back to one begin
    for at, to in jumps:
        if to < at:
            loops[to] = max(loops.get(to, 0), at)
    loops = list(loops.items())
    inside = lambda loop, other: loop != other and other[0] <= loop[0] and loop[1] <= other[1]
    innermost = lambda some: [loop for loop in some if not any(inside(other, loop) for other in some)]
    for pattern, work in zip(WORK[kind], ("matrix", "multiply-add")):
        count = lambda loop: sum(bool(re.match(pattern, op)) for op in opcodes[loop[0]:loop[1] + 1])
        if working := innermost([loop for loop in loops if count(loop)]):
            begin, end = max(working, key=count)
            return end + 1 - begin, count((begin, end)), work
    if not loops:
        return None
    begin, end = max(innermost(loops), key=lambda loop: loop[1] - loop[0])
    return end + 1 - begin, 0, ""


def readable(names):
    try:
        text = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        sys.exit("ptx_and_sass.py: c++filt (binutils) not found")
    short = lambda name: re.sub(r"\(anonymous namespace\)::|gs::cuda::|gs::|^void |\(.*$", "", name)
    return dict(zip(names, map(short, text.split("\n"))))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--cuobjdump", default="cuobjdump")
    parser.add_argument("objects", nargs="+")
    args = parser.parse_args()
    print("| file | kernel | work | PTX: loop | work in it | each | SASS: loop | work in it | each | SASS / PTX |\n"
          "|---|---|---|---|---|---|---|---|---|---|")
    for path in args.objects:
        ptx = ptx_kernels(listing(args.cuobjdump, "ptx", path))
        sass = sass_kernels(listing(args.cuobjdump, "sass", path))
        names = readable(sorted(set(ptx) & set(sass)))
        for name, short in sorted(names.items(), key=lambda entry: entry[1]):
            a, b = innermost_loop(*ptx[name], "ptx"), innermost_loop(*sass[name], "sass")
            if not a or not b:
                continue
            each = lambda loop: loop[0] / loop[1] if loop[1] else None
            cells = [pathlib.Path(path).name.removesuffix(".o"), f"`{short}`", a[2] or b[2]]
            for loop in (a, b):
                cells += [str(loop[0]), str(loop[1] or ""), f"{each(loop):.1f}" if loop[1] else ""]
            same = a[1] and b[1] and a[2] == b[2]
            print("| " + " | ".join(cells + [f"{each(b) / each(a):.2f}" if same else ""]) + " |")


if __name__ == "__main__":
    main()
