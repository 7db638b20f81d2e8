// onnx_file.cpp - one node of ONNX for each layer (two or three for a strided shortcut), by the library's classes.
// Values have PyTorch's order, [N, c, h, w]. Source of the operators: github.com/onnx/onnx, docs/Operators.md.
#include "engine/exchange/onnx_file.h"

#include <limits>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "engine/core/error.h"
#include "engine/net/layer_kind.h"

namespace gs {
namespace {

constexpr int ir_version = 7, operator_set = 13;  // of 2020: what reads ONNX today reads these

/// A value of the graph: its name, and whether it is [N, c] instead of [N, c, h, w].
struct OnnxValue {
  std::string name;
  bool flat = false;
};

class OnnxGraph {
 public:
  OnnxGraph(onnx::GraphProto& graph, const Net& net, const SafeTensors& weights) : graph_(graph), net_(net) {
    graph_.set_name(net.name);
    for (const SafeTensor& tensor : weights.tensors) add_constant(tensor);
  }

  void add_all() {
    describe(*graph_.add_input(), "images", {net_.input.c, net_.input.h, net_.input.w});
    const float largest_byte = 255;
    add_constant(make_tensor("largest_byte", {}, &largest_byte, 1));
    OnnxValue x{"images_from_0_to_1"};
    add_node("Div", x.name, {"images", "largest_byte"});
    std::vector<OnnxValue> outputs;
    for (const Layer& layer : net_.layers) {
      std::vector<OnnxValue> inputs;
      for (const int input : layer.inputs) inputs.push_back(input == network_input ? x : outputs[std::size_t(input)]);
      outputs.push_back(std::visit([&](const auto& form) { return add(layer, form, inputs); }, layer.kind->form()));
    }
    const OnnxValue last = flattened(outputs.empty() ? x : outputs.back());
    add_node("Identity", "logits", {last.name});
    describe(*graph_.add_output(), "logits", {int(net_.output().size())});
  }

 private:
  onnx::NodeProto& add_node(const char* op, const std::string& output, const std::vector<std::string>& inputs) {
    onnx::NodeProto& node = *graph_.add_node();
    node.set_op_type(op);
    node.set_name(output);
    node.add_output(output);
    for (const std::string& input : inputs) node.add_input(input);
    return node;
  }
  static onnx::AttributeProto& attribute(onnx::NodeProto& node, const char* name) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    return attribute;
  }
  static void set(onnx::NodeProto& node, const char* name, int value) {
    onnx::AttributeProto& a = attribute(node, name);
    a.set_type(onnx::AttributeProto::INT);
    a.set_i(value);
  }
  static void set(onnx::NodeProto& node, const char* name, float value) {
    onnx::AttributeProto& a = attribute(node, name);
    a.set_type(onnx::AttributeProto::FLOAT);
    a.set_f(value);
  }
  static void set(onnx::NodeProto& node, const char* name, std::initializer_list<int> values) {
    onnx::AttributeProto& a = attribute(node, name);
    a.set_type(onnx::AttributeProto::INTS);
    for (const int value : values) a.add_ints(value);
  }

  void add_constant(const SafeTensor& tensor) {
    onnx::TensorProto& constant = *graph_.add_initializer();
    constant.set_name(tensor.name);
    constant.set_data_type(tensor.dtype == "I64" ? onnx::TensorProto::INT64 : onnx::TensorProto::FLOAT);
    for (const std::int64_t extent : tensor.shape) constant.add_dims(extent);
    constant.set_raw_data(tensor.data.data(), tensor.data.size());
  }
  static void describe(onnx::ValueInfoProto& value, const char* name, std::initializer_list<int> extents) {
    value.set_name(name);
    onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape()->add_dim()->set_dim_param("N");
    for (const int extent : extents) type.mutable_shape()->add_dim()->set_dim_value(extent);
  }

  OnnxValue flattened(const OnnxValue& value) {
    if (value.flat) return value;
    OnnxValue flat{value.name + "_as_vector", true};
    add_node("Flatten", flat.name, {value.name});
    return flat;
  }
  /// The names of the layer's inputs and of those of its parameters that it has.
  static std::vector<std::string> with_weights(const Layer& layer, const OnnxValue& x) {
    std::vector<std::string> names{x.name, layer.name + ".weight"};
    if (layer.parameters.size() == 2) names.push_back(layer.name + ".bias");
    return names;
  }

  using Inputs = std::vector<OnnxValue>;

