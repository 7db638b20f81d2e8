// vector_types.h - everything of it is there already (kernels/sim/textbook/textbook.h).
