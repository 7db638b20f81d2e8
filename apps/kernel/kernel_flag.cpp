// kernel_flag.cpp - from the flag to loaded files.
#include "apps/kernel/kernel_flag.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include <fmt/format.h>

#include "apps/kernel/crash_line.h"
#include "apps/kernel/layer_kernels.h"
#include "engine/core/error.h"

namespace gs::apps {
namespace {

/// The kinds of layers that take a file, by the beginning of their names.
struct Kind {
  std::string_view name;
  void (*add)(GivenKernels&, const std::string& layer, const KernelFile&);
};
constexpr Kind kinds[] = {
    {"pool", &add_max_pool},
    {"dense", &add_dense},
    {"conv", &add_convolution},
    {"update", [](GivenKernels& kernels, const std::string&, const KernelFile& file) { add_update(kernels, file); }},
};

/// Null if there is none. "pool1" is of the kind "pool"; only "update" has no number.
const Kind* kind_of(const std::string& layer) {
  const auto number = layer.find_first_of("0123456789");
  const auto found = std::ranges::find(kinds, std::string_view(layer).substr(0, number), &Kind::name);
  if (found == std::end(kinds)) return nullptr;
  return (found->name == "update") == (number == layer.npos) ? found : nullptr;
}

}  // namespace

std::vector<LayerKernel> layer_kernels(const std::string& flag) {
  std::vector<LayerKernel> entries;
  std::set<std::string> layers;
  for (std::size_t begin = 0; begin <= flag.size();) {
    const std::size_t end = std::min(flag.find(',', begin), flag.size());
    const std::string entry = flag.substr(begin, end - begin);
    begin = end + 1;
    const auto equals = entry.find('=');
    if (equals == 0 || equals == entry.npos || equals + 1 == entry.size())
      throw UsageError(fmt::format("--kernel: '{}' is not LAYER=FILE, as in pool1=my/pool.cu", entry));
    const LayerKernel one{entry.substr(0, equals), entry.substr(equals + 1)};
    if (!kind_of(one.layer))
      throw UsageError(
          fmt::format("--kernel: '{}' takes no file; pool1, dense1, conv1 and their like do, and update", one.layer));
    if (!layers.insert(one.layer).second) throw UsageError(fmt::format("--kernel: {} is named twice", one.layer));
    entries.push_back(one);
  }
  return entries;
}

RunKernels::RunKernels(const std::string& flag) {
  std::map<std::string, KernelFile> files;
  for (const LayerKernel& entry : layer_kernels(flag)) {
    const KernelFile& file = files.try_emplace(entry.file, entry.file).first->second;
    kind_of(entry.layer)->add(*given_, entry.layer, file);
    entries_.push_back({entry, file.checksum()});
  }
}

std::shared_ptr<const GivenKernels> RunKernels::built_in() const {
  const auto same = std::make_shared<GivenKernels>();
  for (const std::string& call : given_->calls()) same->keep_apart(call);
  return same;
}

std::string RunKernels::words() const {
  std::string text;
  for (const Entry& entry : entries_)
    text += fmt::format("{}{} by {}", text.empty() ? "" : ", ", entry.of.layer, entry.of.file);
  return text;
}

std::shared_ptr<const RunKernels> run_kernels(const std::string& flag) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const RunKernels>> known;
  const std::lock_guard lock(mutex);
  std::shared_ptr<const RunKernels>& kernels = known[flag];
  if (!kernels) {
    kernels = std::make_shared<const RunKernels>(flag);
    name_kernels_that_crash();
  }
  return kernels;
}

}  // namespace gs::apps
