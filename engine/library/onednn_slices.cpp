// onednn_slices.cpp - a convolution's filter gradient in slices of the batch: one single-threaded oneDNN call per
// slice, in parallel; their results are added in slice order.
//
// oneDNN's summation order on several threads depends on their number. Here it depends only on the number of slices,
// which is in the implementation's name, so the bits are identical on any number of cores.
#include <omp.h>

#include <algorithm>

#include "engine/core/alignment.h"
#include "engine/core/first_exception.h"
#include "engine/library/onednn_layer.h"

namespace gs::onednn {
namespace {

/// Keeps eight cores busy; each further slice would write and read one more copy of the filters.
constexpr int most_slices = 8;

/// One slice: images first .. first + problem.n - 1, and the workspace offsets of its results and scratch.
struct Slice {
  Conv2d problem;
  std::int64_t first;
  std::size_t dw_at, db_at, scratch_at;
  std::function<Conv2dFilterGradient<float>::Launch> launch;
};

class SlicedGradient {
 public:
  /// complete() stays false if oneDNN has no implementation for a slice of this size.
  SlicedGradient(const Runtime& runtime, const Conv2d& p, int count) : problem_(p) {
    const ThreadCount one(1);  // calls keep the number of threads at their construction
    for (int s = 0; s < count; ++s) {
      const std::int64_t first = std::int64_t(p.n) * s / count, end = std::int64_t(p.n) * (s + 1) / count;
      Conv2d part = p;
      part.n = int(end - first);
      const Runtime own{runtime.engine, dnnl::stream(runtime.engine)};
      auto offered = conv2d_filter_gradient(own, part);
      if (offered.empty()) return;
      Slice slice{part, first, bytes_, 0, 0, std::move(offered.front().launch)};
      slice.db_at = slice.dw_at + aligned_size(std::size_t(p.w_size()) * sizeof(float));
      slice.scratch_at = slice.db_at + aligned_size(std::size_t(p.k) * sizeof(float));
      bytes_ = slice.scratch_at + aligned_size(offered.front().workspace_bytes);
      note_ = offered.front().note;
      slices_.push_back(std::move(slice));
    }
    complete_ = true;
  }

  bool complete() const { return complete_; }
  std::size_t workspace_bytes() const { return bytes_; }
  const std::string& note() const { return note_; }

  void run(float* dw, float* db, const float* x, const float* dy, void* workspace, stream_t stream) const {
    const auto at = [&](std::size_t offset) {
      return reinterpret_cast<float*>(static_cast<std::byte*>(workspace) + offset);
    };
    const std::int64_t image = problem_.x_size() / problem_.n, gradient = problem_.y_size() / problem_.n;
    FirstException failure;
#pragma omp parallel for schedule(static, 1)
    for (const Slice& slice : slices_)
      failure.during([&] {
        slice.launch(at(slice.dw_at), at(slice.db_at), x + slice.first * image, dy + slice.first * gradient,
                     slice.problem, at(slice.scratch_at), stream);
      });
    failure.rethrow();
    add_up(dw, problem_.w_size(), [&](const Slice& slice) { return at(slice.dw_at); });
    add_up(db, problem_.k, [&](const Slice& slice) { return at(slice.db_at); });
  }

 private:
  /// to[i] = sum over the slices, first to last, of of(slice)[i].
  template <class At>
  void add_up(float* to, std::int64_t n, const At& of) const {
    constexpr std::int64_t chunk = 4096;  // stays in the core's cache while all slices are added to it
#pragma omp parallel for schedule(static) if (n > chunk)
    for (std::int64_t begin = 0; begin < n; begin += chunk) {
      const std::int64_t end = std::min(begin + chunk, n);
      std::copy(of(slices_.front()) + begin, of(slices_.front()) + end, to + begin);
      for (std::size_t s = 1; s < slices_.size(); ++s) {
        const float* const from = of(slices_[s]);
        for (std::int64_t i = begin; i < end; ++i) to[i] += from[i];
      }
    }
  }

  Conv2d problem_;
  std::vector<Slice> slices_;
  std::size_t bytes_ = 0;
  std::string note_;
  bool complete_ = false;
};

}  // namespace

std::vector<Implementation<Conv2dFilterGradient<float>>> conv2d_filter_gradient_in_slices(const Runtime& runtime,
                                                                                          const Conv2d& p) {
  std::vector<Implementation<Conv2dFilterGradient<float>>> list;
  for (int slices = 2; slices <= std::min(p.n, most_slices); slices *= 2) {
    const auto sliced = std::make_shared<const SlicedGradient>(runtime, p, slices);
    if (!sliced->complete()) return {};
    list.push_back({.name = fmt::format("onednn:slices{}", slices),
                    .note = fmt::format("{}, {} slices of the batch", sliced->note(), slices),
                    .workspace_bytes = sliced->workspace_bytes(),
                    .launch = [sliced](float* dw, float* db, const float* x, const float* dy, const Conv2d&,
                                       void* workspace, stream_t s) { sliced->run(dw, db, x, dy, workspace, s); }});
  }
  return list;
}

}  // namespace gs::onednn
