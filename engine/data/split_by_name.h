// split_by_name.h - which images validate, decided by the hash of a name: the same ones each time and everywhere.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace gs {

/// About this share validates if the user names none.
inline constexpr double default_validation_split = 0.2;

/// True for each image that validates: the hash of its name, a place in [0, 1), lies below `share`. So an image that
/// joins moves no other, and images of one name stay together. In a class of two names or more the lowest validates and
/// the highest trains, whatever the share; a name that is both, in two classes, trains.
std::vector<bool> validating_by_name(const std::vector<std::string>& names, const std::vector<std::int32_t>& labels,
                                     double share);

}  // namespace gs
