// cublaslt_dense.cpp - row-major products as column-major ones; bias, ReLU and bias gradient as epilogues.
#include "engine/library/cublaslt_dense.h"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "kernels/bias/bias.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

void check_lt(cublasStatus_t status, std::string_view what, source_location where = source_location::current()) {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw Error(std::string(what) + ": " + cublasLtGetStatusString(status) + " (" + to_string(where) + ")");
}

using MatmulDesc = Owned<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy>;
using Layout = Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy>;
using Preference = Owned<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy>;

/// D[m, n] = op(A) op(B), column-major as cuBLASLt sees it: a row-major [r, c] matrix is a column-major c x r one.
struct Shape {
  cublasOperation_t a_op, b_op;
  std::int64_t m, n, k, lda, ldb, ldd;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
};

template <class T>
constexpr cudaDataType_t data_type = std::is_same_v<T, float> ? CUDA_R_32F : CUDA_R_16BF;

template <class T>
void set(MatmulDesc& d, cublasLtMatmulDescAttributes_t name, T value) {
  check_lt(cublasLtMatmulDescSetAttribute(d.get(), name, &value, sizeof value), "setting an attribute of a product");
}
template <class T>
void set(Preference& p, cublasLtMatmulPreferenceAttributes_t name, T value) {
  check_lt(cublasLtMatmulPreferenceSetAttribute(p.get(), name, &value, sizeof value), "setting a preference");
}

/// An algorithm with all its settings.
struct Algorithm {
  cublasLtMatmulAlgo_t config;
  std::size_t workspace_bytes;

  /// Parts of the sum that are computed in parallel.
  int parts() const { return word(CUBLASLT_ALGO_CONFIG_SPLITK_NUM); }
  std::uint32_t reduction() const { return std::uint32_t(word(CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME)); }

  /// Contains every attribute that the heuristics vary, so that a stored name identifies one algorithm.
  std::string name() const {
    const std::string unsplit = fmt::format(
        "cublaslt:algo{}.tile{}.stages{}.swizzle{}.custom{}.inner{}.cluster{}", word(CUBLASLT_ALGO_CONFIG_ID),
        word(CUBLASLT_ALGO_CONFIG_TILE_ID), word(CUBLASLT_ALGO_CONFIG_STAGES_ID),
        word(CUBLASLT_ALGO_CONFIG_CTA_SWIZZLING), word(CUBLASLT_ALGO_CONFIG_CUSTOM_OPTION),
        half(CUBLASLT_ALGO_CONFIG_INNER_SHAPE_ID), half(CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID));
    return parts() > 1 ? fmt::format("{}.splitk{}.reduction{}", unsplit, parts(), reduction()) : unsplit;
  }

 private:
  // The size must equal the attribute's.
  int word(cublasLtMatmulAlgoConfigAttributes_t attribute) const { return value(attribute, std::int32_t(-1)); }
  int half(cublasLtMatmulAlgoConfigAttributes_t attribute) const { return value(attribute, std::uint16_t(0)); }
  template <class T>
  int value(cublasLtMatmulAlgoConfigAttributes_t attribute, T value) const {
    std::size_t written = 0;
    cublasLtMatmulAlgoConfigGetAttribute(&config, attribute, &value, sizeof value, &written);
    return int(value);
  }
};

/// A product of matrices of T with a result of type Result, ready to launch except for the pointers.
template <class T, class Result>
class Product {
 public:
  Product(const CublasLtContext& context, const Shape& s) : handle_(context.handle) {
    const bool tf32 = context.tf32 && std::is_same_v<T, float>;
    const auto compute = tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
    check_lt(cublasLtMatmulDescCreate(description_.address(), compute, CUDA_R_32F), "describing a product");
    set(description_, CUBLASLT_MATMUL_DESC_TRANSA, s.a_op);
    set(description_, CUBLASLT_MATMUL_DESC_TRANSB, s.b_op);
    set(description_, CUBLASLT_MATMUL_DESC_EPILOGUE, s.epilogue);
    // The heuristics infer the vector's alignment from its address: parameters are 128-byte aligned in the bf16 copy,
    // else 256-byte aligned.
    constexpr std::uintptr_t aligned = sizeof(T) == 2 ? 128 : 256;
    if (s.epilogue != CUBLASLT_EPILOGUE_DEFAULT)
      set(description_, CUBLASLT_MATMUL_DESC_BIAS_POINTER, reinterpret_cast<const void*>(aligned));
    const bool a_plain = s.a_op == CUBLAS_OP_N, b_plain = s.b_op == CUBLAS_OP_N;
    layout(a_, data_type<T>, a_plain ? s.m : s.k, a_plain ? s.k : s.m, s.lda);
    layout(b_, data_type<T>, b_plain ? s.k : s.n, b_plain ? s.n : s.k, s.ldb);
    layout(d_, data_type<Result>, s.m, s.n, s.ldd);
  }

