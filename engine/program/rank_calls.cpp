// rank_calls.cpp - buckets: neighbouring layers whose gradients travel together.
#include "engine/program/rank_calls.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

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
  return last;
}

/// One per layer with trained parameters, in the order in which they are complete. `summed` are left out.
std::vector<Bucket> layers_by_completion(const std::vector<OpCall>& calls, const FlatLayout& layout,
                                         const std::map<std::string, ParameterTensors>& parameters,
                                         const std::vector<TensorId>& summed) {
  std::vector<Bucket> layers;
  for (const FlatLayout::Slot& slot : layout.slots) {
    const TensorId gradient = parameters.at(slot.parameter.name).gradient;
    if (gradient == no_tensor || std::ranges::count(summed, gradient)) continue;
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

std::vector<OpCall>::iterator after(std::vector<OpCall>& calls, const std::string& name) {
  const auto at = std::ranges::find(calls, name, &OpCall::name);
  require(at != calls.end(), "an exchange follows a call");
  return at + 1;
}

OpCall exchange_call(const Exchange& exchange, Ranks& ranks, const std::function<std::vector<float>()>& weights) {
  OpCall call{.name = exchange.name, .pass = Pass::forward, .note = fmt::format("over {} ranks", ranks.size())};
  call.reads = exchange.values;
  const auto size = std::size_t(exchange.count);
  if (exchange.of_all != no_tensor) {
    call.writes = {exchange.of_all};
    call.cost.bytes = 2 * sizeof(float) * double(exchange.count) * (ranks.size() - 1);
    call.call = [=, &ranks, from = exchange.values[0], to = exchange.of_all](const Addresses& at, stream_t) {
      ranks.all_gather({at.get(from), size}, {at.get(to), size * std::size_t(ranks.size())});
    };
    return call;
  }
  call.pass = Pass::backward;
  call.writes = exchange.values;
  call.cost = cost_of_sum(double(exchange.count) * double(exchange.values.size()), ranks.size());
  call.call = [=, &ranks, values = exchange.values](const Addresses& at, stream_t) {
    for (const TensorId id : values) ranks.begin_sum({at.get(id), size}, weights());
    ranks.finish_sums();
  };
  return call;
}

/// Adds them to the list: what `of_bucket` makes after the last call that writes a gradient of the bucket, `finish`
/// before the update.
template <class OfBucket>
void insert_calls(std::vector<OpCall>& calls, std::vector<Bucket> buckets, const std::string& note, OfBucket of_bucket,
                  OpCall finish) {
  const auto update = std::ranges::find(calls, "update", &OpCall::name);
  if (buckets.empty() || update == calls.end()) return;
  finish.name = "finish all-reduce";
  finish.pass = Pass::update;
  finish.note = note;
  for (const Bucket& bucket : buckets)
    for (std::vector<TensorId>* ids : {&finish.reads, &finish.writes})
      ids->insert(ids->end(), bucket.gradients.begin(), bucket.gradients.end());
  calls.insert(update, std::move(finish));
  std::ranges::reverse(buckets);  // the latest first, so that the indices of earlier calls stay
  for (const Bucket& bucket : buckets) {
    std::vector<OpCall> sums = of_bucket(bucket);
    for (OpCall& sum : sums) sum.note = note;
    calls.insert(calls.begin() + bucket.written + 1, sums.begin(), sums.end());
  }
}

OpCall sum_of(const Bucket& bucket, int ranks) {
  OpCall sum{.name = bucket.name + " all-reduce", .pass = Pass::backward};
  sum.cost = cost_of_sum(double(bucket.size()), ranks);
  sum.reads = sum.writes = bucket.gradients;
  return sum;
}

OpCall share_of(const Bucket& bucket, const GpuSummation& on, TensorId flat_gradients, const Registry& registry) {
  const GradientShare problem{bucket.size()};
  OpCall weigh{.name = bucket.name + " share", .pass = Pass::backward};
  weigh.cost = cost(WeighGradients(), problem);
  weigh.reads = weigh.writes = bucket.gradients;
  weigh.reads.insert(weigh.reads.end(), {on.state, on.whole});
  weigh.call = [&variant = registry.highest<WeighGradients>(), problem, on, begin = bucket.begin, flat_gradients](
                   const Addresses& at, stream_t stream) {
    variant.launch(at.get(flat_gradients) + begin, at.get<StepState>(on.state), at.get<WholeBatch>(on.whole), problem,
                   nullptr, stream);
  };
  return weigh;
}

}  // namespace

void insert_host_exchanges(std::vector<OpCall>& calls, const std::vector<Exchange>& of_layers, const FlatLayout& layout,
                           const std::map<std::string, ParameterTensors>& parameters, TensorId flat_gradients,
                           Ranks& ranks, const std::function<std::vector<float>()>& weights) {
  std::vector<TensorId> summed;
  for (const Exchange& exchange : of_layers) {
    calls.insert(after(calls, exchange.after), exchange_call(exchange, ranks, weights));
    if (exchange.of_all == no_tensor) summed.insert(summed.end(), exchange.values.begin(), exchange.values.end());
  }
  const auto of_bucket = [&](const Bucket& bucket) {
    OpCall sum = sum_of(bucket, ranks.size());
    sum.call = [&ranks, bucket, flat_gradients, weights](const Addresses& at, stream_t) {
      ranks.begin_sum({at.get(flat_gradients) + bucket.begin, std::size_t(bucket.size())}, weights());
    };
    return std::vector{sum};
  };
  OpCall finish;
  finish.call = [&ranks](const Addresses&, stream_t) { ranks.finish_sums(); };
  insert_calls(calls, joined(layers_by_completion(calls, layout, parameters, summed)),
               fmt::format("over {} ranks", ranks.size()), of_bucket, std::move(finish));
}

void insert_gpu_sums(std::vector<OpCall>& calls, const FlatLayout& layout,
                     const std::map<std::string, ParameterTensors>& parameters, TensorId flat_gradients,
                     const GpuSummation& on, const Registry& registry, int ranks) {
  const auto of_bucket = [&](const Bucket& bucket) {
    OpCall sum = sum_of(bucket, ranks);
    sum.reads.push_back(on.order);
    sum.writes.push_back(on.order);
    sum.call = [on, bucket, flat_gradients](const Addresses& at, stream_t stream) {
      on.sums().sum(at.get(flat_gradients) + bucket.begin, std::size_t(bucket.size()), stream);
    };
    return std::vector{share_of(bucket, on, flat_gradients, registry), sum};
  };
  OpCall finish;
  finish.call = [](const Addresses&, stream_t) {};
  insert_calls(calls, joined(layers_by_completion(calls, layout, parameters, {})),
               fmt::format("over {} ranks, NCCL", ranks), of_bucket, std::move(finish));
}

}  // namespace gs
