// kernel_flag.h - --kernel pool1=my/pool.cu,dense2=my/dense.cu: the user's own kernels in place of the built-in ones of
// single layers, on sim.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "apps/kernel/kernel_file.h"
#include "engine/calls/given_kernels.h"

namespace gs::apps {

/// One entry of the flag.
struct LayerKernel {
  std::string layer;  ///< "pool1", "dense2", "conv1", "update"
  std::string file;
};

inline constexpr const char* kernel_text =
    "on sim, layers whose kernels are those of your own files, compiled now: pool1=my/pool.cu,update=my/step.cu "
    "(docs/your-kernel-trains.md)";

/// The entries, in order. Throws UsageError if one is not LAYER=FILE, or names a layer of a kind that takes no file, or
/// a layer twice.
std::vector<LayerKernel> layer_kernels(const std::string& flag);

/// The given kernels of a run.
class RunKernels {
 public:
  /// Compiles and loads the files. Throws UsageError like layer_kernels() and KernelFile, or if a file lacks a
  /// function.
  explicit RunKernels(const std::string& flag);

  std::shared_ptr<const GivenKernels> given() const { return given_; }
  /// The same calls without kernels: the built-in ones run them, joined to no other call.
  std::shared_ptr<const GivenKernels> built_in() const;
  /// "pool1 by my/pool.cu, dense2 by my/dense.cu"
  std::string words() const;

  struct Entry {
    LayerKernel of;
    std::string checksum;
  };
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
  std::shared_ptr<GivenKernels> given_ = std::make_shared<GivenKernels>();
};

/// The kernels of a flag, compiled once in this process for each of its values.
std::shared_ptr<const RunKernels> run_kernels(const std::string& flag);

}  // namespace gs::apps
