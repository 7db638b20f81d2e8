// onednn_library.cpp - oneDNN as a Library.
#include "engine/library/onednn_library.h"

#include <dnnl_debug.h>
#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/library/onednn_operations.h"

namespace gs {
namespace {

class OnednnLibrary : public Library, public LayerLibrary<float> {
 public:
  explicit OnednnLibrary(const Registry& registry) : registry_(registry) {}

  std::string name() const override { return "onednn"; }
  std::string version() const override {
    const dnnl_version_t* v = dnnl_version();
    return fmt::format("{}.{}.{}", v->major, v->minor, v->patch);
  }
  LayerLibrary<float>& fp32() override { return *this; }

  std::vector<Implementation<Conv2dForward<float>>> conv2d_forward(const Conv2d& p) override {
    return onednn::conv2d_forward(runtime_, p);
  }
  std::vector<Implementation<Conv2dDataGradient<float>>> conv2d_data_gradient(const Conv2d& p) override {
    return onednn::conv2d_data_gradient(runtime_, registry_, p);
  }
  std::vector<Implementation<Conv2dFilterGradient<float>>> conv2d_filter_gradient(const Conv2d& p) override {
    auto list = onednn::conv2d_filter_gradient(runtime_, p);
    auto slices = onednn::conv2d_filter_gradient_in_slices(runtime_, p);
    std::move(slices.begin(), slices.end(), std::back_inserter(list));
    return list;
  }
  std::vector<Implementation<DenseForward<float>>> dense_forward(const Dense& p) override {
    return onednn::dense_forward(runtime_, p);
  }
  std::vector<Implementation<DenseDataGradient<float>>> dense_data_gradient(const Dense& p) override {
    return onednn::dense_data_gradient(runtime_, registry_, p);
  }
  std::vector<Implementation<DenseWeightGradient<float>>> dense_weight_gradient(const Dense& p) override {
    return onednn::dense_weight_gradient(runtime_, p);
  }

 private:
  const Registry& registry_;
  onednn::Runtime runtime_;
};

}  // namespace

std::unique_ptr<Library> make_onednn_library(const Registry& registry) try {
  return std::make_unique<OnednnLibrary>(registry);
} catch (const dnnl::error& error) {
  throw Error(fmt::format("oneDNN does not start: {} ({})", error.message, dnnl_status2str(error.status)));
}

}  // namespace gs
