// cudnn_plans.cpp - operation graphs of convolutions, and the usable plans of cuDNN's heuristics.
#include "engine/library/cudnn_plans.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace gs {
namespace {

/// Alignment of our tensors in bytes; parameters in the bf16 copy have half the fp32 byte offsets.
constexpr std::int64_t alignment_of(cudnnDataType_t type) {
  return type == CUDNN_DATA_BFLOAT16 ? 128 : 256;
}

/// The convolution of one call, and by tensor id the distance of the next call's part in bytes.
struct Part {
  Conv2d convolution;
  std::array<std::int64_t, cudnn_tensors> bytes{};
};

Part part_of(const Conv2d& d, cudnnDataType_t type, Groups groups) {
  Part part{d};
  if (groups == Groups::together) return part;
  part.convolution.c = d.group_c();
  part.convolution.k = d.group_k();
  part.convolution.groups = 1;
  const std::int64_t size = type == CUDNN_DATA_BFLOAT16 ? 2 : 4;
  part.bytes[cudnn_x] = size * part.convolution.c;
  part.bytes[cudnn_w] = size * part.convolution.w_size();
  part.bytes[cudnn_y] = part.bytes[cudnn_bias] = size * part.convolution.k;
  return part;
}

/// In the order N C H W.
struct Extents {
  std::int64_t n, c, h, w;
};

/// An NHWC tensor, or some channels of one that has `stored_c`, of which other calls' parts begin at multiples of
/// `part_bytes`.
CudnnDescriptor tensor(cudnnDataType_t type, std::int64_t id, const Extents& e, std::int64_t stored_c,
                       std::int64_t part_bytes, bool is_virtual = false) {
  CudnnDescriptor t(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  t.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, type);
  t.set(CUDNN_ATTR_TENSOR_DIMENSIONS, {e.n, e.c, e.h, e.w});
  t.set(CUDNN_ATTR_TENSOR_STRIDES, {e.h * e.w * stored_c, 1, e.w * stored_c, stored_c});
  t.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, {id});
  t.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, {std::gcd(alignment_of(type), part_bytes)});
  t.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, is_virtual);
  return std::move(t.finalize());
}

CudnnDescriptor convolution(const Conv2d& d) {
  CudnnDescriptor c(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  c.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
  c.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, CUDNN_CROSS_CORRELATION);
  c.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, {2});
  c.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, {d.pad, d.pad});
  c.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, {d.pad, d.pad});
  c.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, {d.stride, d.stride});
  c.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, {1, 1});
  return std::move(c.finalize());
}

CudnnDescriptor pointwise(cudnnPointwiseMode_t mode, const CudnnDescriptor& x, const CudnnDescriptor* b,
                          const CudnnDescriptor& y) {
  CudnnDescriptor what(CUDNN_BACKEND_POINTWISE_DESCRIPTOR), op(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  what.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, mode);
  what.set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
  what.finalize();
  op.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, what);
  op.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, x);
  if (b) op.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *b);
  op.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y);
  return std::move(op.finalize());
}

/// Attribute names of an operation's tensors and factors.
struct Attributes {
  cudnnBackendDescriptorType_t type;
  cudnnBackendAttributeName_t x, w, y, convolution, alpha, beta;
};

Attributes attributes_of(ConvolutionOp op) {
  switch (op) {
    case ConvolutionOp::data_gradient:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
    case ConvolutionOp::filter_gradient:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
    case ConvolutionOp::forward:
      break;
  }
  return {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
}

CudnnDescriptor operation(ConvolutionOp op, const CudnnDescriptor& x, const CudnnDescriptor& w,
                          const CudnnDescriptor& y, const Conv2d& d) {
  const Attributes a = attributes_of(op);
  const CudnnDescriptor c = convolution(d);
  CudnnDescriptor o(a.type);
  o.set(a.x, x).set(a.w, w).set(a.y, y).set(a.convolution, c);
  o.set(a.alpha, CUDNN_TYPE_FLOAT, 1.0f).set(a.beta, CUDNN_TYPE_FLOAT, 0.0f);
  return std::move(o.finalize());
}

CudnnDescriptor graph(ConvolutionOp op, const Conv2d& whole, const Part& part, cudnnDataType_t stored,
                      const CudnnTarget& target) {
  const Conv2d& d = part.convolution;
  const Extents y_extents{d.n, d.k, d.p(), d.q()};
  const CudnnDescriptor x = tensor(stored, cudnn_x, {d.n, d.c, d.h, d.w}, whole.c, part.bytes[cudnn_x]);
  const CudnnDescriptor w = tensor(stored, cudnn_w, {d.k, d.group_c(), d.r, d.s}, d.group_c(), part.bytes[cudnn_w]);
  const CudnnDescriptor y = tensor(stored, cudnn_y, y_extents, whole.k, part.bytes[cudnn_y]);
  std::vector<CudnnDescriptor> operations;
  if (op == ConvolutionOp::forward) {
    const CudnnDescriptor bias = tensor(stored, cudnn_bias, {1, d.k, 1, 1}, d.k, part.bytes[cudnn_bias]);
    const CudnnDescriptor product = tensor(CUDNN_DATA_FLOAT, 100, y_extents, whole.k, 0, true);
    operations.push_back(operation(op, x, w, product, d));
    if (d.relu) {
      const CudnnDescriptor sum = tensor(CUDNN_DATA_FLOAT, 101, y_extents, whole.k, 0, true);
      operations.push_back(pointwise(CUDNN_POINTWISE_ADD, product, &bias, sum));
      operations.push_back(pointwise(CUDNN_POINTWISE_RELU_FWD, sum, nullptr, y));
    } else {
      operations.push_back(pointwise(CUDNN_POINTWISE_ADD, product, &bias, y));
    }
  } else {
    operations.push_back(operation(op, x, w, y, d));
  }
  std::vector<cudnnBackendDescriptor_t> raw;
  for (const CudnnDescriptor& o : operations) raw.push_back(o.get());
  CudnnDescriptor g(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  g.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, raw.data(), std::int64_t(raw.size()));
  if (target.handle) g.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, target.handle);
  return std::move(g.finalize());
}

