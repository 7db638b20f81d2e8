// rank_calls.cpp - buckets: neighbouring layers whose gradients travel together.
#include "engine/program/rank_calls.h"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "kernels/common/check.h"
#include "kernels/share/share.h"

namespace gs {
namespace {

/// A smaller bucket costs more for its start than for its bytes (docs/scale.md).
constexpr std::int64_t least_bytes = 256 << 10;

/// Gradients that are summed together: a part of the flat buffer.
struct Bucket {
  std::string name;
  std::int64_t begin = 0, end = 0;  ///< in floats
  int written = 0;                  ///< index of the last call that writes one of them
  std::vector<TensorId> gradients;

  std::int64_t size() const { return end - begin; }
};

int last_writer(const std::vector<OpCall>& calls, TensorId id) {
  int last = -1;
  for (std::size_t i = 0; i < calls.size(); ++i)
    if (std::ranges::count(calls[i].writes, id)) last = int(i);
  require(last >= 0, "ranks would exchange values that no call writes");
  return last;
}

/// One per layer with trained parameters, in the order in which they are complete.
std::vector<Bucket> layers_by_completion(const std::vector<OpCall>& calls, const Gradients& gradients) {
  std::vector<Bucket> layers;
  for (const FlatLayout::Slot& slot : gradients.layout.slots) {
    const TensorId gradient = gradients.parameters.at(slot.parameter.name).gradient;
    if (gradient == no_tensor) continue;
    const std::string layer = slot.parameter.name.substr(0, slot.parameter.name.find('.'));
    const std::int64_t end = slot.offset + slot.parameter.size();
    if (layers.empty() || layers.back().name != layer) layers.push_back({layer, slot.offset, end, 0, {}});
    Bucket& bucket = layers.back();
    bucket.begin = std::min(bucket.begin, slot.offset);
    bucket.end = std::max(bucket.end, end);
    bucket.written = std::max(bucket.written, last_writer(calls, gradient));
    bucket.gradients.push_back(gradient);
  }
  std::ranges::stable_sort(layers, {}, [](const Bucket& b) { return std::pair(b.written, -b.begin); });
  return layers;
}

/// Between neighbours in the buffer there is only padding, which is zero.
bool are_neighbours(const Bucket& a, const Bucket& b) {
  return a.end <= b.begin ? b.begin - a.end < FlatLayout::alignment
                          : b.end <= a.begin && a.begin - b.end < FlatLayout::alignment;
}

std::vector<Bucket> joined(const std::vector<Bucket>& layers) {
  std::vector<Bucket> buckets;
  for (const Bucket& layer : layers) {
    if (buckets.empty() || !are_neighbours(buckets.back(), layer) ||
        (buckets.back().end - buckets.back().begin) * std::int64_t(sizeof(float)) >= least_bytes) {
      buckets.push_back(layer);
      continue;
    }
    Bucket& bucket = buckets.back();
    bucket.name = bucket.name.substr(0, bucket.name.find(" to ")) + " to " + layer.name;
    bucket.begin = std::min(bucket.begin, layer.begin);
    bucket.end = std::max(bucket.end, layer.end);
    bucket.written = layer.written;
    bucket.gradients.insert(bucket.gradients.end(), layer.gradients.begin(), layer.gradients.end());
  }
  return buckets;
}

/// Each value is sent and received once, but the rank's own part, and so is each sum.
Cost cost_of_sum(double values, double ranks) {
  return {2 * values, 4 * sizeof(float) * values * (ranks - 1) / ranks};
}

using Call = decltype(OpCall::call);

OpCall gather_of(const AllGather& gather, int ranks) {
  OpCall call{.name = gather.layer + " all-gather", .pass = Pass::forward};
  call.cost.bytes = 2 * sizeof(float) * double(gather.count) * (ranks - 1);
  call.reads = {gather.own};
  call.writes = {gather.all};
  return call;
}

OpCall sum_of(const Bucket& bucket, int ranks) {
  OpCall sum{.name = bucket.name + " all-reduce", .pass = Pass::backward};
  sum.cost = cost_of_sum(double(bucket.size()), ranks);
  sum.reads = sum.writes = bucket.gradients;
  return sum;
}

/// Before the update, after the sums of these buckets.
OpCall finish_of(const std::vector<Bucket>& buckets) {
  OpCall finish{.name = "finish all-reduce", .pass = Pass::update};
  for (const Bucket& bucket : buckets)
    finish.reads.insert(finish.reads.end(), bucket.gradients.begin(), bucket.gradients.end());
  finish.writes = finish.reads;
  return finish;
}

/// Ranks that exchange values by the host.
class ByHost {
 public:
  ByHost(TensorId flat_gradients, Ranks& ranks, std::function<std::vector<float>()> weights)
      : flat_(flat_gradients), ranks_(ranks), weights_(std::move(weights)) {}

  std::string note() const { return fmt::format("over {} ranks", ranks_.size()); }

