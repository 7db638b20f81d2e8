// subject.h - the subject of a profile: a network of `gridstride models`, or the network of a run.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "apps/run/train_options.h"
#include "engine/program/program.h"

namespace gs::apps {

/// A program on its device, with images to train on.
struct Subject {
  std::string model;               ///< the network's name
  std::optional<std::string> run;  ///< the run's folder
  int base = 0;
  std::optional<std::string> kernels;  ///< --kernel
  std::unique_ptr<Device> device;
  std::unique_ptr<Program> program;
  Dataset images;
};

/// The flags of Machine, which a run may change; its other flags are fixed.
struct MachineFlags {
  std::optional<std::string> device, precision, implementation, implementation_from;
  std::optional<int> threads;
  bool retune = false;
};

/// list_gpu_steps is for --ncu: nothing runs, and a GPU is described if there is none. measure_built_in: without the
/// kernels of --kernel.
enum class Purpose { measure, measure_built_in, list_gpu_steps };

/// The network with the recipe of `options` and initial weights, on random images if the data is the built-in one, else
/// on its training images.
Subject subject_of_model(const TrainOptions& options, Purpose = Purpose::measure);

/// The network of a run's folder with its recipe and best weights, on random images. On another device or in
/// another precision than the run's, implementations are chosen anew. Throws UsageError if the folder holds no run.
Subject subject_of_run(const std::string& folder, const MachineFlags&, Purpose = Purpose::measure);

/// Noise, with the labels 0, 1, ... in turn. Throws UsageError if it does not fit into memory.
Dataset random_images(Shape, int count, std::size_t classes);

/// Images on a program's device, bound to its training side; both must live as long.
class BoundImages {
 public:
  BoundImages(Program&, const Dataset&);
  /// Begins an epoch over all images in their order; returns its number of steps.
  int begin_epoch();

 private:
  Program& program_;
  int samples_;
  Memory images_, labels_, order_;
};

}  // namespace gs::apps
