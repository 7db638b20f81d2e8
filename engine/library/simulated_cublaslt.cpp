// simulated_cublaslt.cpp - the cuBLASLt functions that need a GPU, after its documentation; descriptors are the
// library's.
//
// D = alpha op(A) op(B) with column-major matrices, fp32 sums and the epilogues that the engine uses; the ReLU is
// max(x, 0), which turns NaN into 0. Every product has three algorithms: the first needs a workspace, the second fails;
// each requires the alignments of its query. BGRADA and BGRADB are refused if D has an odd number of columns, so that
// tests cover the engine's path without them. Nothing is rounded to tf32.
#include <cublasLt.h>

#include <algorithm>
#include <cstring>

#include "engine/simulated_cuda/runtime.h"
#include "kernels/common/bf16.h"

struct cublasLtContext {};

namespace gs::simulated_cuda {
namespace {

constexpr std::size_t workspace_bytes = 4096;

/// Properties of the algorithms, by number.
std::size_t workspace_of(std::uint64_t algorithm) {
  return algorithm == 0 ? workspace_bytes : 0;
}
bool works(std::uint64_t algorithm) {
  return algorithm != 1;
}

/// Alignment in bytes that an algorithm may assume for a matrix.
std::uint64_t alignment_of(cublasLtMatmulPreference_t p, cublasLtMatmulPreferenceAttributes_t name) {
  std::uint32_t value = 0;
  std::size_t written = 0;
  if (cublasLtMatmulPreferenceGetAttribute(p, name, &value, sizeof value, &written) != CUBLAS_STATUS_SUCCESS)
    throw Error("a cuBLASLt preference attribute has an unexpected size");
  return value;
}
bool aligned(const void* data, std::uint64_t bytes) {
  return reinterpret_cast<std::uintptr_t>(data) % bytes == 0;
}

template <class T, class Get, class Descriptor, class Name>
T attribute_by(Get get, Descriptor descriptor, Name name) {
  T value{};
  std::size_t written = 0;
  if (get(descriptor, name, &value, sizeof value, &written) != CUBLAS_STATUS_SUCCESS)
    throw Error("a cuBLASLt attribute has an unexpected size");
  return value;
}
template <class T>
T attribute_of(cublasLtMatmulDesc_t d, cublasLtMatmulDescAttributes_t name) {
  return attribute_by<T>(cublasLtMatmulDescGetAttribute, d, name);
}
template <class T>
T attribute_of(cublasLtMatrixLayout_t l, cublasLtMatrixLayoutAttribute_t name) {
  return attribute_by<T>(cublasLtMatrixLayoutGetAttribute, l, name);
}

/// A column-major matrix in device memory.
struct Matrix {
  std::int64_t rows, columns, ld;
  cudaDataType_t type;
  void* data = nullptr;

  explicit Matrix(cublasLtMatrixLayout_t l)
      : rows(std::int64_t(attribute_of<std::uint64_t>(l, CUBLASLT_MATRIX_LAYOUT_ROWS))),
        columns(std::int64_t(attribute_of<std::uint64_t>(l, CUBLASLT_MATRIX_LAYOUT_COLS))),
        ld(attribute_of<std::int64_t>(l, CUBLASLT_MATRIX_LAYOUT_LD)),
        type(cudaDataType_t(attribute_of<std::uint32_t>(l, CUBLASLT_MATRIX_LAYOUT_TYPE))) {
    if (ld < rows) throw Error("a matrix whose leading dimension is less than its rows");
    if (attribute_of<std::int32_t>(l, CUBLASLT_MATRIX_LAYOUT_ORDER) != CUBLASLT_ORDER_COL)
      throw Error("a matrix that is not column-major");
  }
  float at(std::int64_t i, std::int64_t j) const { return value_at(type, data, i + j * ld); }

  static float value_at(cudaDataType_t type, const void* data, std::int64_t i) {
    return type == CUDA_R_32F ? static_cast<const float*>(data)[i] : widened(static_cast<const bf16*>(data)[i]);
  }
  static void put(cudaDataType_t type, void* data, std::int64_t i, float value) {
    if (type == CUDA_R_32F)
      static_cast<float*>(data)[i] = value;
    else
      static_cast<bf16*>(data)[i] = rounded<bf16>(value);
  }
};

struct Product {
  Matrix a, b, d;
  bool a_transposed, b_transposed;
  cublasLtEpilogue_t epilogue;
  void* vector;      ///< bias or bias gradient
  float factor = 1;  ///< alpha

  Product(cublasLtMatmulDesc_t description, cublasLtMatrixLayout_t a_layout, cublasLtMatrixLayout_t b_layout,
          cublasLtMatrixLayout_t d_layout)
      : a(a_layout),
        b(b_layout),
        d(d_layout),
        a_transposed(attribute_of<std::int32_t>(description, CUBLASLT_MATMUL_DESC_TRANSA) == CUBLAS_OP_T),
        b_transposed(attribute_of<std::int32_t>(description, CUBLASLT_MATMUL_DESC_TRANSB) == CUBLAS_OP_T),
        epilogue(cublasLtEpilogue_t(attribute_of<std::uint32_t>(description, CUBLASLT_MATMUL_DESC_EPILOGUE))),
        vector(attribute_of<void*>(description, CUBLASLT_MATMUL_DESC_BIAS_POINTER)) {
    if ((a_transposed ? a.columns : a.rows) != d.rows || (b_transposed ? b.rows : b.columns) != d.columns ||
        depth() != (b_transposed ? b.columns : b.rows))
      throw Error("a product of matrices that do not fit");
  }

