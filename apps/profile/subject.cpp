// subject.cpp - from flags or a run's folder to a program that can be timed.
#include "apps/profile/subject.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "apps/cli/data_flags.h"
#include "apps/run/prepared_run.h"
#include "apps/run/saved_run.h"
#include "apps/run/train_plan.h"
#include "engine/core/error.h"
#include "engine/core/machine_limits.h"
#include "engine/core/random.h"
#include "engine/device/backends.h"
#include "engine/device/device_name.h"
#include "models/models.h"

namespace gs::apps {
namespace {

constexpr int batches = 16;

std::unique_ptr<Device> device_for(const TrainOptions& o, Purpose purpose, Precision& precision) {
  if (purpose != Purpose::list_gpu_steps) return open_device_for(o, precision);
  precision = choose_precision(o.precision, "cuda");
  TrainOptions on_cuda = o;
  if (o.device == "auto") on_cuda.device = "cuda";
  if (!why_no_cuda(parse_device_name(on_cuda.device).gpu).empty()) return describe_gpu(precision != Precision::fp32);
  return open_device_for(on_cuda, precision);
}

ImplementationChoice implementations_for(const TrainOptions& o, Purpose purpose) {
  return purpose == Purpose::measure_built_in ? built_in_implementations(o) : choose_implementations(o);
}

}  // namespace

Dataset random_images(Shape shape, int count, std::size_t classes) {
  if (const std::string shortage = memory_shortage(double(count) * double(shape.size())); !shortage.empty())
    throw UsageError(fmt::format("{} images of {} need {}; a smaller --batch or --image-size needs less", count,
                                 extents(shape), shortage));
  Dataset data;
  data.n = count, data.h = shape.h, data.w = shape.w, data.c = shape.c;
  data.images.resize(std::size_t(count) * std::size_t(shape.size()));
  RandomStream random(1, RandomPurpose::initial_weights, 0);
  for (std::uint8_t& pixel : data.images) pixel = std::uint8_t(random.uniform() * 256);
  for (int i = 0; i < count; ++i) data.labels.push_back(std::int32_t(std::size_t(i) % classes));
  return data;
}

Subject subject_of_model(const TrainOptions& o, Purpose purpose) {
  Subject subject;
  subject.model = o.model;
  subject.base = o.base.value_or(find_model(o.model).default_base);
  subject.kernels = o.kernels;
  const ImplementationChoice implementations = implementations_for(o, purpose);
  Precision precision;
  subject.device = device_for(o, purpose, precision);
  const Model& model = find_model(o.model);
  std::size_t classes = 2;
  std::vector<std::int64_t> counts;
  if (o.data.data == built_in_data && o.features == "pixels") {
    const Shape& usual = model.usual_input;
    if (model.usual_outputs > 1 && o.loss != "bce" && o.loss != "hinge") classes = std::size_t(model.usual_outputs);
    const ImageSize size = o.data.image_size.value_or(ImageSize(usual.h, usual.w));
    subject.images = random_images({size.h, size.w, o.data.channels.value_or(usual.c)}, batches * o.batch, classes);
  } else {
    DataSplits data = load_training_data(o);
    classes = data.classes.size();
    counts = class_counts(data.train, classes);
    subject.images = data.train.stream ? first_images(data.train, batches * o.batch) : std::move(data.train);
  }
  const LossKind loss = choose_loss(o, classes);
  const Dataset& images = subject.images;
  Recipe recipe = build_recipe(o, loss, precision);
  if (counts.empty()) counts = class_counts(images, classes);
  if (o.class_weight == "balanced") recipe.class_weights = balanced_weights(counts);
  subject.program = std::make_unique<Program>(build_net(o, {images.h, images.w, images.c}, loss, classes), recipe,
                                              *subject.device, implementations);
  if (purpose != Purpose::list_gpu_steps) subject.program->initialize();
  return subject;
}

Subject subject_of_run(const std::string& folder, const MachineFlags& flags, Purpose purpose) {
  const SavedRun run = open_saved_run(folder);
  TrainOptions o = run.options;
  if (flags.device) o.device = *flags.device;
  if (flags.threads) o.threads = *flags.threads;
  if (flags.precision) o.precision = flags.precision;
  const std::string device = purpose == Purpose::list_gpu_steps ? "cuda" : o.device;
  if (elsewhere(run, device, o.precision)) o.implementation = "auto", o.implementation_from.reset(), o.kernels.reset();
  if (flags.implementation) o.implementation = *flags.implementation, o.implementation_from.reset();
  if (flags.implementation_from) o.implementation_from = flags.implementation_from;
  o.retune = flags.retune;
  Subject subject;
  subject.model = o.model;
  subject.run = folder;
  subject.base = o.base.value_or(find_model(o.model).default_base);
  Precision precision;
  subject.device = device_for(o, purpose, precision);
  subject.images = random_images(run.net.input, batches * o.batch, run.labels.size());
  subject.program = std::make_unique<Program>(run.net, saved_recipe(run, precision), *subject.device,
                                              implementations_for(o, purpose));
  subject.kernels = o.kernels;
  if (purpose == Purpose::list_gpu_steps) return subject;
  subject.program->initialize();
  subject.program->set_parameters(run.parameters);
  return subject;
}

BoundImages::BoundImages(Program& program, const Dataset& data) : program_(program), samples_(int(data.n)) {
  const int batch = program.recipe().batch;
  if (samples_ > batch) samples_ -= samples_ % batch;  // every step has a full batch
  Device& device = program.device();
  std::vector<std::uint32_t> order(std::size_t(data.n));
  std::iota(order.begin(), order.end(), 0u);
  images_ = uploaded(device, data.images);
  labels_ = uploaded(device, data.labels);
  order_ = uploaded(device, order);
  program.bind_training({static_cast<const std::uint8_t*>(images_.data()),
                         static_cast<const std::int32_t*>(labels_.data()),
                         static_cast<const std::uint32_t*>(order_.data())});
}

int BoundImages::begin_epoch() {
  program_.begin_training_epoch(0, std::uint32_t(samples_), program_.recipe().learning_rate);
  return (samples_ + program_.recipe().batch - 1) / program_.recipe().batch;
}

}  // namespace gs::apps
