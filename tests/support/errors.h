// errors.h - checks the type and the message of an exception.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/core/error.h"

namespace gs::test {

/// Passes if call() throws an E whose message is one line that contains all `parts`.
template <class E = UsageError, class Call>
::testing::AssertionResult refuses(Call&& call, const std::vector<std::string>& parts) {
  try {
    call();
  } catch (const E& error) {
    const std::string text = error.what();
    if (text.find('\n') != std::string::npos) return ::testing::AssertionFailure() << "more than one line: " << text;
    for (const std::string& part : parts)
      if (text.find(part) == std::string::npos)
        return ::testing::AssertionFailure() << "no '" << part << "' in: " << text;
    return ::testing::AssertionSuccess();
  } catch (const std::exception& error) {
    return ::testing::AssertionFailure() << "an error of another type: " << error.what();
  }
  return ::testing::AssertionFailure() << "nothing was thrown";
}

/// The message of the Error that call() throws; empty if it throws none.
template <class Call>
std::string words_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace gs::test
