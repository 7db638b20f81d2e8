// variables.h - __shared__, __device__, __constant__ and __managed__ variables, whose names messages use.
#pragma once
#include "apps/learn/rewrite/edits.h"
#include "apps/learn/rewrite/source_file.h"

namespace gs::learn {

/// `i`: the word __shared__. A static array keeps its declaration, and its name is told behind it; `extern __shared__`
/// becomes a pointer to the block's dynamic shared memory.
void rewrite_shared(const SourceFile&, std::size_t i, Edits&);

/// `i`: the word __device__, __constant__ or __managed__. Tells the name of a variable outside of functions, behind its
/// declaration; functions stay as they are.
void name_device_variable(const SourceFile&, std::size_t i, Edits&);

}  // namespace gs::learn
