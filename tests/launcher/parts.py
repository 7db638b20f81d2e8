"""The launcher, and its words for the parts of the build."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
TRAIN = "what trains on cpu"
CPU = "the whole program with the cpu device"
SIM = "the kernels of the simulator"
CHECK = "the program with the race checker"
PTX = "the program that interprets nvcc's kernels"
LEARN = "what runs your own kernels"
