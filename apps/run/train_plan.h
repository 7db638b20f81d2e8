// train_plan.h - from flags and data to a net and a recipe.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "apps/run/train_options.h"
#include "engine/net/net.h"
#include "engine/net/recipe.h"
#include "engine/program/choice.h"

namespace gs::apps {

/// --loss and --output for this many classes. Throws UsageError if they do not fit.
LossKind choose_loss(const TrainOptions&, std::size_t classes);

/// The class that label 1 stands for in one-logit losses: --positive, by default the second of two. Empty for softmax.
/// Throws UsageError that lists the classes if there is no such class.
std::string choose_positive(const TrainOptions&, LossKind, const std::vector<std::string>& classes);

/// Swaps the labels of two classes if needed, so that `positive` is label 1.
void make_positive_one(DataSplits&, const std::string& positive);

/// True if --precision allows tf32, for a device that is to be opened; nullopt if it is not given.
std::optional<bool> tf32_allowed(const std::optional<std::string>& precision);

/// --precision on a device; if it is not given, tf32 on cuda, else fp32. Every device has all three.
Precision choose_precision(const std::optional<std::string>& asked, std::string_view device);

/// Throws UsageError if --impl-from names a run of another network or precision: this run cannot use its
/// implementations.
void check_table_fits(const TrainOptions&, Precision);

Net build_net(const TrainOptions&, Shape input, LossKind, std::size_t classes);
Recipe build_recipe(const TrainOptions&, LossKind, Precision);

/// n / (K n_k) for class k of K with n_k of the n training images: every class counts the same.
std::vector<float> balanced_weights(const std::vector<std::int64_t>& class_counts);

/// --impl and --impl-from: a rule ("auto", "default", "own", "library"), or "call=implementation" entries separated by
/// commas, or both.
ImplementationChoice choose_implementations(const TrainOptions&);

/// The same without the kernels of --kernel: the built-in ones run their calls, apart from others as those are.
ImplementationChoice built_in_implementations(const TrainOptions&);

/// Images of each class in a split.
std::vector<std::int64_t> class_counts(const Dataset&, std::size_t classes);

}  // namespace gs::apps
