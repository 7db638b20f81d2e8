// net.cpp - shapes, parameters and counts of a network, layer by layer.
#include "engine/net/net.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/grouped.h"

namespace gs {
namespace {

std::string extents(const Shape& s) {
  return s.h == 1 && s.w == 1 ? fmt::format("{}", s.c) : fmt::format("{}x{}x{}", s.h, s.w, s.c);
}

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

std::int64_t Parameter::size() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>());
}

std::int64_t Layer::parameter_count() const {
  std::int64_t count = 0;
  for (const Parameter& p : parameters) count += p.size();
  return count;
}

double Layer::forward_flops() const {
  const double in = double(input.size()), out = double(output.size());
  return std::visit(Overloaded{[&](const Conv2dLayer& l) {
                                 return 2.0 * out * l.kernel * l.kernel * (input.c / l.groups) + out +
                                        (l.relu ? out : 0.0);
                               },
                               [&](const MaxPoolLayer& l) { return out * (l.window * l.window - 1); },
                               [&](const LrnLayer& l) { return out * (2.0 * l.window + 4); },
                               [&](const FlattenLayer&) { return 0.0; },
                               [&](const DenseLayer& l) { return 2.0 * in * out + out + (l.relu ? out : 0.0); },
                               [&](const DropoutLayer&) { return out; }},
                    kind);
}

double Layer::forward_bytes() const {
  if (std::holds_alternative<FlattenLayer>(kind)) return 0;
  return 4.0 * double(input.size() + output.size() + parameter_count());
}

std::int64_t Net::parameter_count() const {
  std::int64_t count = 0;
  for (const Layer& l : layers) count += l.parameter_count();
  return count;
}

NetBuilder::NetBuilder(std::string name, Shape input) {
  if (input.h < 1 || input.w < 1 || input.c < 1)
    throw UsageError(fmt::format("{}: an input of {}x{}x{} is empty", name, input.h, input.w, input.c));
  net_.name = std::move(name);
  net_.input = input;
}

Layer& NetBuilder::add(const std::string& stem, LayerKind kind, Shape output) {
  const auto same_kind = std::count_if(net_.layers.begin(), net_.layers.end(),
                                       [&](const Layer& l) { return l.kind.index() == kind.index(); });
  const std::string name = stem == "flatten" ? stem : stem + std::to_string(same_kind + 1);
  net_.layers.push_back({name, std::move(kind), net_.output(), output, {}});
  return net_.layers.back();
}

NetBuilder& NetBuilder::conv2d(int filters, int kernel, int stride, int pad, int groups) {
  const Shape in = net_.output();
  if (pad == same) pad = kernel / 2;
  if (in.h + 2 * pad < kernel || in.w + 2 * pad < kernel)
    throw UsageError(fmt::format("{}: a {}x{} convolution does not fit its {}x{} input; use a larger --image-size",
                                 net_.name, kernel, kernel, in.h, in.w));
  if (in.c % groups != 0 || filters % groups != 0)
    throw UsageError(
        fmt::format("{}: {} channels and {} filters do not fall into {} groups", net_.name, in.c, filters, groups));
  const auto extent = [&](int size) { return (size + 2 * pad - kernel) / stride + 1; };
  Layer& layer =
      add("conv", Conv2dLayer{filters, kernel, stride, pad, false, groups}, {extent(in.h), extent(in.w), filters});
  const std::int64_t window = std::int64_t(kernel) * kernel;
  layer.parameters = {{layer.name + ".weight",
                       {filters, kernel, kernel, in.c / groups},
                       window * in.c / groups,
                       window * filters / groups},
                      {layer.name + ".bias", {filters}}};
  return *this;
}

NetBuilder& NetBuilder::relu() {
  if (!net_.layers.empty()) {
    LayerKind& last = net_.layers.back().kind;
    if (auto* conv = std::get_if<Conv2dLayer>(&last)) return conv->relu = true, *this;
    if (auto* dense = std::get_if<DenseLayer>(&last)) return dense->relu = true, *this;
  }
  throw Error(net_.name + ": relu() must follow a convolution or a dense layer");
}

