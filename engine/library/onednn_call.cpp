// onednn_call.cpp - runs oneDNN primitives, and reorders weights to oneDNN's layout and back.
#include "engine/library/onednn_call.h"

#include <omp.h>

#include "engine/core/alignment.h"
#include "engine/library/onednn_compat.h"

namespace gs::onednn {
namespace {

std::vector<Tensor> with(std::vector<Tensor> tensors, std::initializer_list<Tensor> more) {
  tensors.insert(tensors.end(), more);
  return tensors;
}

}  // namespace

ThreadCount::ThreadCount(int threads) : before_(omp_get_max_threads()) {
  omp_set_num_threads(threads);
}
ThreadCount::~ThreadCount() {
  omp_set_num_threads(before_);
}

Call::Call(const Runtime& runtime, const dnnl::primitive& primitive, const std::vector<Tensor>& tensors)
    : stream_(runtime.stream), primitive_(primitive), threads_(omp_get_max_threads()) {
  for (const auto& [argument, layout] : tensors) {
    if (layout.get_size() == 0) continue;
    memories_.push_back(dnnl::memory(layout, runtime.engine, DNNL_MEMORY_NONE));
    arguments_.push_back({argument, memories_.back().get()});
  }
}

void Call::bind(int argument, const void* data) {
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    if (arguments_[i].arg != argument) continue;
    // Setting a handle clears the padding of blocked layouts, so an unchanged buffer is not set again.
    if (memories_[i].get_data_handle() != data) memories_[i].set_data_handle(const_cast<void*>(data));
  }
}

void Call::run() {
  const ThreadCount threads(threads_);
  dnnl::error::wrap_c_api(
      dnnl_primitive_execute(primitive_.get(), stream_.get(), int(arguments_.size()), arguments_.data()),
      "could not execute a primitive");
}

Product::Product(const Runtime& runtime, const dnnl::primitive& primitive, const dnnl::memory::desc& scratchpad,
                 const Weights& weights, std::vector<Tensor> tensors)
    : main_(runtime, primitive,
            with(std::move(tensors), {{weights.argument, weights.preferred}, {DNNL_ARG_SCRATCHPAD, scratchpad}})),
      weights_argument_(weights.argument),
      preferred_at_(aligned_size(scratchpad.get_size())),
      workspace_bytes_(preferred_at_) {
  if (weights.preferred == weights.stored) return;
  const bool output = weights.argument == DNNL_ARG_DIFF_WEIGHTS;
  const auto& from = output ? weights.preferred : weights.stored;
  const auto& to = output ? weights.stored : weights.preferred;
  const dnnl::reorder::primitive_desc reorder(runtime.engine, from, runtime.engine, to, attributes(false));
  reorder_.emplace_back(
      runtime, dnnl::reorder(reorder),
      std::vector<Tensor>{{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}, {DNNL_ARG_SCRATCHPAD, reorder.scratchpad_desc()}});
  reorder_scratchpad_at_ = preferred_at_ + aligned_size(weights.preferred.get_size());
  workspace_bytes_ = reorder_scratchpad_at_ + aligned_size(reorder.scratchpad_desc().get_size());
}

void Product::run(const void* weights, std::initializer_list<std::pair<int, const void*>> tensors, void* workspace) {
  char* const base = static_cast<char*>(workspace);
  for (const auto& [argument, data] : tensors) main_.bind(argument, data);
  main_.bind(DNNL_ARG_SCRATCHPAD, base);
  if (reorder_.empty()) {
    main_.bind(weights_argument_, weights);
    return main_.run();
  }
  const bool output = weights_argument_ == DNNL_ARG_DIFF_WEIGHTS;
  Call& reorder = reorder_.front();
  reorder.bind(output ? DNNL_ARG_TO : DNNL_ARG_FROM, weights);
  reorder.bind(output ? DNNL_ARG_FROM : DNNL_ARG_TO, base + preferred_at_);
  reorder.bind(DNNL_ARG_SCRATCHPAD, base + reorder_scratchpad_at_);
  main_.bind(weights_argument_, base + preferred_at_);
  if (!output) reorder.run();
  main_.run();
  if (output) reorder.run();
}

dnnl::primitive_attr attributes(bool relu) {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (relu) {
    // ELU, max(x, 0) + min(alpha (exp(x) - 1), 0), with alpha 0 is ReLU. oneDNN's ReLU would turn NaN into 0.
    dnnl::post_ops operations;
    append_eltwise(operations, dnnl::algorithm::eltwise_elu, 0.0f, 0.0f);
    attributes.set_post_ops(operations);
  }
  return attributes;
}

bool is_reference(std::string_view implementation) {
  return implementation.find("ref") != std::string_view::npos;
}

}  // namespace gs::onednn
