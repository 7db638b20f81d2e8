// program.h - a net compiled for a device and a recipe: memory plan, choice of implementations, the list of steps.
//
// The same list is executed, captured, profiled and printed. Each step says what it reads and writes, so dependencies
// follow by themselves, and memory is planned from them once, at compile time.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/device/device.h"
#include "engine/net/net.h"
#include "engine/net/recipe.h"
#include "engine/program/choice.h"
#include "engine/program/diagnosis.h"
#include "engine/program/plan.h"
#include "engine/program/tuner.h"
#include "kernels/step/step.h"

namespace gs {

/// What a split needs to be read on the device.
struct BatchSource {
  const std::uint8_t* images = nullptr;
  const std::int32_t* labels = nullptr;
  const std::uint32_t* permutation = nullptr;
  float* logits = nullptr;  ///< evaluation: where the logits of all images go, [images, outputs]; null: nowhere
};

class Program {
 public:
  Program(const Net&, const Recipe&, Device&, const ImplementationChoice& = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Draws the initial weights from the recipe's seed (Glorot-uniform with bias 0, unless the model says otherwise) and
  /// clears the optimizer's moments.
  void initialize();

  /// Binds the images that training (or evaluation) reads; must be called before the first run of that kind.
  void bind_training(const BatchSource&);
  void bind_evaluation(const BatchSource&);

  /// Starts an epoch over `samples` images: uploads the step state (cursor 0, learning rate) and clears the ring's
  /// stamps.
  void begin_training_epoch(std::uint32_t epoch, std::uint32_t samples, float learning_rate);
  void begin_evaluation(std::uint32_t samples);

  /// Training steps (gather, advance, forward, loss, backward, update): enqueued, not waited for. Enqueues at least one
  /// and at most `wanted`, as many as the device repeats with one launch, and returns how many.
  int train_steps(int wanted);
  /// From now on all that is left of an epoch is one replay, a loop on the device (Device::capture_loop), where as many
  /// steps are wanted. The same bits.
  void use_epoch_loops(bool);
  void train_step() { train_steps(1); }
  /// A training step of the same bits, its steps run one after another with the time of each (Device::timed); returns
  /// when it has ended. In the order of training_steps().
  TimedCalls timed_step();
  /// false: from now on steps run call by call, each in a range of its name, and nothing is captured.
  void use_replays(bool);
  /// Captures training steps anew, if they were captured before: so that a tracer of kernels is there when they are.
  void recapture_training();
  bool training_is_captured() const;  ///< the next train_steps(1) is one replay of one step
  /// A training step that also looks at itself: the same bits, and diagnosis() can be asked afterwards. Enqueued.
  void diagnostic_step();
  Diagnosis diagnosis() const;  ///< of the last diagnostic step; waits for it

  /// Counts how many of the parameters are NaN, Inf or too large (is_broken): enqueued, not waited for. What it counted
  /// can be read once the device has done all that was enqueued (Device::synchronize); 0 before.
  void count_broken();
  std::uint32_t broken() const;

  /// Keeps a copy of parameters, moments and step state on the device, and puts it back.
  void remember();
  void recall();

  /// Copies the parameters to a second place on the device; not waited for. They stay there until the next call.
  void keep_parameters();
  std::vector<float> kept_parameters() const;  ///< as parameters() was then

  /// Evaluation steps (gather, advance, forward without dropout, loss, store logits), likewise.
  int evaluate_steps(int wanted);
  void evaluate_step() { evaluate_steps(1); }

  /// The metrics ring as the host sees it; entry i of an epoch is ring()[i % ring_capacity()], complete when its stamp
  /// is i + 1.
  const StepMetrics* ring() const;
  std::uint32_t ring_capacity() const;

  const Net& net() const;
  const Recipe& recipe() const;
  Device& device() const;
  const std::vector<Step>& training_steps() const;
  const std::vector<Step>& evaluation_steps() const;
  const std::vector<Step>& diagnostic_steps() const;
  const Addresses& addresses() const;          ///< for running single steps: benchmarks and tests
  const std::vector<Tensor>& tensors() const;  ///< by TensorId
  const MemoryPlan& memory_plan() const;
  /// Of all training steps, and of the evaluation steps that training has not.
  ImplementationTable implementations() const;
  /// What --impl auto measured or knew, by step; empty where nothing was measured.
  const std::vector<TunedStep>& tuned_steps() const;
  std::string explain() const;
  /// For each training step the number of kernels that it launches; empty where steps are no kernels (cpu).
  std::vector<int> kernels_of_steps() const;

  /// Parameters by name, as host floats, in the order of the net. `moments` likewise (moment1, moment2 or empty).
  std::vector<float> parameters() const;
  void set_parameters(const std::vector<float>&);
  std::vector<float> moment(int which) const;
  void set_moment(int which, const std::vector<float>&);
  std::vector<float> gradients() const;
  StepState state() const;
  void set_state(const StepState&);

  /// Runs the steps of one training step eagerly in the given order of indices (a topological order): for tests.
  void run_training_in_order(const std::vector<int>& order);

  /// The last evaluated batch, [batch, outputs] and [batch]: for predict and tests.
  std::vector<float> logits() const;
  std::vector<float> sample_losses() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gs
