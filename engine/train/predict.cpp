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
  splits.train = first_images(images, 1);  // a trainer needs one; evaluation does not read it
  splits.validation = std::move(images);
  return Trainer(program, splits).evaluate().logits;
}

}  // namespace gs