  /// Algorithms that sum in one sequence, then those that split the sum (split-K), each best estimate first. Empty if
  /// no algorithm of the first kind supports the product, so that the first one, the default, does not split.
  std::vector<Algorithm> algorithms() const {
    std::vector<Algorithm> found = proposals(CUBLASLT_REDUCTION_SCHEME_NONE, most_algorithms);
    if (found.empty()) return found;
    // The heuristics may list algorithms without a split first, so more are asked for than are kept.
    const std::size_t most = found.size() + most_algorithms;
    for (const Algorithm& a : proposals(reductions, 4 * most_algorithms))
      if (a.parts() > 1 && (a.reduction() & ~reductions) == 0 && found.size() < most) found.push_back(a);
    return found;
  }

  /// d = factor op(a) op(b). `vector` is the epilogue's bias (read) or bias gradient (written), or null.
  void run(const Algorithm& algorithm, Result* d, const T* a, const T* b, const void* vector, void* workspace,
           stream_t stream, float factor) {
    if (vector) set(description_, CUBLASLT_MATMUL_DESC_BIAS_POINTER, vector);
    const float zero = 0;
    check_lt(cublasLtMatmul(handle_, description_.get(), &factor, a, a_.get(), b, b_.get(), &zero, d, d_.get(), d,
                            d_.get(), &algorithm.config, workspace, algorithm.workspace_bytes, stream),
             "running a product");
  }

 private:
  static constexpr std::size_t most_algorithms = 8;  ///< of each kind

  /// Reductions of a split sum that are deterministic and lose no precision. cuBLAS's documentation ("GEMM Algorithms
  /// Numerical Behavior"): the results of the splits are summed deterministically. The partial sums lie in the
  /// workspace, which belongs to the call; INPLACE would round them to the result's type, as would OUTPUT_TYPE in bf16.
  static constexpr std::uint32_t reductions =
      CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE |
      (std::is_same_v<Result, float> ? CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE : CUBLASLT_REDUCTION_SCHEME_NONE);

  std::vector<Algorithm> proposals(std::uint32_t reductions_allowed, std::size_t most) const {
    Preference preference;
    check_lt(cublasLtMatmulPreferenceCreate(preference.address()), "making a preference");
    set(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t(cublaslt_workspace_limit));
    set(preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, reductions_allowed);
    // The default is 256 bytes; parameters in the bf16 copy have half the fp32 byte offsets.
    if (std::is_same_v<T, bf16>)
      for (const auto operand :
           {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES})
        set(preference, operand, std::uint32_t(128));
    std::vector<cublasLtMatmulHeuristicResult_t> results(most);
    int count = 0;
    const cublasStatus_t status =
        cublasLtMatmulAlgoGetHeuristic(handle_, description_.get(), a_.get(), b_.get(), d_.get(), d_.get(),
                                       preference.get(), int(results.size()), results.data(), &count);
    std::vector<Algorithm> found;
    if (status != CUBLAS_STATUS_SUCCESS) return found;
    for (std::size_t i = 0; i < std::size_t(count); ++i)
      if (results[i].state == CUBLAS_STATUS_SUCCESS) found.push_back({results[i].algo, results[i].workspaceSize});
    return found;
  }

  static void layout(Layout& l, cudaDataType_t type, std::int64_t rows, std::int64_t columns, std::int64_t ld) {
    check_lt(cublasLtMatrixLayoutCreate(l.address(), type, std::uint64_t(rows), std::uint64_t(columns), ld),
             "describing a matrix");
  }
  cublasLtHandle_t handle_;
  MatmulDesc description_;
  Layout a_, b_, d_;
};

/// One implementation per algorithm of the product; `bind(run)` makes the op's launch from a function
/// run(d, a, b, vector, workspace, stream, factor = 1).
template <class Op, class T, class Result, class Bind>
std::vector<Implementation<Op>> offer(const CublasLtContext& context, const Shape& shape, const std::string& note,
                                      Bind bind) {
  const auto product = std::make_shared<Product<T, Result>>(context, shape);
  std::vector<Implementation<Op>> list;
  for (const Algorithm& algorithm : product->algorithms()) {
    const auto run = [product, algorithm](Result* d, const T* a, const T* b, const void* vector, void* workspace,
                                          stream_t stream, float factor = 1) {
      product->run(algorithm, d, a, b, vector, workspace, stream, factor);
    };
    const std::string name = algorithm.name();
    const int parts = algorithm.parts();
    if (std::none_of(list.begin(), list.end(), [&](const auto& other) { return other.name == name; }))
      list.push_back({name, parts > 1 ? fmt::format("{}; sums in {} parts", note, parts) : note,
                      algorithm.workspace_bytes, bind(run)});
  }
  return list;
}

}  // namespace

