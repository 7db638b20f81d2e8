// pictures.cpp - weights and activations as grey values; images as they are.
#include "apps/report/pictures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "apps/run/prepared_run.h"
#include "apps/run/recorded_data.h"
#include "apps/run/saved_run.h"
#include "apps/run/train_plan.h"
#include "engine/core/error.h"
#include "engine/core/nan_last.h"
#include "engine/data/encode_png.h"
#include "engine/data/opencv_module.h"
#include "engine/layers/conv2d.h"
#include "engine/train/metrics.h"
#include "kernels/loss/loss_ref.h"

namespace gs::apps {
namespace {

using Json = nlohmann::ordered_json;

std::string base64(const std::vector<std::uint8_t>& bytes) {
  static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j) word = word << 8 | (j < have ? bytes[i + j] : 0u);
    for (std::size_t j = 0; j < 4; ++j) text += j <= have ? letters[word >> (18 - 6 * j) & 63] : '=';
  }
  return text;
}

/// `height` x `width` values from -most to most as grey: 0 is middle grey.
Image signed_grey(const float* values, int height, int width, std::int64_t stride, float most) {
  Image image{height, width, 1, {}};
  for (int i = 0; i < height * width; ++i)
    image.pixels.push_back(std::uint8_t(std::lround(127.5f + 127.5f * values[i * stride] / std::max(most, 1e-30f))));
  return image;
}

Json block(const std::string& title, const std::string& caption, int scale) {
  return {{"kind", "images"}, {"title", title}, {"caption", caption}, {"scale", scale}, {"images", Json::array()}};
}

void add_picture(Json& block, const Image& image, const std::string& caption) {
  const std::string uri = png_uri(image);
  if (uri.empty()) return;
  block["images"].push_back({{"src", uri}, {"width", image.w}, {"height", image.h}, {"caption", caption}});
}

bool is_convolution(const Layer& layer) {
  return convolution_of(layer, 1).has_value();
}

/// Calls visit(layer, its weights) for the first two convolutions.
template <class Visit>
void for_convolutions(const OpenedRun& run, Visit visit) {
  std::int64_t offset = 0;
  int seen = 0;
  for (const Layer& layer : run.net.layers) {
    if (is_convolution(layer) && ++seen <= 2) visit(layer, run.parameters.data() + offset);
    offset += layer.parameter_count();
  }
}

/// Runs the network on one image and hands each convolution's output to visit(layer, values).
template <class Visit>
void for_activations(const OpenedRun& run, const std::uint8_t* image, Visit visit) {
  const auto device = open_device({.name = "cpu"});
  Recipe recipe;
  recipe.batch = 1;
  recipe.loss = run.net.output().c == 1 ? LossKind::bce : LossKind::softmax;
  Program program(run.net, recipe, *device);
  program.initialize();
  program.set_parameters(run.parameters);
  const std::int32_t label = 0;
  const std::uint32_t first = 0;
  program.bind_evaluation({image, &label, &first});
  program.begin_evaluation(1);
  for (const OpCall& call : program.evaluation_calls()) {
    call.call(program.addresses(), device->stream());
    for (const Layer& layer : run.net.layers)
      if (call.name == layer.name + " forward" && is_convolution(layer)) {
        std::vector<float> values(std::size_t(layer.output.size()));
        device->download(values.data(), program.addresses()[call.writes.at(0)], values.size() * sizeof(float));
        visit(layer, values);
      }
  }
}

Image validation_image(const OpenedRun& run, std::size_t i) {
  return image_of(run.data.validation, int(i));
}

}  // namespace

std::string png_uri(const Image& image) {
  return built_with_opencv() ? "data:image/png;base64," + base64(encode_png(image)) : "";
}

Image mosaic(const std::vector<Image>& tiles, int columns) {
  const Image& one = tiles.at(0);
  const int rows = (int(tiles.size()) + columns - 1) / columns;
  Image whole{rows * (one.h + 1) - 1, columns * (one.w + 1) - 1, one.c, {}};
  whole.pixels.assign(std::size_t(whole.h) * whole.w * whole.c, 255);
  for (std::size_t t = 0; t < tiles.size(); ++t)
    for (int y = 0; y < one.h; ++y) {
      const int top = int(t) / columns * (one.h + 1) + y, left = int(t) % columns * (one.w + 1);
      std::copy_n(tiles[t].pixels.begin() + std::ptrdiff_t(y) * one.w * one.c, one.w * one.c,
                  whole.pixels.begin() + (std::ptrdiff_t(top) * whole.w + left) * one.c);
    }
  return whole;
}

OpenedRun open_run(const FinishedRun& run) {
  SavedRun saved = open_saved_run(run.folder);
  OpenedRun opened;
  opened.data = load_training_data(saved.options, Warnings::drop);
  check_same_data(run.record, opened.data, run.folder.string());
  if (opened.data.validation.n != int(run.labels.size()))
    throw Error(fmt::format("{}/predictions.safetensors is of {} images, and the run has {} to validate it",
                            run.folder.string(), run.labels.size(), opened.data.validation.n));
  make_positive_one(opened.data, choose_positive(saved.options, saved.loss, opened.data.classes));
  opened.labels = std::move(saved.labels);
  opened.net = std::move(saved.net);
  opened.parameters = std::move(saved.parameters);
  return opened;
}

