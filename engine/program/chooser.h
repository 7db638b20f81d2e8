// chooser.h - gives a call its implementation: the one that the user fixed, the fastest by measurement, or the
// default.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "engine/calls/call_list.h"
#include "engine/device/device.h"
#include "engine/program/choice.h"
#include "engine/program/tuner.h"

namespace gs {

class Chooser {
 public:
  /// A tuner measures candidates; without one the choice's rule decides alone.
  Chooser(Device& device, const ImplementationChoice& choice, TensorTable& tensors, Tuner* tuner = nullptr)
      : device_(device), choice_(choice), tensors_(tensors), tuner_(tuner) {}

  /// The call with its implementation. Throws UsageError if the choice names one that is not available.
  OpCall bind(const CallNode&);
  std::vector<OpCall> bind(const std::vector<CallNode>&);

  /// True if own kernels may run the call, and can, whatever the time.
  bool takes_own(const CallNode& call) const { return choice_.rule != "library" && !own_candidates(call).empty(); }
  /// The own variant of the highest rank for the call, which takes_own() must hold for.
  std::string own_default(const CallNode& call) const { return own_candidates(call).back().name; }
  /// True if a CPU's run rounds the factors of this call to tf32: no call in fp32 may replace it.
  bool emulates_tf32(const CallNode& call) const { return emulates_tf32(own_candidates(call)); }
  /// True if the user fixed an implementation for the call of this name, or brings one along.
  bool fixes(const std::string& call) const {
    return (choice_.given && choice_.given->calls().contains(call)) || fixed_implementation(choice_, call).has_value();
  }

  /// True if the user brings kernels along.
  bool brings_kernels() const { return choice_.given != nullptr; }
  /// True if a call of the name `fused` must not replace its parts: the user brings a kernel for one of them, or fixed
  /// the implementation of one and not that of `fused`.
  bool keeps_apart(const std::string& fused, const std::vector<std::string>& parts);
  /// Notes that the user's kernels keep the parts of `fused` apart.
  void note_apart(const std::string& fused) { apart_.insert(fused); }
  /// The noted calls. A table of another run may name them: there they were not apart.
  const std::set<std::string>& noted_apart() const { return apart_; }

  /// True if `fused` should replace `first` and `second`, which reads the value `between` that `first` writes. False if
  /// no own variant fits it, or keeps_apart(); else true if its implementation is fixed; else false if a part
  /// emulates tf32. Without a tuner, true if own kernels are used throughout, since fused variants are faster than
  /// separate calls, and the default fused variant does not have fewer products. A tuner measures both ways, and
  /// `fused` keeps the fastest variant.
  bool prefers(CallNode& fused, const CallNode& first, const CallNode& second, TensorId between);
  /// True if the implementation of a fused call is fixed, to one that fits or must fit.
  bool names(const CallNode& fused) const;
  /// True if an own variant fits the call.
  bool has_own(const CallNode& node) const { return !own_candidates(node).empty(); }

 private:
  std::vector<Candidate> own_candidates(const CallNode&) const;
  /// All usable candidates, the default first.
  std::vector<Candidate> candidates(const CallNode&) const;
  Candidate choose(const CallNode&) const;
  bool emulates_tf32(const std::vector<Candidate>& variants) const;
  bool can_be_measured(const CallNode&) const;
  /// The index of the fastest candidate.
  std::size_t fastest(const std::string& key, const CallNode&, const std::vector<Candidate>&) const;
  [[noreturn]] void throw_unavailable(const CallNode&, const std::string& wanted,
                                      const std::vector<Candidate>& available) const;

  Device& device_;
  const ImplementationChoice& choice_;
  TensorTable& tensors_;
  Tuner* tuner_;
  std::set<std::string> apart_;
};

}  // namespace gs