  OnnxValue add(const Layer& layer, const Conv2dForm& form, const Inputs& inputs) {
    onnx::NodeProto& node = add_node("Conv", layer.name, with_weights(layer, inputs[0]));
    set(node, "kernel_shape", {form.kernel, form.kernel});
    set(node, "strides", {form.stride, form.stride});
    set(node, "pads", {form.pad, form.pad, form.pad, form.pad});
    set(node, "group", form.groups);
    return {layer.name};
  }
  OnnxValue add(const Layer& layer, const DenseForm&, const Inputs& inputs) {
    onnx::NodeProto& node = add_node("Gemm", layer.name, with_weights(layer, flattened(inputs[0])));
    set(node, "transB", 1);
    return {layer.name, true};
  }
  OnnxValue add(const Layer& layer, const ReluForm&, const Inputs& inputs) {
    add_node("Relu", layer.name, {inputs[0].name});
    return {layer.name, inputs[0].flat};
  }
  OnnxValue add(const Layer& layer, const MaxPoolForm& form, const Inputs& inputs) {
    onnx::NodeProto& node = add_node("MaxPool", layer.name, {inputs[0].name});
    set(node, "kernel_shape", {form.window, form.window});
    set(node, "strides", {form.stride, form.stride});
    return {layer.name};
  }
  OnnxValue add(const Layer& layer, const AveragePoolForm& form, const Inputs& inputs) {
    onnx::NodeProto& node = add_node("AveragePool", layer.name, {inputs[0].name});
    set(node, "kernel_shape", {form.window_h, form.window_w});
    set(node, "strides", {form.stride, form.stride});
    return {layer.name};
  }
  OnnxValue add(const Layer& layer, const LrnForm& form, const Inputs& inputs) {
    onnx::NodeProto& node = add_node("LRN", layer.name, {inputs[0].name});
    set(node, "size", form.window);
    set(node, "alpha", form.alpha * float(form.window));  // ONNX divides it by the window
    set(node, "beta", form.beta);
    set(node, "bias", form.k);
    return {layer.name};
  }
  OnnxValue add(const Layer& layer, const BatchNormForm& form, const Inputs& inputs) {
    onnx::NodeProto& node = add_node("BatchNormalization", layer.name,
                                     {inputs[0].name, layer.name + ".weight", layer.name + ".bias",
                                      layer.name + ".running_mean", layer.name + ".running_var"});
    set(node, "epsilon", form.epsilon);
    return {layer.name, inputs[0].flat};
  }
  OnnxValue add(const Layer& layer, const FlattenForm&, const Inputs& inputs) {
    if (inputs[0].flat) return inputs[0];
    add_node("Flatten", layer.name, {inputs[0].name});
    return {layer.name, true};
  }
  OnnxValue add(const Layer&, const DropoutForm&, const Inputs& inputs) { return inputs[0]; }
  OnnxValue add(const Layer& layer, const AddForm& form, const Inputs& inputs) {
    std::string skip = inputs[1].name;
    if (form.stride > 1) {
      onnx::NodeProto& node = add_node("MaxPool", layer.name + "_subsampled", {skip});  // windows of one pixel
      set(node, "kernel_shape", {1, 1});
      set(node, "strides", {form.stride, form.stride});
      skip = node.output(0);
    }
    if (form.skip.c < layer.output.c) {
      const std::string pads = layer.name + "_pads";
      const std::int64_t before = form.before, after = layer.output.c - form.skip.c - form.before;
      const std::vector<std::int64_t> values =
          inputs[1].flat ? std::vector{0L, before, 0L, after} : std::vector{0L, before, 0L, 0L, 0L, after, 0L, 0L};
      add_constant(make_tensor(pads, {std::int64_t(values.size())}, values.data(), values.size()));
      skip = add_node("Pad", layer.name + "_padded", {skip, pads}).output(0);
    }
    add_node("Add", layer.name, {inputs[0].name, skip});
    return {layer.name, inputs[0].flat};
  }
  OnnxValue add(const Layer& layer, const ConcatForm&, const Inputs& inputs) {
    onnx::NodeProto& node = add_node("Concat", layer.name, {inputs[0].name, inputs[1].name});
    set(node, "axis", 1);
    return {layer.name, inputs[0].flat};
  }

  onnx::GraphProto& graph_;
  const Net& net_;
};

}  // namespace

std::string onnx_file(const Net& net, const SafeTensors& weights, const std::map<std::string, std::string>& metadata) {
  onnx::ModelProto model;
  model.set_ir_version(ir_version);
  model.set_producer_name("gridstride");
  model.add_opset_import()->set_version(operator_set);
  for (const auto& [key, value] : metadata) {
    onnx::StringStringEntryProto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  OnnxGraph(*model.mutable_graph(), net, weights).add_all();
  constexpr std::size_t most_bytes = std::numeric_limits<int>::max();  // protobuf's limit
  if (const std::size_t bytes = model.ByteSizeLong(); bytes > most_bytes)
    throw Error(
        fmt::format("{} has {} bytes in ONNX's format, which holds {}: use safetensors", net.name, bytes, most_bytes));
  return model.SerializeAsString();
}

}  // namespace gs
