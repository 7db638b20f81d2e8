// checks.h - checks of flag values.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/data/image.h"

namespace gs::apps {

/// Empty if the text is a valid value, else the end of a message that begins with the flag: "--batch must be a whole
/// number of at least 1, not '0'".
using Check = std::function<std::string(const std::string& text)>;

Check whole_number(std::int64_t least, std::int64_t most = INT32_MAX);
Check seed_number();                              ///< 0 .. 2^64 - 1
Check positive_number();                          ///< finite, above 0, and not 0 as a float
Check number_at_least_0();                        ///< finite
Check number_in(double least, double below);      ///< [least, below)
Check number_inside(double above, double below);  ///< (above, below)
Check one_of(std::vector<std::string> words);     ///< lists the words
Check some_text();                                ///< not empty
Check time_span();                                ///< 90s, 45m, 3h30m
Check image_size();                               ///< 96 or 96x128, height x width

/// The height and width of a text that image_size() accepts.
ImageSize image_size_of(const std::string& text);

/// The length of a time that time_span() accepts.
double seconds_of(const std::string& time_span);

}  // namespace gs::apps
