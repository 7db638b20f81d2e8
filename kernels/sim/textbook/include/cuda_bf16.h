// cuda_bf16.h - everything of it is there already (kernels/sim/textbook/half_arithmetic.h).
