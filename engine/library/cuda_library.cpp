// cuda_library.cpp - handles of cuDNN and cuBLASLt, and their plans as implementations.
#include "engine/library/cuda_library.h"

#include <cudnn.h>
#include <dlfcn.h>

#include <fmt/format.h>

#include "engine/core/alignment.h"
#include "engine/library/cublaslt_dense.h"
#include "engine/library/cudnn_plans.h"
#include "kernels/bias/bias.h"

namespace gs {
namespace {

using CudnnHandle = Owned<cudnnHandle_t, cudnnDestroy>;

/// Handles of both libraries and the data that their implementations share.
struct CudaHandles {
  const Registry& registry;
  bool tf32;
  CudnnHandle cudnn;
  CublasLtHandle cublaslt;
};

template <class T>
class CudaLayers : public LayerLibrary<T> {
  static constexpr bool in_bf16 = std::is_same_v<T, bf16>;

 public:
  explicit CudaLayers(const CudaHandles& handles) : handles_(handles) {}

  std::vector<Implementation<Conv2dForward<T>>> conv2d_forward(const Conv2d& d) override {
    return offer<Conv2dForward<T>>(ConvolutionOp::forward, d, 0, "", [this](auto plan, std::size_t) {
      return [this, plan](T* y, const T* x, const T* w, const T* bias, const Conv2d&, void* workspace, stream_t) {
        run_cudnn_plan(cudnn(), *plan, {cudnn_x, cudnn_w, cudnn_bias, cudnn_y}, {x, w, bias, y}, workspace);
      };
    });
  }

  std::vector<Implementation<Conv2dDataGradient<T>>> conv2d_data_gradient(const Conv2d& d) override {
    const auto mask = registry().template highest<ReluGradient<T>>();
    return offer<Conv2dDataGradient<T>>(ConvolutionOp::data_gradient, d, 0, "", [this, mask](auto plan, std::size_t) {
      return [this, plan, mask](T* dx, const T* dy, const T* w, const T* relu_output, const Conv2d& p, void* workspace,
                                stream_t s) {
        run_cudnn_plan(cudnn(), *plan, {cudnn_x, cudnn_w, cudnn_y}, {dx, w, dy}, workspace);
        if (relu_output) mask.launch(dx, relu_output, {p.x_size() / p.c, p.c}, nullptr, s);
      };
    });
  }

  /// In bf16 cuDNN writes a bf16 gradient to the workspace, which an own kernel widens to dw.
  std::vector<Implementation<Conv2dFilterGradient<T>>> conv2d_filter_gradient(const Conv2d& d) override {
    const auto bias_gradient = registry().template highest<BiasGradient<T>>();
    const auto column_sums = registry().template variant<BiasGradient<T>>("column");
    const std::size_t gradient_bytes = in_bf16 ? aligned_size(std::size_t(d.w_size()) * sizeof(T)) : 0;
    const std::size_t more = gradient_bytes + bias_gradient.workspace_bytes({d.y_size() / d.k, d.k});
    return offer<Conv2dFilterGradient<T>>(
        ConvolutionOp::filter_gradient, d, more, in_bf16 ? "gradient in bf16, widened" : "",
        [this, bias_gradient, column_sums, gradient_bytes](auto plan, std::size_t offset) {
          return
              [=, this](float* dw, float* db, const T* x, const T* dy, const Conv2d& p, void* workspace, stream_t s) {
                std::byte* const behind = static_cast<std::byte*>(workspace) + offset;
                void* const gradient = in_bf16 ? static_cast<void*>(behind) : dw;
                run_cudnn_plan(cudnn(), *plan, {cudnn_x, cudnn_w, cudnn_y}, {x, gradient, dy}, workspace);
                if constexpr (in_bf16)  // column sums of a single row convert it to float
                  column_sums.launch(dw, static_cast<const T*>(gradient), {1, int(p.w_size())}, nullptr, s);
                bias_gradient.launch(db, dy, {p.y_size() / p.k, p.k}, behind + gradient_bytes, s);
              };
        });
  }

