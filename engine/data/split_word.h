// split_word.h - the words that people use for training, validation and test.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace gs {

enum class NamedSplit { train, validation, test };

/// The split of train, training, val, valid, validation, test or testing, in any case; nullopt of another word.
std::optional<NamedSplit> split_by_word(const std::string& word);

/// train, val or test.
std::string_view usual_word(NamedSplit);

}  // namespace gs
