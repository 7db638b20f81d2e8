// predict.cpp - through the trainer's evaluation, which looks at validation images only.
#include "engine/train/predict.h"

#include "engine/train/check_fits.h"
#include "engine/train/trainer.h"

namespace gs {

std::vector<float> predict(Program& program, Dataset images) {
  if (images.n == 0) return {};
  images.labels.resize(std::size_t(images.n));
  check_fits(images, program.net(), "images");
  DataSplits splits;
  splits.train = {.n = 1, .h = images.h, .w = images.w, .c = images.c, .images = {}, .labels = {0}};
  splits.train.images.assign(images.images.begin(), images.images.begin() + std::ptrdiff_t(images.image_size()));
  splits.validation = std::move(images);
  return Trainer(program, splits).evaluate().logits;
}

}  // namespace gs
