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

/// --loss and --output for this many classes. Throws UsageError where they do not fit.
LossKind choose_loss(const TrainOptions&, std::size_t classes);

/// The class that label 1 stands for in one-logit losses: --positive, by default the second of two. Empty for softmax.
/// Throws UsageError that lists the classes when there is no such class.
std::string choose_positive(const TrainOptions&, LossKind, const std::vector<std::string>& classes);

/// Turns the labels of two classes around where needed, so that `positive` is label 1.
void make_positive_one(DataSplits&, const std::string& positive);

/// What --precision says of tf32 to a device that is to be opened; nothing where it is not given.
std::optional<bool> tf32_allowed(const std::optional<std::string>& precision);

/// --precision on a device, every one of which has all three; tf32 on cuda where it is not given, else fp32.
Precision choose_precision(const std::optional<std::string>& asked, std::string_view device);

/// Throws UsageError when --impl-from names a run of another network or precision, whose implementations this one
/// cannot take.
void check_table_fits(const TrainOptions&, Precision);

Net build_net(const TrainOptions&, Shape input, LossKind, std::size_t classes);
Recipe build_recipe(const TrainOptions&, LossKind, Precision);

/// n / (K n_k) for class k of K with n_k of the n training images: every class counts for as much as any other.
std::vector<float> balanced_weights(const std::vector<std::int64_t>& class_counts);

/// --impl and --impl-from: a rule ("auto", "default", "own", "library"), or "step=implementation" entries separated by
/// commas, or both.
ImplementationChoice choose_implementations(const TrainOptions&);

/// Images of each class in a split.
std::vector<std::int64_t> class_counts(const Dataset&, std::size_t classes);

}  // namespace gs::apps
