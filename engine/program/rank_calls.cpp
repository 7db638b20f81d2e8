// rank_calls.cpp - buckets: neighbouring layers whose gradients travel together.
#include "engine/program/rank_calls.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

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
  constexpr std::int64_t padding = 64;
  return a.end <= b.begin ? b.begin - a.end < padding : b.end <= a.begin && a.begin - b.end < padding;
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

void insert_sums(std::vector<OpCall>& calls, std::vector<Bucket> buckets, TensorId flat_gradients, Ranks& ranks,
                 const std::function<std::vector<float>()>& weights) {
  const auto update = std::ranges::find(calls, "update", &OpCall::name);
  if (buckets.empty() || update == calls.end()) return;
  const std::string note = fmt::format("over {} ranks", ranks.size());
  OpCall finish{.name = "finish all-reduce", .pass = Pass::update, .note = note};
  finish.call = [&ranks](const Addresses&, stream_t) { ranks.finish_sums(); };
  for (const Bucket& bucket : buckets)
    for (std::vector<TensorId>* ids : {&finish.reads, &finish.writes})
      ids->insert(ids->end(), bucket.gradients.begin(), bucket.gradients.end());
  calls.insert(update, finish);
  std::ranges::reverse(buckets);  // the latest first, so that the indices of earlier calls stay
  for (const Bucket& bucket : buckets) {
    OpCall sum{.name = bucket.name + " all-reduce", .pass = Pass::backward, .note = note};
    sum.cost = cost_of_sum(double(bucket.end - bucket.begin), ranks.size());
    sum.reads = sum.writes = bucket.gradients;
    sum.call = [&ranks, bucket, flat_gradients, weights](const Addresses& at, stream_t) {
      ranks.begin_sum({at.get(flat_gradients) + bucket.begin, std::size_t(bucket.end - bucket.begin)}, weights());
    };
    calls.insert(calls.begin() + bucket.written + 1, std::move(sum));
  }
}

}  // namespace

void insert_exchanges(std::vector<OpCall>& calls, const std::vector<Exchange>& of_layers, const FlatLayout& layout,
                      const std::map<std::string, ParameterTensors>& parameters, TensorId flat_gradients, Ranks& ranks,
                      const std::function<std::vector<float>()>& weights) {
  std::vector<TensorId> summed;
  for (const Exchange& exchange : of_layers) {
    calls.insert(after(calls, exchange.after), exchange_call(exchange, ranks, weights));
    if (exchange.of_all == no_tensor) summed.insert(summed.end(), exchange.values.begin(), exchange.values.end());
  }
  insert_sums(calls, joined(layers_by_completion(calls, layout, parameters, summed)), flat_gradients, ranks, weights);
}

}  // namespace gs
