// kernels_are_instrumented.cpp - the same tests are linked with plain and with instrumented kernels; CMake says which.
#include "tests/support/tested_targets.h"

const bool gs::test::kernels_are_instrumented = GRIDSTRIDE_INSTRUMENTED;
