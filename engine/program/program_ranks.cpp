// program_ranks.cpp - a program among those of other ranks: shares of a batch, sums of gradients, the same parameters.
#include "engine/program/program.h"

#include <utility>

#include <fmt/format.h>

#include "engine/program/join_gpus.h"
#include "engine/program/program_impl.h"
#include "engine/ranks/agree.h"
#include "kernels/share/share.h"

namespace gs {

/// Their shares in the running step: steps_left counts it still.
std::vector<float> Program::Impl::weights_of_ranks() const {
  const std::uint32_t steps = shared.division.steps(train_side.samples);
  return shared.division.weights(steps - std::uint32_t(train_side.steps_left), train_side.samples);
}

/// Before the first step: ranks whose exchanges differ, as their fusions may, would wait for each other for ever.
void Program::Impl::agree_on_exchanges() {
  std::string exchanges;
  for (const OpCall& call : training)
    if (call.name.ends_with(" all-reduce") || call.name.ends_with(" all-gather"))
      exchanges += fmt::format("{}{} ({:.0f} bytes)", exchanges.empty() ? "" : ", ", call.name, call.cost.bytes);
  check_agreement(*shared.ranks, {{"the exchanges between ranks", exchanges}});
}

void Program::Impl::begin_shared_epoch(std::uint32_t samples) {
  if (!std::exchange(has_agreed, true)) agree_on_exchanges();
  if (!exchanges_on_gpus()) return;
  if (!gpu_exchanges)
    gpu_exchanges = join_gpus(*shared.ranks, device);  // the ranks have agreed, and nothing is captured yet
  const WholeBatch whole{std::uint32_t(recipe.batch), samples};
  device.upload(at[whole_batch], &whole, sizeof whole);
}

/// By way of the host: on cpu and sim device memory is host memory, but a program does not know that.
void Program::Impl::share(const std::vector<TensorId>& ids) {
  for (const TensorId id : ids) {
    std::vector<std::byte> bytes(tensors[id].bytes);
    if (shared.leads()) device.download(bytes.data(), at[id], bytes.size());
    shared.ranks->broadcast(bytes.data(), bytes.size());
    if (!shared.leads()) device.upload(at[id], bytes.data(), bytes.size());
  }
}

void Program::abandon_exchanges() noexcept {
  if (!impl_->gpu_exchanges) return;
  impl_->gpu_exchanges->abort();
  impl_->device.watch(nullptr);  // the GPU no longer waits for other ranks
}
void Program::share_parameters() {
  impl_->share({impl_->flat.parameters});
  if (impl_->flat.copy != no_tensor) impl_->share({impl_->flat.copy});
  impl_->parameters_were_set = false;
}
void Program::share_training_state() {
  impl_->share(impl_->snapshot_tensors());
  impl_->parameters_were_set = false;
}
bool Program::parameters_may_differ() const {
  const bool has_statistics = impl_->layout.trained_size < impl_->layout.size;
  return has_statistics || impl_->parameters_were_set;
}

}  // namespace gs
