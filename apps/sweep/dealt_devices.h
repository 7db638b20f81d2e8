// dealt_devices.h - deals devices out to the runs that are under way.
#pragma once
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace gs::apps {

/// Gives each run the device that has the fewest; of several, the first.
class DealtDevices {
 public:
  explicit DealtDevices(std::vector<std::string> names) : names_(std::move(names)), runs_(names_.size()) {}

  /// Its name; empty if there are none.
  std::string take(std::size_t run) {
    if (names_.empty()) return "";
    const std::size_t device = std::size_t(std::ranges::min_element(runs_) - runs_.begin());
    ++runs_[device];
    device_of_[run] = device;
    return names_[device];
  }
  /// The run has ended; it may have no device.
  void give_back(std::size_t run) {
    if (const auto at = device_of_.find(run); at != device_of_.end()) --runs_[device_of_.extract(at).mapped()];
  }

 private:
  std::vector<std::string> names_;
  std::vector<int> runs_;  ///< one a device: the runs that have it
  std::map<std::size_t, std::size_t> device_of_;
};

}  // namespace gs::apps
