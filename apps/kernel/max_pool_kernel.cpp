// max_pool_kernel.cpp - max-pooling by functions of a user's file.
#include "apps/kernel/device_array.h"
#include "apps/kernel/expected.h"
#include "apps/kernel/layer_kernels.h"
#include "kernels/maxpool/maxpool.h"

namespace gs::apps {
namespace {

using PoolForward = void(const float*, float*, unsigned char*, int, int, int, int, int, int);
using PoolBackward = void(const unsigned char*, const float*, float*, int, int, int, int, int, int);

}  // namespace

void add_max_pool(GivenKernels& kernels, const std::string& layer, const KernelFile& file) {
  PoolForward* const forward =
      expected<PoolForward>(file, layer, "launch_forward",
                            "const float* x, float* y, unsigned char* which, int N, int H, int W, int C, int window, "
                            "int stride");
  PoolBackward* const backward =
      expected<PoolBackward>(file, layer, "launch_backward",
                             "const unsigned char* which, const float* dy, float* dx, int N, int H, int W, int C, int "
                             "window, int stride");
  kernels.add<MaxPoolForward<float>>(
      layer + " forward",
      {file.name(), [forward](float* y, std::uint8_t* argmax, const float* x, const MaxPool& p, void*, stream_t) {
         const DeviceArray<float> from(x, p.x_size()), to(p.y_size());
         const DeviceArray<unsigned char> which(p.y_size());
         forward(from.data(), to.data(), which.data(), p.n, p.h, p.w, p.c, p.window, p.stride);
         to.copy_to(y);
         which.copy_to(argmax);
         if (!p.relu_input) return;
         for (std::int64_t i = 0; i < p.y_size(); ++i)
           if (y[i] <= 0) argmax[i] = MaxPool::no_gradient;
       }});
  kernels.add<MaxPoolBackward<float>>(
      layer + " backward", {file.name(), [backward](float* dx, const float* dy, const std::uint8_t* argmax,
                                                    const MaxPool& p, void*, stream_t) {
                              const DeviceArray<unsigned char> which(argmax, p.y_size());
                              const DeviceArray<float> from(dy, p.y_size()), to(p.x_size());
                              backward(which.data(), from.data(), to.data(), p.n, p.h, p.w, p.c, p.window, p.stride);
                              to.copy_to(dx);
                            }});
}

}  // namespace gs::apps
