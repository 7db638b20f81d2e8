// net_builder.h - builds a Net layer by layer; widths are inferred.
#pragma once
#include <map>
#include <string>

#include "engine/net/net.h"

namespace gs {

/// Each call adds a layer that reads the current value, and makes its output the current value. A named value can be
/// read again, which makes branches:
///
///   NetBuilder("block", {32, 32, 16})
///       .name("in")
///       .conv2d(16, 3).batch_norm().relu()
///       .conv2d(16, 3).batch_norm()
///       .add("in").relu()
///
/// Throws UsageError if a layer does not fit its input ("lenet: a 2x2 max-pool does not fit its 1x1 input; use a
/// larger --image-size").
class NetBuilder {
 public:
  NetBuilder(std::string name, Shape input);
  static constexpr int same = -1;  ///< padding of kernel / 2: with stride 1 and odd kernels, keeps the size

  // Each kind of layer is defined in its file in engine/layers/.
  NetBuilder& conv2d(int filters, int kernel, int stride = 1, int pad = same, int groups = 1);
  NetBuilder& dense(int units);
  NetBuilder& relu();
  NetBuilder& max_pool(int window, int stride = 0);      ///< stride 0: equal to window
  NetBuilder& average_pool(int window, int stride = 0);  ///< likewise
  NetBuilder& global_average_pool();                     ///< the mean of each channel
  NetBuilder& lrn();                                     ///< local response normalisation with AlexNet's constants
  /// Batch normalisation (Ioffe and Szegedy 2015). A convolution or dense layer before it loses its bias, which the
  /// normalisation would cancel, unless its output has a name.
  NetBuilder& batch_norm();
  NetBuilder& flatten();
  NetBuilder& dropout(float rate);  ///< rate 0 adds no layer
  /// The current value plus a named one. If the named one is larger or has fewer channels, as the input of a strided
  /// block, it is subsampled and padded with zero channels (He et al. 2016, option A). Throws gs::Error if it does not
  /// fit.
  NetBuilder& add(const std::string& named);
  NetBuilder& concat(const std::string& named);  ///< the channels of the current value, then those of a named one

  /// Initialises the last layer with weights: normal weights with this standard deviation, constant bias.
  NetBuilder& starts_from(float weight_deviation, float bias);
  NetBuilder& name(const std::string&);  ///< names the current value; a name may be reused
  NetBuilder& from(const std::string&);  ///< makes a named value the current one; "input" is the network's input
  /// Asserts the current shape: throws gs::Error if it differs.
  NetBuilder& is(int h, int w, int c);
  /// Throws gs::Error if nothing reads a layer's output, except the last value's, and UsageError if there are more
  /// than 2^40 parameters.
  Net build() const;

  // For layer kinds.
  const std::string& net_name() const { return net_.name; }
  Shape shape() const { return net_.shape_of(current_); }  ///< the current value's
  Shape shape(const std::string& named) const { return net_.shape_of(find(named)); }
  /// Appends a layer named `stem` and a running number ("conv2"; the first flatten has none). It reads the current
  /// value and, if `other` is not empty, the value of that name.
  Layer& append(const std::string& stem, std::shared_ptr<const LayerKind> kind, Shape output,
                const std::string& other = "");
  /// `extent` of the layer `stem` that is about to be appended, if an int holds it; else throws UsageError.
  int extent_of(const std::string& stem, std::int64_t extent) const;
  bool is_named() const;  ///< true if the current value has a name
  Layer* current_layer() { return current_ == network_input ? nullptr : &net_.layers[std::size_t(current_)]; }

 private:
  int find(const std::string& named) const;
  Net net_;
  int current_ = network_input;
  std::int64_t values_ = 0;  ///< of all outputs, for one image
  std::map<std::string, int> named_{{"input", network_input}}, counts_;
};

}  // namespace gs