CudnnDescriptor described_device(const std::string& json) {
  CudnnDescriptor device(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  device.set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, json.data(), std::int64_t(json.size()));
  return std::move(device.finalize());
}

struct Notes {
  bool deterministic = true, tensor_cores = false, compiled_at_run_time = false;
};
Notes notes_of(const CudnnDescriptor& engine) {
  Notes notes;
  for (const auto note :
       engine.values<cudnnBackendNumericalNote_t>(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE)) {
    notes.deterministic &= note != CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC;
    notes.tensor_cores |= note == CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
  }
  for (const auto note :
       engine.values<cudnnBackendBehaviorNote_t>(CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, CUDNN_TYPE_BEHAVIOR_NOTE))
    notes.compiled_at_run_time |= note == CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION;
  return notes;
}

std::string name_of(const CudnnDescriptor& config, std::int64_t engine, Groups groups) {
  std::string knobs;
  for (const CudnnDescriptor& knob :
       config.descriptors(CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR)) {
    cudnnBackendKnobType_t type{};
    std::int64_t count = 0;
    check_cudnn(
        cudnnBackendGetAttribute(knob.get(), CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE, 1, &count, &type),
        "reading a cuDNN knob");
    knobs +=
        fmt::format("{}{}={}", knobs.empty() ? "" : ",", int(type), knob.integer(CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE));
  }
  return fmt::format("cudnn:{}eng{}{{{}}}", groups == Groups::apart ? "apart:" : "", engine, knobs);
}

}  // namespace

std::vector<CudnnPlan> cudnn_plans(ConvolutionOp op, const Conv2d& d, Precision precision, const CudnnTarget& target,
                                   Groups groups) {
  const cudnnDataType_t stored = precision == Precision::bf16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT;
  const Part part = part_of(d, stored, groups);
  const CudnnDescriptor g = graph(op, d, part, stored, target);
  CudnnDescriptor device;
  if (!target.handle) device = described_device(target.device_json);
  std::vector<CudnnPlan> plans;
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    CudnnDescriptor heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
    heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, g);
    if (!target.handle) heuristics.set(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, device);
    heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, mode);
    if (!heuristics.try_finalize()) continue;
    for (const CudnnDescriptor& config :
         heuristics.descriptors(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR)) {
      if (plans.size() == cudnn_most_plans) return plans;
      const CudnnDescriptor engine = config.descriptor(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
      const Notes notes = notes_of(engine);
      if (!notes.deterministic || (notes.tensor_cores && precision == Precision::fp32)) continue;
      CudnnPlan plan;
      plan.engine = engine.integer(CUDNN_ATTR_ENGINE_GLOBAL_INDEX);
      const auto same_engine = [&](const CudnnPlan& other) { return other.engine == plan.engine; };
      const std::ptrdiff_t most = notes.compiled_at_run_time ? 1 : cudnn_most_plans_of_engine;
      if (std::count_if(plans.begin(), plans.end(), same_engine) >= most) continue;
      plan.name = name_of(config, plan.engine, groups);
      const auto same_name = [&](const CudnnPlan& other) { return other.name == plan.name; };
      if (std::any_of(plans.begin(), plans.end(), same_name)) continue;
      plan.plan = CudnnDescriptor(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
      plan.plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, config);
      if (target.handle)
        plan.plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, target.handle);
      else
        plan.plan.set(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, device);
      if (!plan.plan.try_finalize()) continue;
      plan.workspace_bytes = std::size_t(plan.plan.integer(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE));
      if (plan.workspace_bytes > cudnn_workspace_limit) continue;
      plan.note = notes.tensor_cores ? "tensor cores" : "";
      plan.calls = d.groups / part.convolution.groups;
      plan.call_bytes = part.bytes;
      plans.push_back(std::move(plan));
    }
  }
  return plans;
}

void run_cudnn_plan(cudnnHandle_t handle, const CudnnPlan& plan, std::initializer_list<std::int64_t> ids,
                    std::initializer_list<const void*> pointers, void* workspace) {
  std::vector<const void*> parts(pointers);
  for (int call = 0; call < plan.calls; ++call) {
    for (std::size_t i = 0; i < parts.size(); ++i)
      parts[i] = static_cast<const std::byte*>(pointers.begin()[i]) + call * plan.call_bytes[ids.begin()[i]];
    CudnnDescriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    pack.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, parts.data(), std::int64_t(parts.size()));
    pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ids);
    pack.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, workspace);
    pack.finalize();
    check_cudnn(cudnnBackendExecute(handle, plan.plan.get(), pack.get()), "running " + plan.name);
  }
}

}  // namespace gs
