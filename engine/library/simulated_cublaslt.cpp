// simulated_cublaslt.cpp - the cuBLASLt functions that need a GPU, after its documentation; descriptors are the
// library's.
//
// D = alpha op(A) op(B) with column-major matrices, fp32 sums and the epilogues that the engine uses; the ReLU is
// max(x, 0), which turns NaN into 0. Every product has three algorithms that sum in one sequence: the first needs a
// workspace, the second fails. A query that allows reductions gets eight more of that kind, and then for each reduction
// two that split the sum, with the partial sums in the workspace, as far as it is large enough; INPLACE is listed, but
// cannot be run. Each algorithm requires the alignments of its query. BGRADA and BGRADB are refused if D has an odd
// number of columns, so that tests cover the engine's path without them. Nothing is rounded to tf32.
#include <cublasLt.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "engine/simulated_cuda/runtime.h"
#include "kernels/common/bf16.h"

struct cublasLtContext {};

namespace gs::simulated_cuda {
namespace {

/// An algorithm's settings, as they lie in cublasLtMatmulAlgo_t.
struct Settings {
  std::uint32_t number, parts = 1, reduction = CUBLASLT_REDUCTION_SCHEME_NONE;
  std::uint32_t a_alignment = 0, b_alignment = 0, d_alignment = 0;  ///< in bytes; those that it may assume

  bool works() const { return number != 1 && reduction != CUBLASLT_REDUCTION_SCHEME_INPLACE; }
};
static_assert(sizeof(Settings) <= sizeof(cublasLtMatmulAlgo_t));

Settings settings_of(const cublasLtMatmulAlgo_t& algorithm) {
  Settings settings;
  std::memcpy(&settings, algorithm.data, sizeof settings);
  return settings;
}

/// Algorithms that use no other reductions than those of the mask. NVIDIA leaves open if a mask with reductions
/// excludes those without, and in which order they come; here such a mask even adds some, before those that split.
std::vector<Settings> algorithms(std::uint32_t reduction_mask) {
  std::vector<Settings> all = {{0}, {1}, {2}};
  if (reduction_mask != CUBLASLT_REDUCTION_SCHEME_NONE)
    for (std::uint32_t number = 4; number < 12; ++number) all.push_back({number});
  for (const std::uint32_t reduction : {CUBLASLT_REDUCTION_SCHEME_INPLACE, CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE,
                                        CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE})
    if (reduction_mask & reduction)
      for (const std::uint32_t parts : {2, 3}) all.push_back({3, parts, reduction});
  return all;
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
T attribute_of(cublasLtMatmulPreference_t p, cublasLtMatmulPreferenceAttributes_t name) {
  return attribute_by<T>(cublasLtMatmulPreferenceGetAttribute, p, name);
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
  std::uint32_t parts = 1, reduction = CUBLASLT_REDUCTION_SCHEME_NONE;
  void* workspace = nullptr;

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

  /// Type of the partial sums of a product in parts.
  cudaDataType_t partial_type() const {
    return reduction == CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE ? d.type : CUDA_R_32F;
  }
  std::int64_t partial_place(std::uint32_t part, std::int64_t i, std::int64_t j) const {
    return (part * d.columns + j) * d.rows + i;
  }
  std::size_t partial_bytes() const {
    return std::size_t(partial_place(parts, 0, 0)) * (partial_type() == CUDA_R_32F ? sizeof(float) : sizeof(bf16));
  }
  float sum_of_part(std::uint32_t part, std::int64_t i, std::int64_t j) const {
    float sum = 0;
    for (std::int64_t k = depth() * part / parts; k < depth() * (part + 1) / parts; ++k) sum += a_at(i, k) * b_at(k, j);
    return sum;
  }
  void store_partial_sums() const {
    for (std::uint32_t part = 0; part < parts; ++part)
      for (std::int64_t j = 0; j < d.columns; ++j)
        for (std::int64_t i = 0; i < d.rows; ++i)
          Matrix::put(partial_type(), workspace, partial_place(part, i, j), sum_of_part(part, i, j));
  }
  float sum_of(std::int64_t i, std::int64_t j) const {
    if (parts == 1) return sum_of_part(0, i, j);
    float sum = 0;
    for (std::uint32_t part = 0; part < parts; ++part)
      sum += Matrix::value_at(partial_type(), workspace, partial_place(part, i, j));
    return sum;
  }

  void compute() const {
    if (parts > 1) store_partial_sums();
    for (std::int64_t j = 0; j < d.columns; ++j) {
      for (std::int64_t i = 0; i < d.rows; ++i) {
        float sum = factor * sum_of(i, j);
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

std::size_t workspace_of(const Product& p, const Settings& algorithm) {
  constexpr std::size_t of_the_first = 4096;
  return algorithm.number == 0 ? of_the_first : p.parts > 1 ? p.partial_bytes() : 0;
}

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
  Product product(description, a, b, d);
  if (!supported(product)) return CUBLAS_STATUS_NOT_SUPPORTED;
  const auto most_bytes = attribute_of<std::uint64_t>(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES);
  const auto reductions = attribute_of<std::uint32_t>(preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK);
  for (Settings s : algorithms(reductions)) {
    if (*count == wanted) break;
    product.parts = s.parts;
    product.reduction = s.reduction;
    const std::size_t workspace_bytes = workspace_of(product, s);
    if (workspace_bytes > most_bytes) continue;
    s.a_alignment = attribute_of<std::uint32_t>(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES);
    s.b_alignment = attribute_of<std::uint32_t>(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES);
    s.d_alignment = attribute_of<std::uint32_t>(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES);
    cublasLtMatmulHeuristicResult_t& found = results[(*count)++];
    found = {};
    std::memcpy(found.algo.data, &s, sizeof s);
    found.workspaceSize = workspace_bytes;
    found.state = s.number == 1 ? CUBLAS_STATUS_NOT_SUPPORTED : CUBLAS_STATUS_SUCCESS;
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(const cublasLtMatmulAlgo_t* algorithm,
                                                    cublasLtMatmulAlgoConfigAttributes_t name, void* value,
                                                    std::size_t bytes, std::size_t* written) {
  const bool half = name == CUBLASLT_ALGO_CONFIG_INNER_SHAPE_ID || name == CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID;
  if (bytes != (half ? 2 : 4)) return CUBLAS_STATUS_INVALID_VALUE;
  const Settings settings = settings_of(*algorithm);
  const std::uint32_t answer = name == CUBLASLT_ALGO_CONFIG_ID                 ? settings.number
                               : name == CUBLASLT_ALGO_CONFIG_SPLITK_NUM       ? settings.parts
                               : name == CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME ? settings.reduction
                                                                               : 0;
  std::memcpy(value, &answer, bytes);
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
  const Settings settings = settings_of(*algorithm);
  if (!supported(product) || !settings.works()) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (!aligned(a, settings.a_alignment) || !aligned(b, settings.b_alignment) || !aligned(d, settings.d_alignment))
    return CUBLAS_STATUS_INVALID_VALUE;
  product.parts = settings.parts;
  product.reduction = settings.reduction;
  const std::size_t needed = workspace_of(product, settings);
  if (bytes < needed || (needed > 0 && !workspace) || !aligned(workspace, 256)) return CUBLAS_STATUS_INVALID_VALUE;
  product.a.data = const_cast<void*>(a);
  product.b.data = const_cast<void*>(b);
  product.d.data = d;
  product.workspace = workspace;
  const cudaError_t error =
      enqueue_library_call(stream, "simulated_cublaslt", workspace, needed, [product] { product.compute(); });
  return error == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}