  std::vector<Implementation<DenseForward<T>>> dense_forward(const Dense& d) override {
    return cublaslt_forward<T>(context(), d);
  }
  std::vector<Implementation<DenseDataGradient<T>>> dense_data_gradient(const Dense& d) override {
    return cublaslt_data_gradient<T>(context(), d);
  }
  std::vector<Implementation<DenseWeightGradient<T>>> dense_weight_gradient(const Dense& d) override {
    return cublaslt_filter_gradient<T>(context(), d);
  }

 private:
  cudnnHandle_t cudnn() const { return handles_.cudnn.get(); }
  const Registry& registry() const { return handles_.registry; }
  CublasLtContext context() const { return {handles_.cublaslt.get(), handles_.tf32, &handles_.registry}; }

  /// One implementation per plan: first of the whole convolution, then of one convolution per group. `more_bytes` of
  /// workspace follow the plan's, at the offset passed to `bind`; `more_note` is appended to the plan's note.
  template <class Op, class Bind>
  std::vector<Implementation<Op>> offer(ConvolutionOp op, const Conv2d& d, std::size_t more_bytes,
                                        const std::string& more_note, Bind bind) {
    const Precision precision = in_bf16 ? Precision::bf16 : handles_.tf32 ? Precision::tf32 : Precision::fp32;
    std::vector<Implementation<Op>> list;
    for (const Groups groups : {Groups::together, Groups::apart}) {
      if (groups == Groups::apart && (ungrouped(d) || d.groups > cudnn_most_groups_apart)) continue;
      std::vector<CudnnPlan> plans;
      try {
        plans = cudnn_plans(op, d, precision, {cudnn(), ""}, groups);
      } catch (const Error&) {
        if (groups == Groups::together) throw;
        continue;  // cuDNN may refuse a group's tensors, which have gaps, and still have plans of the whole
      }
      for (CudnnPlan& found : plans) {
        const auto plan = std::make_shared<CudnnPlan>(std::move(found));
        const std::size_t offset = aligned_size(plan->workspace_bytes);
        std::string note = plan->note;
        for (const std::string& more : {std::string(groups == Groups::apart ? "a call per group" : ""), more_note})
          note += (note.empty() || more.empty() ? "" : ", ") + more;
        list.push_back({plan->name, note, offset + more_bytes, bind(plan, offset)});
      }
    }
    return list;
  }

  const CudaHandles& handles_;
};

/// cuDNN 9.19 opens and closes NVRTC for each plan that it makes (bench/results/2026-11-30-cudnn-plans.md). Held open
/// once, it stays; where it is absent, nothing changes.
void hold_nvrtc_open() {
  static const std::string name = fmt::format("libnvrtc.so.{}", CUDART_VERSION / 1000);
  [[maybe_unused]] static void* const held = dlopen(name.c_str(), RTLD_LAZY | RTLD_LOCAL);
}

class CudaLibrary : public Library {
 public:
  CudaLibrary(const Registry& registry, stream_t stream, bool tf32) : handles_{registry, tf32, {}, {}} {
    hold_nvrtc_open();
    check_cudnn(cudnnCreate(handles_.cudnn.address()), "starting cuDNN");
    check_cudnn(cudnnSetStream(handles_.cudnn.get(), stream), "giving cuDNN its stream");
    if (cublasLtCreate(handles_.cublaslt.address()) != CUBLAS_STATUS_SUCCESS) throw Error("starting cuBLASLt failed");
  }

  std::string name() const override { return "cuDNN + cuBLASLt"; }
  std::string version() const override {
    const std::size_t dnn = cudnnGetVersion(), lt = cublasLtGetVersion();
    return fmt::format("{}.{}.{} + {}.{}.{}", dnn / 10000, dnn / 100 % 100, dnn % 100, lt / 10000, lt / 100 % 100,
                       lt % 100);
  }
  LayerLibrary<float>& fp32() override { return fp32_; }
  LayerLibrary<gs::bf16>* bf16() override { return &bf16_; }

 private:
  CudaHandles handles_;
  CudaLayers<float> fp32_{handles_};
  CudaLayers<gs::bf16> bf16_{handles_};
};

}  // namespace

std::unique_ptr<Library> make_cuda_library(const Registry& registry, stream_t stream, bool tf32) {
  return std::make_unique<CudaLibrary>(registry, stream, tf32);
}

}  // namespace gs
