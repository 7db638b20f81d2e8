// declared_memory_test.cpp - an op call accesses only the tensors that it declares: graph edges and the memory plan
// depend on that. The race checker ends a launch that accesses anything else.
#include <gtest/gtest.h>

#include "engine/program/program.h"
#include "kernels/sim/simulator.h"
#include "models/models.h"
#include "tests/support/tiny_data.h"

namespace gs::test {
namespace {

constexpr int images = 4;

struct Case {
  std::string model;
  Precision precision;
  friend std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.model << '_' << to_string(c.precision);
  }
};

class DeclaredMemory : public testing::TestWithParam<Case> {};

/// Registers the memory of an op call's tensors during its lifetime, with the padding of the flat buffers, since the
/// update covers that.
class Declared {
 public:
  Declared(const Program& program, const OpCall& step) {
    std::vector<TensorId> ids = step.reads;
    ids.insert(ids.end(), step.writes.begin(), step.writes.end());
    ids.push_back(step.workspace);
    for (const TensorId id : ids) {
      if (id == no_tensor) continue;
      const Tensor& tensor = program.tensors()[std::size_t(id)];
      const std::size_t unit = tensor.storage == Storage::bf16 ? 128 : 256;
      if (tensor.bytes == 0) continue;  // memory of the caller
      simulator::register_memory(program.addresses()[id], (tensor.bytes + unit - 1) / unit * unit);
      registered_.push_back(program.addresses()[id]);
    }
  }
  ~Declared() {
    for (const void* memory : registered_) simulator::unregister_memory(memory);
  }

 private:
  std::vector<const void*> registered_;
};

TEST_P(DeclaredMemory, EveryStepKeepsToIt) {
  const auto device = open_device({.name = "sim", .tf32 = GetParam().precision == Precision::tf32});
  const bool large = GetParam().model == "alexnet2012";  // reduces its images by a factor of 32
  const int side = large ? 67 : 16;
  const Net net = find_model(GetParam().model)
                      .build({.input = {side, side, 1}, .base = large ? 4 : 2, .dropout = 0.3f, .depth = 8});
  Recipe recipe;
  recipe.batch = images;
  recipe.precision = GetParam().precision;
  Program program(net, recipe, *device, {.rule = "own"});
  program.initialize();
  const Dataset data = noise_images(images, side, 50, 1);
  const Memory pixels = uploaded(*device, data.images), labels = uploaded(*device, data.labels),
               order = uploaded(*device, std::vector<std::uint32_t>{2, 0, 3, 1}),
               logits = uploaded(*device, std::vector<float>(images));
  const BatchSource source{static_cast<const std::uint8_t*>(pixels.data()),
                           static_cast<const std::int32_t*>(labels.data()),
                           static_cast<const std::uint32_t*>(order.data()), static_cast<float*>(logits.data())};
  program.bind_training(source);
  program.bind_evaluation(source);
  program.begin_training_epoch(0, images, 1e-3f);
  program.begin_evaluation(images);
  for (std::size_t id = 0; id < program.tensors().size(); ++id)
    if (program.tensors()[id].bytes > 0) simulator::unregister_memory(program.addresses()[TensorId(id)]);
  for (const std::vector<OpCall>* list : {&program.training_calls(), &program.evaluation_calls()})
    for (const OpCall& step : *list) {
      const Declared declared(program, step);
      step.call(program.addresses(), device->stream());
    }
}

INSTANTIATE_TEST_SUITE_P(All, DeclaredMemory,
                         testing::Values(Case{"lenet", Precision::fp32}, Case{"lenet", Precision::bf16},
                                         Case{"alexnet", Precision::fp32}, Case{"alexnet", Precision::tf32},
                                         Case{"alexnet", Precision::bf16}, Case{"alexnet2012", Precision::tf32},
                                         Case{"mlp", Precision::fp32}, Case{"mlp", Precision::tf32},
                                         Case{"resnet", Precision::fp32}, Case{"resnet", Precision::bf16}),
                         [](const auto& info) {
                           return info.param.model + "_" + std::string(to_string(info.param.precision));
                         });

}  // namespace
}  // namespace gs::test
