// numbered_classes.h - classes of data sets whose labels are numbers.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/data/readers.h"

namespace gs {

/// The numbers that occur among the training labels, in order, are the classes 0, 1, ...: in some sets they do not
/// start at 0 or have gaps.
class NumberedClasses {
 public:
  /// `labels`: of the training images; `where`: what holds them, for messages. Throws UsageError if there is none, or a
  /// negative one. A gap between two numbers is said as a warning.
  NumberedClasses(const std::vector<std::int64_t>& labels, std::string where, const ReaderContext&);

  /// The numbers as text of equal width, so that names sort as numbers: "03", "17".
  std::vector<std::string> names() const;

  /// The class of each label. Throws UsageError if a number is not among the training labels.
  std::vector<std::int32_t> of(const std::vector<std::int64_t>& labels, const std::string& where) const;

 private:
  std::map<std::int64_t, std::int32_t> class_of_;
  std::string where_;
};

}  // namespace gs
