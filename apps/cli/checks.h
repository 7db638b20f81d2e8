// checks.h - validators of flag values. Each returns CLI11's validator, whose message continues
// "--flag ...": "--batch must be a whole number of at least 1, not '0'".
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace gs::apps {

CLI::Validator whole_number(std::int64_t least, std::int64_t most = INT32_MAX);
CLI::Validator seed_number();                              ///< 0 .. 2^64 - 1
CLI::Validator positive_number();                          ///< finite, above 0, and not 0 as a float
CLI::Validator number_at_least_0();                        ///< finite
CLI::Validator number_in(double least, double below);      ///< [least, below)
CLI::Validator number_inside(double above, double below);  ///< (above, below)
CLI::Validator one_of(std::vector<std::string> words);     ///< suggests the nearest word
CLI::Validator some_text();                                ///< not empty

}  // namespace gs::apps
