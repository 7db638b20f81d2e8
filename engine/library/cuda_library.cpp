// cuda_library.cpp - the two libraries' handles, and plans as implementations.
#include "engine/library/cuda_library.h"

#include <cudnn.h>

#include <fmt/format.h>

#include "engine/library/cublaslt_dense.h"
#include "engine/library/cudnn_plans.h"

namespace gs {
namespace {

using CudnnHandle = Owned<cudnnHandle_t, cudnnDestroy>;

std::size_t aligned(std::size_t bytes) {
  return (bytes + 255) / 256 * 256;
}

class CudaLibrary : public Library {
 public:
  CudaLibrary(const Rooms& rooms, stream_t stream, bool tf32) : rooms_(rooms), tf32_(tf32) {
    check_cudnn(cudnnCreate(cudnn_.address()), "starting cuDNN");
    check_cudnn(cudnnSetStream(cudnn_.get(), stream), "giving cuDNN its stream");
    if (cublasLtCreate(cublaslt_.address()) != CUBLAS_STATUS_SUCCESS) throw Error("starting cuBLASLt failed");
  }

  std::string name() const override { return "cuDNN + cuBLASLt"; }
  std::string version() const override {
    const std::size_t dnn = cudnnGetVersion(), lt = cublasLtGetVersion();
    return fmt::format("{}.{}.{} + {}.{}.{}", dnn / 10000, dnn / 100 % 100, dnn % 100, lt / 10000, lt / 100 % 100,
                       lt % 100);
  }

  std::vector<Implementation<Conv2dForward>> conv2d_forward(const Conv2d& d) override {
    return offer<Conv2dForward>(ConvolutionOp::forward, d, 0, [this](auto plan, std::size_t) {
      return [this, plan](float* y, const float* x, const float* w, const float* bias, const Conv2d&, void* workspace,
                          stream_t) {
        run_cudnn_plan(cudnn_.get(), *plan, {cudnn_x, cudnn_w, cudnn_bias, cudnn_y}, {x, w, bias, y}, workspace);
      };
    });
  }

  std::vector<Implementation<Conv2dDataGradient>> conv2d_data_gradient(const Conv2d& d) override {
    const auto mask = rooms_.relu_gradient.back();
    return offer<Conv2dDataGradient>(ConvolutionOp::data_gradient, d, 0, [this, mask](auto plan, std::size_t) {
      return [this, plan, mask](float* dx, const float* dy, const float* w, const float* relu_output, const Conv2d& p,
                                void* workspace, stream_t s) {
        run_cudnn_plan(cudnn_.get(), *plan, {cudnn_x, cudnn_w, cudnn_y}, {dx, w, dy}, workspace);
        if (relu_output) mask.launch(dx, relu_output, {p.x_size() / p.c, p.c}, nullptr, s);
      };
    });
  }

  std::vector<Implementation<Conv2dFilterGradient>> conv2d_filter_gradient(const Conv2d& d) override {
    const auto bias_gradient = rooms_.bias_gradient.back();
    const std::size_t more = bias_gradient.workspace_bytes({d.y_size() / d.k, d.k});
    return offer<Conv2dFilterGradient>(
        ConvolutionOp::filter_gradient, d, more, [this, bias_gradient](auto plan, std::size_t offset) {
          return [this, plan, bias_gradient, offset](float* dw, float* db, const float* x, const float* dy,
                                                     const Conv2d& p, void* workspace, stream_t s) {
            run_cudnn_plan(cudnn_.get(), *plan, {cudnn_x, cudnn_w, cudnn_y}, {x, dw, dy}, workspace);
            bias_gradient.launch(db, dy, {p.y_size() / p.k, p.k}, static_cast<std::byte*>(workspace) + offset, s);
          };
        });
  }

  std::vector<Implementation<DenseForward>> dense_forward(const Dense& d) override {
    return cublaslt_forward(context(), d);
  }
  std::vector<Implementation<DenseDataGradient>> dense_data_gradient(const Dense& d) override {
    return cublaslt_data_gradient(context(), d);
  }
  std::vector<Implementation<DenseFilterGradient>> dense_filter_gradient(const Dense& d) override {
    return cublaslt_filter_gradient(context(), d);
  }

 private:
  CublasLtContext context() const { return {cublaslt_.get(), tf32_, &rooms_}; }

  /// One implementation per plan. `more_bytes` of workspace lie behind the plan's own, at the offset that `bind` gets.
  template <class Op, class Bind>
  std::vector<Implementation<Op>> offer(ConvolutionOp op, const Conv2d& d, std::size_t more_bytes, Bind bind) {
    std::vector<Implementation<Op>> list;
    for (CudnnPlan& found : cudnn_plans(op, d, tf32_, {cudnn_.get(), ""})) {
      const auto plan = std::make_shared<CudnnPlan>(std::move(found));
      const std::size_t offset = aligned(plan->workspace_bytes);
      list.push_back({plan->name, plan->note, offset + more_bytes, bind(plan, offset)});
    }
    return list;
  }

  const Rooms& rooms_;
  bool tf32_;
  CudnnHandle cudnn_;
  CublasLtHandle cublaslt_;
};

}  // namespace

std::unique_ptr<Library> make_cuda_library(const Rooms& rooms, stream_t stream, bool tf32) {
  return std::make_unique<CudaLibrary>(rooms, stream, tf32);
}

}  // namespace gs
