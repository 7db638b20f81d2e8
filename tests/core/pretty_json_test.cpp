// pretty_json_test.cpp - layout of JSON.
#include "engine/core/pretty_json.h"

#include <gtest/gtest.h>

namespace gs::test {
namespace {

TEST(PrettyJson, ReadsBackAndKeepsListsOnOneLine) {
  const nlohmann::ordered_json json = {
      {"a", {1, 2, 3}}, {"b", {{"text \"x\"\n", nullptr}}}, {"c", nlohmann::ordered_json::array()}, {"d", {{1}, {2}}}};
  const std::string text = pretty(json);
  EXPECT_EQ(nlohmann::ordered_json::parse(text), json);
  EXPECT_NE(text.find("\"a\": [1, 2, 3],\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace gs::test
