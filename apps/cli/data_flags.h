// data_flags.h - the flags that say which images to use, shared by all commands that read some.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "apps/cli/arguments.h"
#include "engine/data/dataset.h"

namespace gs::apps {

inline const std::string built_in_data = "synthetic:lesions";

/// Adds the flags; `request` is filled by Arguments::parse.
void add_data_flags(Arguments&, DataRequest& request);

/// The flags that add_data_flags() adds, without their dashes.
inline constexpr std::string_view data_flag_names[] = {
    "data",      "train-size", "val-size",     "image-size",   "channels",     "label-pattern",
    "val-split", "labels",     "image-column", "label-column", "group-column", "split-column",
    "transpose", "range",      "limit",        "skip-broken",  "decode"};

/// Adds --split val|test: the folder that validates. Not for eval, whose --split chooses the images to evaluate.
void add_split_flag(Arguments&, DataRequest& request);

/// Adds the section Data of a command that loads a whole set: all of these flags, and --threads.
void add_loading_flags(Arguments&, DataRequest& request);

/// Throws UsageError if flags contradict each other.
void check_data_flags(const DataRequest&);

/// A run's own data are read again and again; `train`, or `sweep` for all its runs, has said what is odd about them.
enum class Warnings { say, drop };

/// Loads with a progress bar (unless `quiet`), prints warnings to standard error: also of pictures that are there
/// twice.
DataSplits load_with_progress(const DataRequest&, bool quiet, Warnings = Warnings::say);

/// The same, with warnings to `warn` and no search for pictures that are there twice.
DataSplits load_with_progress(const DataRequest&, bool quiet, const std::function<void(const std::string&)>& warn);

}  // namespace gs::apps