template <class T>
std::vector<Implementation<DenseForward<T>>> cublaslt_forward(const CublasLtContext& context, const Dense& d) {
  // y [n, out] = x W^T: column-major out x n = W^T x with W as in x out and x as in x n
  Shape shape{CUBLAS_OP_T, CUBLAS_OP_N, d.out,
              d.n,         d.in,        d.in,
              d.in,        d.out,       d.relu ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS};
  auto fused = offer<DenseForward<T>, T, T>(context, shape, "bias and ReLU in the product's epilogue", [](auto run) {
    return [run](T* y, const T* x, const T* w, const T* bias, const Dense&, void* workspace, stream_t s) {
      run(y, w, x, bias, workspace, s);
    };
  });
  if (!fused.empty()) return fused;
  shape.epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  const auto activation = context.registry->variant<BiasActivation<T>>("element");  // needs no workspace
  return offer<DenseForward<T>, T, T>(context, shape, "own bias and ReLU after the product", [activation](auto run) {
    return [run, activation](T* y, const T* x, const T* w, const T* bias, const Dense& p, void* workspace, stream_t s) {
      run(y, w, x, nullptr, workspace, s);
      activation.launch(y, bias, {p.n, p.out, p.relu}, nullptr, s);
    };
  });
}

template <class T>
std::vector<Implementation<DenseDataGradient<T>>> cublaslt_data_gradient(const CublasLtContext& context,
                                                                         const Dense& d) {
  // dx [n, in] = dy W: column-major in x n = W dy
  //
  // The ReLU gradient is a separate kernel. CUBLASLT_EPILOGUE_DRELU needs the bit mask that RELU_AUX writes in the
  // layer below, whose implementation is chosen independently and need not be cuBLASLt's. Below the first dense layer
  // is a convolution, which writes no bit mask; and the bits do not contain a dropout's mask. The layer's output
  // contains both and is stored anyway. The mask's scale is the product's factor, so a bf16 result is rounded once.
  const Shape shape{CUBLAS_OP_N, CUBLAS_OP_N, d.in, d.n, d.out, d.in, d.out, d.in};
  const auto mask = context.registry->highest<ReluGradient<T>>();
  return offer<DenseDataGradient<T>, T, T>(context, shape, "own ReLU gradient after the product", [mask](auto run) {
    return
        [run, mask](T* dx, const T* dy, const T* w, const T* relu_output, const Dense& p, void* workspace, stream_t s) {
          run(dx, w, dy, nullptr, workspace, s, relu_output ? p.mask_scale : 1.0f);
          if (relu_output) mask.launch(dx, relu_output, {p.n, p.in}, nullptr, s);
        };
  });
}

template <class T>
std::vector<Implementation<DenseWeightGradient<T>>> cublaslt_filter_gradient(const CublasLtContext& context,
                                                                             const Dense& d) {
  // dW [out, in] = dy^T x: column-major D (in x out) = A B, with A = x as stored (in x n) and B = dy transposed
  // (n x out; dy is stored as out x n). db[o] = sum over i of dy[i, o] is the sum of B's column o over k = n, one
  // number per column of D: BGRADB. (BGRADA would sum the rows of A, here of x.)
  Shape shape{CUBLAS_OP_N, CUBLAS_OP_T, d.in, d.out, d.n, d.in, d.out, d.in};
  if constexpr (std::is_same_v<T, float>) {  // for bf16 the epilogue would write a bf16 bias gradient, not fp32
    shape.epilogue = CUBLASLT_EPILOGUE_BGRADB;
    auto fused = offer<DenseWeightGradient<T>, T, float>(
        context, shape, "bias gradient in the product's epilogue", [](auto run) {
          return [run](float* dw, float* db, const T* x, const T* dy, const Dense&, void* workspace, stream_t s) {
            run(dw, x, dy, db, workspace, s);
          };
        });
    if (!fused.empty()) return fused;
    shape.epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  }
  const auto bias_gradient = context.registry->variant<BiasGradient<T>>("column");  // needs no workspace
  return offer<DenseWeightGradient<T>, T, float>(context, shape, "own bias gradient", [bias_gradient](auto run) {
    return [run, bias_gradient](float* dw, float* db, const T* x, const T* dy, const Dense& p, void* workspace,
                                stream_t s) {
      run(dw, x, dy, nullptr, workspace, s);
      bias_gradient.launch(db, dy, {p.n, p.out}, nullptr, s);
    };
  });
}

template std::vector<Implementation<DenseForward<float>>> cublaslt_forward(const CublasLtContext&, const Dense&);
template std::vector<Implementation<DenseForward<bf16>>> cublaslt_forward(const CublasLtContext&, const Dense&);
template std::vector<Implementation<DenseDataGradient<float>>> cublaslt_data_gradient(const CublasLtContext&,
                                                                                      const Dense&);
template std::vector<Implementation<DenseDataGradient<bf16>>> cublaslt_data_gradient(const CublasLtContext&,
                                                                                     const Dense&);
template std::vector<Implementation<DenseWeightGradient<float>>> cublaslt_filter_gradient(const CublasLtContext&,
                                                                                          const Dense&);
template std::vector<Implementation<DenseWeightGradient<bf16>>> cublaslt_filter_gradient(const CublasLtContext&,
                                                                                         const Dense&);

}  // namespace gs
