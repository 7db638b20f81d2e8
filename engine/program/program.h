// program.h - a net compiled for a device and a recipe: op calls, their implementations, and a memory plan.
//
// One list of op calls is executed, captured, profiled and printed. Each call declares the tensors that it reads and
// writes; dependencies and the memory plan are derived from them once, at compile time.
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
#include "engine/program/gpu_bounds.h"
#include "engine/program/plan.h"
#include "engine/program/tuner.h"
#include "engine/ranks/shared_batch.h"
#include "kernels/step/step.h"

namespace gs {

/// Device pointers to a split of the data; `permutation` is the order of its images.
struct BatchSource {
  const std::uint8_t* images = nullptr;
  const std::int32_t* labels = nullptr;
  const std::uint32_t* permutation = nullptr;
  float* logits = nullptr;  ///< evaluation: receives the logits of all images, [images, outputs]; may be null
  /// Places of `images` if it does not hold the whole split: StepState::window. The caller fills them before a step.
  std::uint32_t window = 0;
};

class Program {
 public:
  /// With `ranks` this process has its part of each batch, and the gradients of all ranks are added up; their programs
  /// must be made of the same net and recipe.
  Program(const Net&, const Recipe&, Device&, const ImplementationChoice& = {}, Ranks* ranks = nullptr);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Draws the initial weights from the recipe's seed (Glorot-uniform with bias 0, unless the model says otherwise) and
  /// clears the optimizer's moments.
  void initialize();

  /// Binds the images that training (or evaluation) reads. Call it before the first step of that kind.
  void bind_training(const BatchSource&);
  void bind_evaluation(const BatchSource&);

  /// Starts an epoch over `samples` images (of all ranks) with its step `first_step` (from 0): uploads the step state
  /// and clears the metrics ring, whose entry 0 will be that step's.
  void begin_training_epoch(std::uint32_t epoch, std::uint32_t samples, float learning_rate,
                            std::uint32_t first_step = 0);
  void begin_evaluation(std::uint32_t samples);

  /// Enqueues training steps (gather, advance, forward, loss, backward, update) without waiting: at least one, at most
  /// `wanted`, as many as one launch repeats. Returns their number.
  int train_steps(int wanted);
  /// If true, a call that wants all remaining steps of an epoch enqueues them as one loop on the device
  /// (Device::capture_loop). Bit-identical results.
  void use_epoch_loops(bool);
  void train_step() { train_steps(1); }
  /// Runs a training step call by call, waits for its end and returns the time of each call (Device::timed), in the
  /// order of training_calls(). Bit-identical to train_step().
  TimedCalls timed_step();
  /// If false, steps run call by call, each in a range of its name, and nothing is captured.
  void use_replays(bool);
  /// Captures the training step again if it was captured before: a kernel tracer sees only later captures.
  void recapture_training();
  bool training_is_captured() const;  ///< train_steps(1) replays a captured step
  /// Enqueues a training step that also measures its tensors for diagnosis(). Bit-identical to train_step().
  void diagnostic_step();
  Diagnosis diagnosis() const;  ///< from the last diagnostic step; waits for it

  /// Enqueues a count of the parameters that are NaN, Inf or too large (is_broken). broken() returns the count after
  /// Device::synchronize(), and 0 if nothing was counted yet.
  void count_broken();
  std::uint32_t broken() const;

  /// Copies parameters, moments and step state to a second place on the device, and back.
  void snapshot();
  void restore();

  /// Enqueues a copy of the parameters on the device, which the next call overwrites.
  void keep_parameters();
  std::vector<float> kept_parameters() const;  ///< that copy, laid out as parameters()

  /// Enqueues evaluation steps (gather, advance, forward without dropout, loss, store logits) like train_steps().
  int evaluate_steps(int wanted);

  /// The metrics ring as the host sees it; entry i since the epoch began here is ring()[i % ring_capacity()], complete
  /// when its stamp is i + 1.
  const StepMetrics* ring() const;
  std::uint32_t ring_capacity() const;

  const Net& net() const;
  const Recipe& recipe() const;
  const SharedBatch& shared_batch() const;
  Device& device() const;
  const std::vector<OpCall>& training_calls() const;
  const std::vector<OpCall>& evaluation_calls() const;
  const std::vector<OpCall>& diagnostic_calls() const;
  const Addresses& addresses() const;          ///< for running single calls: benchmarks and tests
  const std::vector<Tensor>& tensors() const;  ///< by TensorId
  const MemoryPlan& memory_plan() const;
  /// Covers all training calls, and evaluation calls whose names training does not have.
  ImplementationTable implementations() const;
  /// Measurements and cached results of --impl auto, by call; empty if nothing was tuned.
  const std::vector<TunedCall>& tuned_calls() const;
  /// The compiled step, for --explain. `counted`: launches of the training calls, if their kernels can be interpreted.
  std::string explain(const CountedCalls& counted = {}) const;
  /// Number of kernels that each training call launches; empty if calls are not kernels (cpu).
  std::vector<int> kernels_of_calls() const;

  /// All parameters as host floats, one after another in the order of the net; likewise moments (`which` is 1 or 2) and
  /// gradients. A moment that the optimizer lacks is empty, and setting it throws gs::Error.
  std::vector<float> parameters() const;
  void set_parameters(const std::vector<float>&);
  std::vector<float> moment(int which) const;
  void set_moment(int which, const std::vector<float>&);
  std::vector<float> gradients() const;
  StepState state() const;
  void set_state(const StepState&);

  /// Runs the calls of one training step eagerly in the given topological order of indices: for tests.
  void run_training_in_order(const std::vector<int>& order);

  /// Copies parameters, or all that training goes on from (moments and step, too), from rank 0 to the others. Each rank
  /// calls it.
  void share_parameters();
  void share_training_state();
  /// On rank 0: may the other ranks have other parameters? Statistics of training differ, and those that were set here.
  bool parameters_may_differ() const;

  /// After an error on any rank, before device memory is freed: CUDA waits then for sums over GPUs that are under way,
  /// which may wait for a rank that is gone. They end without a result, and no more steps can be trained.
  void abandon_exchanges() noexcept;

  /// The rows of this process in the last evaluated batch, [rows, outputs] and [rows]: for predict and tests.
  std::vector<float> logits() const;
  std::vector<float> sample_losses() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gs