  std::int64_t depth() const { return a_transposed ? a.rows : a.columns; }
  float a_at(std::int64_t i, std::int64_t k) const { return a_transposed ? a.at(k, i) : a.at(i, k); }
  float b_at(std::int64_t k, std::int64_t j) const { return b_transposed ? b.at(j, k) : b.at(k, j); }
  bool adds_bias() const { return epilogue == CUBLASLT_EPILOGUE_BIAS || epilogue == CUBLASLT_EPILOGUE_RELU_BIAS; }

  void compute() const {
    for (std::int64_t j = 0; j < d.columns; ++j) {
      for (std::int64_t i = 0; i < d.rows; ++i) {
        float sum = 0;
        for (std::int64_t k = 0; k < depth(); ++k) sum += a_at(i, k) * b_at(k, j);
        sum *= factor;
        if (adds_bias()) sum += Matrix::value_at(d.type, vector, i);  // one number per row of D
        if (epilogue == CUBLASLT_EPILOGUE_RELU_BIAS) sum = sum > 0 ? sum : 0;
        Matrix::put(d.type, d.data, i + j * d.ld, sum);
      }
    }
    if (epilogue == CUBLASLT_EPILOGUE_BGRADA)
      sum_over_depth(d.rows, [this](std::int64_t i, std::int64_t k) { return a_at(i, k); });
    if (epilogue == CUBLASLT_EPILOGUE_BGRADB)
      sum_over_depth(d.columns, [this](std::int64_t j, std::int64_t k) { return b_at(k, j); });
  }
  template <class At>
  void sum_over_depth(std::int64_t size, const At& at) const {
    for (std::int64_t i = 0; i < size; ++i) {
      float sum = 0;
      for (std::int64_t k = 0; k < depth(); ++k) sum += at(i, k);
      Matrix::put(d.type, vector, i, sum);
    }
  }
};

bool supported(const Product& p) {
  switch (p.epilogue) {
    case CUBLASLT_EPILOGUE_DEFAULT:
    case CUBLASLT_EPILOGUE_BIAS:
    case CUBLASLT_EPILOGUE_RELU_BIAS:
      return true;
    case CUBLASLT_EPILOGUE_BGRADA:
    case CUBLASLT_EPILOGUE_BGRADB:
      return p.d.columns % 2 == 0;
    default:
      return false;
  }
}

}  // namespace
}  // namespace gs::simulated_cuda

using namespace gs::simulated_cuda;

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  *handle = new cublasLtContext;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t description,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int wanted,
                                              cublasLtMatmulHeuristicResult_t* results, int* count) {
  *count = 0;
  if (!supported(Product(description, a, b, d))) return CUBLAS_STATUS_NOT_SUPPORTED;
  for (; *count < std::min(wanted, 3); ++*count) {
    cublasLtMatmulHeuristicResult_t& found = results[*count];
    found = {};
    const auto number = std::uint64_t(*count);
    found.algo.data[0] = number;
    found.algo.data[1] = alignment_of(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES);
    found.algo.data[2] = alignment_of(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES);
    found.algo.data[3] = alignment_of(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES);
    found.workspaceSize = workspace_of(number);
    found.state = works(number) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(const cublasLtMatmulAlgo_t* algorithm,
                                                    cublasLtMatmulAlgoConfigAttributes_t name, void* value,
                                                    std::size_t bytes, std::size_t* written) {
  const bool half = name == CUBLASLT_ALGO_CONFIG_INNER_SHAPE_ID || name == CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID;
  if (bytes != (half ? 2 : 4)) return CUBLAS_STATUS_INVALID_VALUE;
  std::memset(value, 0, bytes);
  if (name == CUBLASLT_ALGO_CONFIG_ID) std::memcpy(value, algorithm->data, bytes);
  if (written) *written = bytes;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t description, const void* alpha, const void* a,
                              cublasLtMatrixLayout_t a_layout, const void* b, cublasLtMatrixLayout_t b_layout,
                              const void* beta, const void*, cublasLtMatrixLayout_t, void* d,
                              cublasLtMatrixLayout_t d_layout, const cublasLtMatmulAlgo_t* algorithm, void* workspace,
                              std::size_t bytes, cudaStream_t stream) {
  Product product(description, a_layout, b_layout, d_layout);
  product.factor = *static_cast<const float*>(alpha);
  if (*static_cast<const float*>(beta) != 0) return CUBLAS_STATUS_NOT_SUPPORTED;
  const std::uint64_t number = algorithm->data[0];
  if (!supported(product) || !works(number)) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (!aligned(a, algorithm->data[1]) || !aligned(b, algorithm->data[2]) || !aligned(d, algorithm->data[3]))
    return CUBLAS_STATUS_INVALID_VALUE;
  const std::size_t needed = workspace_of(number);
  if (bytes < needed || (needed > 0 && !workspace)) return CUBLAS_STATUS_INVALID_VALUE;
  product.a.data = const_cast<void*>(a);
  product.b.data = const_cast<void*>(b);
  product.d.data = d;
  const cudaError_t error =
      enqueue_library_call(stream, "simulated_cublaslt", workspace, needed, [product] { product.compute(); });
  return error == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}