  OpCall gather(const AllGather& gather) const {
    OpCall call = gather_of(gather, ranks_.size());
    call.call = [&ranks = ranks_, gather](const Addresses& at, stream_t) {
      const auto size = std::size_t(gather.count);
      ranks.all_gather({at.get(gather.own), size}, {at.get(gather.all), size * std::size_t(ranks.size())});
    };
    return call;
  }
  std::vector<OpCall> sum(const Bucket& bucket, bool at_once) const {
    OpCall sum = sum_of(bucket, ranks_.size());
    sum.call = [&ranks = ranks_, bucket, at_once, flat = flat_, weights = weights_](const Addresses& at, stream_t) {
      ranks.begin_sum({at.get(flat) + bucket.begin, std::size_t(bucket.size())}, weights());
      if (at_once) ranks.finish_sums();
    };
    return {sum};
  }
  Call finish() const {
    return [&ranks = ranks_](const Addresses&, stream_t) { ranks.finish_sums(); };
  }

 private:
  TensorId flat_;
  Ranks& ranks_;
  std::function<std::vector<float>()> weights_;
};

/// Ranks whose GPUs exchange values, as work of the stream.
class ByGpus {
 public:
  ByGpus(TensorId flat_gradients, GpuTransport on, const Registry& registry, int ranks)
      : flat_(flat_gradients), on_(std::move(on)), registry_(registry), ranks_(ranks) {}

  std::string note() const { return fmt::format("over {} ranks, NCCL", ranks_); }

  OpCall gather(const AllGather& gather) const {
    OpCall call = in_order(gather_of(gather, ranks_));
    call.call = [on = on_, gather](const Addresses& at, stream_t stream) {
      on.exchanges().gather(at.get(gather.own), at.get(gather.all), std::size_t(gather.count), stream);
    };
    return call;
  }
  std::vector<OpCall> sum(const Bucket& bucket, bool) const {
    OpCall sum = in_order(sum_of(bucket, ranks_));
    sum.call = [on = on_, bucket, flat = flat_](const Addresses& at, stream_t stream) {
      on.exchanges().sum(at.get(flat) + bucket.begin, std::size_t(bucket.size()), stream);
    };
    return {share_of(bucket), sum};
  }
  Call finish() const {
    return [](const Addresses&, stream_t) {};
  }

 private:
  OpCall in_order(OpCall call) const {
    call.reads.push_back(on_.order);
    call.writes.push_back(on_.order);
    return call;
  }
  OpCall share_of(const Bucket& bucket) const {
    const GradientShare problem{bucket.size()};
    OpCall weigh{.name = bucket.name + " share", .pass = Pass::backward};
    weigh.cost = cost(WeighGradients(), problem);
    weigh.reads = weigh.writes = bucket.gradients;
    weigh.reads.insert(weigh.reads.end(), {on_.state, on_.whole});
    weigh.call = [&variant = registry_.highest<WeighGradients>(), problem, on = on_, begin = bucket.begin,
                  flat = flat_](const Addresses& at, stream_t stream) {
      variant.launch(at.get(flat) + begin, at.get<StepState>(on.state), at.get<WholeBatch>(on.whole), problem, nullptr,
                     stream);
    };
    return weigh;
  }

  TensorId flat_;
  GpuTransport on_;
  const Registry& registry_;
  int ranks_;
};

template <class Transport>
void insert_exchanges(std::vector<OpCall>& calls, const Exchanges& of_layers, const Gradients& gradients,
                      const Transport& by) {
  std::vector<Bucket> layers = layers_by_completion(calls, gradients);
  const auto at_once = std::ranges::stable_partition(
      layers, [&](const Bucket& layer) { return std::ranges::count(of_layers.summed_at_once, layer.name) == 0; });
  // Else a layer would read the gradients of this rank alone.
  require(at_once.size() == of_layers.summed_at_once.size(), "a layer to be summed at once has no trained parameters");
  const std::vector<Bucket> buckets = joined({layers.begin(), at_once.begin()});

  std::vector<std::pair<int, std::vector<OpCall>>> added;  // each with the index of the call that it follows
  for (const AllGather& gather : of_layers.gathers)
    added.push_back({last_writer(calls, gather.own), {by.gather(gather)}});
  for (const Bucket& layer : at_once) added.push_back({layer.written, by.sum(layer, true)});
  for (const Bucket& bucket : buckets) added.push_back({bucket.written, by.sum(bucket, false)});
  if (!buckets.empty()) {
    const auto update = std::ranges::find(calls, "update", &OpCall::name);
    require(update != calls.end(), "sums over ranks without an update");
    OpCall finish = finish_of(buckets);
    finish.call = by.finish();
    added.push_back({int(update - calls.begin()) - 1, {finish}});
  }
  std::ranges::stable_sort(added, {}, [](const auto& one) { return one.first; });
  std::ranges::reverse(added);  // the latest first, so that the indices of earlier calls stay
  for (auto& [index, exchange] : added) {
    for (OpCall& call : exchange) call.note = by.note();
    calls.insert(calls.begin() + index + 1, exchange.begin(), exchange.end());
  }
}

}  // namespace

void insert_host_exchanges(std::vector<OpCall>& calls, const Exchanges& of_layers, const Gradients& gradients,
                           Ranks& ranks, const std::function<std::vector<float>()>& weights) {
  insert_exchanges(calls, of_layers, gradients, ByHost(gradients.flat, ranks, weights));
}

void insert_gpu_exchanges(std::vector<OpCall>& calls, const Exchanges& of_layers, const Gradients& gradients,
                          const GpuTransport& on, const Registry& registry, int ranks) {
  insert_exchanges(calls, of_layers, gradients, ByGpus(gradients.flat, on, registry, ranks));
}

}  // namespace gs