NetBuilder& NetBuilder::max_pool(int window, int stride) {
  const Shape in = net_.output();
  if (stride == 0) stride = window;
  if (in.h < window || in.w < window)
    throw UsageError(fmt::format("{}: a {}x{} max-pool does not fit its {}x{} input; use a larger --image-size",
                                 net_.name, window, window, in.h, in.w));
  add("pool", MaxPoolLayer{window, stride}, {(in.h - window) / stride + 1, (in.w - window) / stride + 1, in.c});
  return *this;
}

NetBuilder& NetBuilder::lrn() {
  add("lrn", LrnLayer{}, net_.output());
  return *this;
}

NetBuilder& NetBuilder::starts_from(float weight_deviation, float bias) {
  if (net_.layers.empty() || net_.layers.back().parameters.size() != 2)
    throw Error(net_.name + ": starts_from() must follow a layer with weights");
  net_.layers.back().parameters[0].initial = {InitialValues::Kind::normal, weight_deviation};
  net_.layers.back().parameters[1].initial = {InitialValues::Kind::constant, bias};
  return *this;
}

NetBuilder& NetBuilder::flatten() {
  add("flatten", FlattenLayer{}, {1, 1, int(net_.output().size())});
  return *this;
}

NetBuilder& NetBuilder::dense(int units) {
  const Shape in = net_.output();
  if (in.h != 1 || in.w != 1) throw Error(net_.name + ": dense() must follow flatten()");
  Layer& layer = add("dense", DenseLayer{units}, {1, 1, units});
  layer.parameters = {{layer.name + ".weight", {units, in.c}, in.c, units}, {layer.name + ".bias", {units}}};
  return *this;
}

NetBuilder& NetBuilder::dropout(float rate) {
  if (!(rate >= 0 && rate < 1)) throw UsageError(fmt::format("dropout {} is not in [0, 1)", rate));
  if (rate > 0) add("dropout", DropoutLayer{rate}, net_.output());
  return *this;
}

NetBuilder& NetBuilder::is(int h, int w, int c) {
  const Shape want{h, w, c};
  if (!(net_.output() == want))
    throw Error(fmt::format("{}: after {} the shape is {}, not {}", net_.name,
                            net_.layers.empty() ? "the input" : net_.layers.back().name, extents(net_.output()),
                            extents(want)));
  return *this;
}

namespace {

std::string describe(const Layer& layer) {
  return std::visit(
      Overloaded{[](const Conv2dLayer& l) {
                   return fmt::format(
                       "conv {0}x{0}{1}{2}{3}", l.kernel, l.stride == 1 ? std::string() : fmt::format("/{}", l.stride),
                       l.groups == 1 ? std::string() : fmt::format(" g{}", l.groups), l.relu ? ", ReLU" : "");
                 },
                 [](const MaxPoolLayer& l) { return fmt::format("max-pool {0}x{0}/{1}", l.window, l.stride); },
                 [](const LrnLayer& l) { return fmt::format("LRN {}", l.window); },
                 [](const FlattenLayer&) { return std::string("flatten"); },
                 [](const DenseLayer& l) { return fmt::format("dense{}", l.relu ? ", ReLU" : ""); },
                 [](const DropoutLayer& l) { return fmt::format("dropout {:g}", l.rate); }},
      layer.kind);
}

std::string scaled(double value) {
  const char* const units[] = {"", " k", " M", " G", " T"};
  int unit = 0;
  while (value >= 999.5 && unit < 4) value /= 1000, ++unit;
  return unit == 0 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}{}", value, units[unit]);
}

}  // namespace

std::string summary(const Net& net) {
  constexpr auto row = "{:<10} {:<18} {:>14} {:>13} {:>9} {:>9}\n";
  const std::string line(78, '-');
  std::string out =
      fmt::format("{} on {} input; FLOPs and bytes of the forward pass, for one image\n", net.name, extents(net.input));
  out += line + "\n" + fmt::format(row, "layer", "", "output shape", "parameters", "FLOPs", "bytes") + line + "\n";
  double flops = 0, bytes = 0;
  for (const Layer& l : net.layers) {
    out += fmt::format(row, l.name, describe(l), extents(l.output), grouped(l.parameter_count()),
                       scaled(l.forward_flops()), scaled(l.forward_bytes()));
    flops += l.forward_flops();
    bytes += l.forward_bytes();
  }
  out += line + "\n" + fmt::format(row, "total", "", "", grouped(net.parameter_count()), scaled(flops), scaled(bytes));
  return out;
}

}  // namespace gs
