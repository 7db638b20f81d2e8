// cuda_runtime.h - everything of it is there already (kernels/sim/textbook/textbook.h).
