// net_builder.h - builds a Net layer by layer; widths are inferred.
#pragma once
#include <map>
#include <string>

#include "engine/net/net.h"

namespace gs {

/// Each call adds a layer that reads the current value, and makes its output the current value. A value can be given a
/// name and read again, which is how branches begin and end:
///
///   NetBuilder("block", {32, 32, 16})
///       .name("in")
///       .conv2d(16, 3).batch_norm().relu()
///       .conv2d(16, 3).batch_norm()
///       .add("in").relu()
///
/// Throws UsageError when a layer does not fit its input ("lenet: a 2x2 max-pool does not fit its 1x1 input; use a
/// larger --image-size").
class NetBuilder {
 public:
  NetBuilder(std::string name, Shape input);
  static constexpr int same = -1;  ///< padding of kernel / 2: with stride 1 the output is as large as the input

  // One line per kind of layer; each is defined in its file in engine/layers/.
  NetBuilder& conv2d(int filters, int kernel, int stride = 1, int pad = same, int groups = 1);
  NetBuilder& dense(int units);
  NetBuilder& relu();
  NetBuilder& max_pool(int window, int stride = 0);      ///< stride 0: the window
  NetBuilder& average_pool(int window, int stride = 0);  ///< likewise
  NetBuilder& global_average_pool();                     ///< the mean of each channel
  NetBuilder& lrn();                                     ///< local response normalisation with the paper's numbers
  /// Batch normalisation (Ioffe and Szegedy 2015). A convolution or dense layer before it, whose output has no name,
  /// loses its bias, which the normalisation would take away.
  NetBuilder& batch_norm();
  NetBuilder& flatten();
  NetBuilder& dropout(float rate);  ///< rate 0 adds no layer
  /// The current value plus a named one. If that is larger and has fewer channels, as the input of a block that
  /// strides, every stride-th pixel is taken and the missing channels are 0 (He et al. 2016, shortcuts of type A).
  NetBuilder& add(const std::string& named);
  NetBuilder& concat(const std::string& named);  ///< the channels of the current value, then those of a named one

  /// The last layer with weights starts from normal weights of this standard deviation and this constant bias.
  NetBuilder& starts_from(float weight_deviation, float bias);
  NetBuilder& name(const std::string&);  ///< of the current value, to be read again; a name may be used anew
  NetBuilder& from(const std::string&);  ///< makes a named value the current one; "input" is the network's
  /// A shape comment that throws gs::Error when it is wrong.
  NetBuilder& is(int h, int w, int c);
  /// Throws gs::Error if nothing reads the output of some layer.
  Net build() const;

  // For the kinds of layers.
  const std::string& net_name() const { return net_.name; }
  Shape shape() const { return net_.shape_of(current_); }  ///< of the current value
  Shape shape(const std::string& named) const { return net_.shape_of(find(named)); }
  /// Appends a layer called `stem` and its number among those of that stem. It reads the current value and, if `other`
  /// is not empty, the value of that name.
  Layer& append(const std::string& stem, std::shared_ptr<const LayerKind> kind, Shape output,
                const std::string& other = "");
  bool is_named() const;  ///< has the current value a name, by which it can be read again?
  Layer* current_layer() { return current_ == network_input ? nullptr : &net_.layers[std::size_t(current_)]; }

 private:
  int find(const std::string& named) const;
  Net net_;
  int current_ = network_input;
  std::map<std::string, int> named_{{"input", network_input}}, counts_;
};

}  // namespace gs
