// checksum_test.cpp - XXH64 against the values of its reference implementation.
#include "engine/core/checksum.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/compare.h"

namespace gs::test {
namespace {

std::string hex_of(const std::string& text) {
  return Checksum().add_values(text.data(), text.size()).hex();
}

TEST(Checksum, IsXxh64) {
  EXPECT_EQ(hex_of(""), "ef46db3751d8e999");
  EXPECT_EQ(hex_of("a"), "d24ec4f1a98c6e5b");
  EXPECT_EQ(hex_of("abc"), "44bc2cf5ad770999");
  EXPECT_EQ(hex_of("Nobody inspects the spammish repetition"), "fbcea83c8a378bf1");  // longer than one stripe
}

TEST(Checksum, DoesNotDependOnTheParts) {
  const auto values = random_values<std::uint8_t>(1000, 1, 0, 256);
  const std::uint64_t whole = Checksum().add_values(values.data(), values.size()).value();
  for (const std::size_t part : {1u, 7u, 31u, 32u, 33u, 999u}) {
    Checksum sum;
    for (std::size_t at = 0; at < values.size(); at += part)
      sum.add_values(&values[at], std::min(part, values.size() - at));
    EXPECT_EQ(sum.value(), whole) << "in parts of " << part;
  }
}

}  // namespace
}  // namespace gs::test