Json filters_block(const OpenedRun& run, const std::string& name) {
  Json b = block("Learned filters of " + name,
                 "Middle grey is 0, white is positive. First convolution: one tile a filter. Second: a row a filter, a "
                 "column an input channel (the first of each).",
                 10);
  for_convolutions(run, [&](const Layer& layer, const float* w) {
    const auto& shape = layer.parameters.at(0).shape;  // k r s c
    const std::int64_t count = layer.parameters[0].size();
    const float most =
        std::abs(*std::max_element(w, w + count, [](float a, float b) { return std::abs(a) < std::abs(b); }));
    const bool first = layer.input.c == run.net.input.c;
    const auto filters = std::min<std::int64_t>(shape[0], first ? 32 : 8),
               channels = std::min<std::int64_t>(shape[3], first ? shape[3] : 16);
    std::vector<Image> tiles;
    for (std::int64_t k = 0; k < filters; ++k)
      for (std::int64_t c = 0; c < channels; ++c)
        tiles.push_back(
            signed_grey(w + k * shape[1] * shape[2] * shape[3] + c, int(shape[1]), int(shape[2]), shape[3], most));
    add_picture(
        b, mosaic(tiles, first ? 8 * int(channels) : int(channels)),
        fmt::format("{}: {} of {} filters, {}x{}x{}", layer.name, filters, shape[0], shape[1], shape[2], shape[3]));
  });
  return b;
}

Json feature_maps_block(const OpenedRun& run, const std::string& name) {
  const auto& labels = run.data.validation.labels;
  const auto chosen = std::size_t(std::find(labels.begin(), labels.end(), 1) - labels.begin()) % labels.size();
  Json b = block(
      "Feature maps of " + name,
      fmt::format("The outputs of the convolutions for one image ({}), after the ReLU; each map is scaled to its own "
                  "largest value.",
                  run.labels.at(std::size_t(labels[chosen]))),
      1);
  const Image image = validation_image(run, chosen);
  add_picture(b, image, "the image");
  int seen = 0;
  for_activations(run, image.pixels.data(), [&](const Layer& layer, const std::vector<float>& values) {
    if (++seen > 2) return;
    const Shape& s = layer.output;
    std::vector<Image> tiles;
    for (int c = 0; c < std::min(s.c, 8 * seen); ++c) {
      Image tile{s.h, s.w, 1, {}};
      float most = 1e-30f;
      for (std::size_t i = std::size_t(c); i < values.size(); i += std::size_t(s.c)) most = std::max(most, values[i]);
      for (std::size_t i = std::size_t(c); i < values.size(); i += std::size_t(s.c))
        tile.pixels.push_back(std::uint8_t(std::lround(255 * std::max(0.0f, values[i]) / most)));
      tiles.push_back(std::move(tile));
    }
    add_picture(b, mosaic(tiles, 4 * seen),
                fmt::format("{}: {} of {} maps, {}x{}", layer.name, tiles.size(), s.c, s.h, s.w));
  });
  return b;
}

Json mistakes_block(const OpenedRun& run, const FinishedRun& finished, const std::string& name) {
  const std::size_t k = std::size_t(finished.loss.classes), images = finished.labels.size();
  const std::vector<float>& logits = finished.logits_at_best();
  std::vector<std::pair<double, std::size_t>> wrong;
  for (std::size_t i = 0; i < images; ++i) {
    const std::vector<double> z(logits.begin() + std::ptrdiff_t(i * k), logits.begin() + std::ptrdiff_t((i + 1) * k));
    if (!ref::is_correct(finished.loss, z, finished.labels[i]))
      wrong.push_back({ref::sample_loss(finished.loss, z, finished.labels[i]), i});
  }
  std::sort(wrong.rbegin(), wrong.rend(), [](const auto& a, const auto& b) {
    return nan_last(a.first, b.first) || (!nan_last(b.first, a.first) && a.second < b.second);
  });
  Json b = block(
      "The worst mistakes of " + name,
      fmt::format("{} of {} validation images are wrong at the best epoch; these cost the most.", wrong.size(), images),
      std::max(1, 112 / std::max(1, run.data.validation.w)));
  const std::vector<double> p = probabilities(logits, int(k));
  const std::size_t classes = std::max<std::size_t>(2, k);
  for (std::size_t j = 0; j < std::min<std::size_t>(8, wrong.size()); ++j) {
    const auto [cost, i] = wrong[j];
    const auto row = p.begin() + std::ptrdiff_t(i * classes);
    const auto said = std::size_t(std::max_element(row, row + std::ptrdiff_t(classes)) - row);
    const bool probable = finished.loss.kind == LossKind::bce || finished.loss.kind == LossKind::softmax;
    add_picture(b, validation_image(run, i),
                fmt::format("is {}, said {}{}", run.labels.at(std::size_t(finished.labels[i])), run.labels.at(said),
                            probable ? fmt::format(" ({:.0f} %)", 100 * row[std::ptrdiff_t(said)]) : ""));
  }
  return b;
}

}  // namespace gs::apps
