// cuda_runtime_api.h - everything of it is there already (kernels/sim/textbook/textbook.h).
