// array_names.h - the names under which NumPy files hold images and labels.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace gs {

/// The names of a split's two arrays.
struct ArrayPair {
  std::string images, labels;
};

/// The arrays of a data set; one of `validation` and `test` is there.
struct ArrayNames {
  ArrayPair train;
  std::optional<ArrayPair> validation, test;
};

/// Finds train_images, train_labels, val_..., test_... (MedMNIST), or x_train, y_train, x_val, x_test ... (Keras), in
/// any case. Nullopt if no name is one of these. Throws UsageError that names `where` if one of a pair is missing, or
/// an array is there under two names.
std::optional<ArrayNames> find_arrays(const std::vector<std::string>& names, const std::string& where);

}  // namespace gs
