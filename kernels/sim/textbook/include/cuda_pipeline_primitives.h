// cuda_pipeline_primitives.h - asynchronous copies from global to shared memory (compute capability 8.0 and later).
#pragma once
#include <cuda_pipeline.h>
