// net.h - what a network is: layers, shapes, parameter counts. Immutable, no device, no training knobs.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace gs {

/// Extents of one image or feature map; a vector is {1, 1, length}.
struct Shape {
  int h = 1, w = 1, c = 1;
  std::int64_t size() const { return std::int64_t(h) * w * c; }
  bool operator==(const Shape&) const = default;
};

struct Conv2dLayer {
  int filters = 1, kernel = 3, stride = 1, pad = 1;
  bool relu = false;
  int groups = 1;
};
struct MaxPoolLayer {
  int window = 2, stride = 2;
};
/// Local response normalisation across channels; see kernels/lrn/lrn.h.
struct LrnLayer {
  int window = 5;
  float k = 2, alpha = 1e-4f, beta = 0.75f;
};
struct FlattenLayer {};
struct DenseLayer {
  int units = 1;
  bool relu = false;
};
struct DropoutLayer {
  float rate = 0;
};
using LayerKind = std::variant<Conv2dLayer, MaxPoolLayer, FlattenLayer, DenseLayer, DropoutLayer, LrnLayer>;

/// What the values of a parameter are drawn from before training.
struct InitialValues {
  enum class Kind { glorot_uniform, normal, constant } kind = Kind::glorot_uniform;
  float value = 0;  ///< the standard deviation of normal (mean 0), or the constant
};

/// A trainable tensor of a layer.
struct Parameter {
  std::string name;                      ///< "conv1.weight"
  std::vector<std::int64_t> shape;       ///< {k, r, s, c}, {out, in} or {k}
  std::int64_t fan_in = 0, fan_out = 0;  ///< Glorot's; 0 for a bias
  InitialValues initial = {};            ///< a bias starts at 0 unless the model says otherwise
  std::int64_t size() const;
};

/// A layer in its place: what goes in, what comes out, what it has to learn.
struct Layer {
  std::string name;  ///< "conv1", "pool1", "flatten", "dense2"
  LayerKind kind;
  Shape input, output;
  std::vector<Parameter> parameters;
  std::int64_t parameter_count() const;
  double forward_flops() const;  ///< for one image
  double forward_bytes() const;  ///< for one image: activations in and out; parameters once
};

struct Net {
  std::string name;
  Shape input;
  std::vector<Layer> layers;
  Shape output() const { return layers.empty() ? input : layers.back().output; }
  std::int64_t parameter_count() const;
};

/// Builds a Net layer by layer; widths are inferred. Throws UsageError when a layer does not fit its input
/// ("pool2: window 2 is larger than its 1x1 input; a larger --image-size is needed").
class NetBuilder {
 public:
  NetBuilder(std::string name, Shape input);
  static constexpr int same = -1;  ///< padding of kernel / 2: with stride 1 the output is as large as the input
  NetBuilder& conv2d(int filters, int kernel, int stride = 1, int pad = same, int groups = 1);
  /// The layer before starts from normal weights of this standard deviation and this constant bias.
  NetBuilder& starts_from(float weight_deviation, float bias);
  NetBuilder& relu();                                ///< joins the convolution or dense layer before it
  NetBuilder& max_pool(int window, int stride = 0);  ///< stride 0: the window
  NetBuilder& lrn();                                 ///< local response normalisation with the paper's numbers
  NetBuilder& flatten();
  NetBuilder& dense(int units);
  NetBuilder& dropout(float rate);  ///< rate 0 adds no layer
  /// A shape comment that throws gs::Error when it is wrong.
  NetBuilder& is(int h, int w, int c);
  Net build() const { return net_; }

 private:
  Layer& add(const std::string& stem, LayerKind kind, Shape output);
  Net net_;
};

/// A Keras-like table: layer, output shape, parameters, FLOPs, bytes (one image), and totals.
std::string summary(const Net&);

}  // namespace gs
