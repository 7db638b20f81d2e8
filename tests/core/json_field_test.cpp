// json_field_test.cpp - values, and messages that name the file and the field.
#include "engine/core/json_field.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "engine/core/error.h"

namespace gs::test {
namespace {

const nlohmann::json example = nlohmann::json::parse(R"({
  "text": "word", "number": 0.5, "count": 7, "large": 3000000000, "huge": 18446744073709551615, "nothing": null,
  "list": [1, 2, 3], "mixed": [1, "two"], "inner": {"a": "x", "b": "y"}, "deep": {"list": [{"n": true}]}})");
const JsonField field(example, "file.json");

std::string message_of(const std::function<void()>& read) {
  try {
    read();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(JsonField, ReadsValues) {
  EXPECT_EQ(field.get<std::string>("text"), "word");
  EXPECT_EQ(field.get<double>("number"), 0.5);
  EXPECT_EQ(field.get<float>("number"), 0.5f);
  EXPECT_EQ(field.get<double>("count"), 7);
  EXPECT_EQ(field.get<int>("count"), 7);
  EXPECT_EQ(field.get<std::int64_t>("large"), 3000000000);
  EXPECT_TRUE(std::isnan(field.get<double>("nothing"))) << "JSON writes NaN as null";
  EXPECT_EQ(field.get<std::vector<int>>("list"), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ((field.get<std::map<std::string, std::string>>("inner")),
            (std::map<std::string, std::string>{{"a", "x"}, {"b", "y"}}));
  EXPECT_EQ(field.get_or("absent", 3), 3);
  EXPECT_EQ(field.get_or("count", 3), 7);
  EXPECT_FALSE(field.find("absent"));
}

TEST(JsonField, NamesTheFileTheFieldAndItsType) {
  EXPECT_EQ(message_of([] { field["absent"]; }), "file.json: 'absent' is missing");
  EXPECT_EQ(message_of([] { field["inner"]["absent"]; }), "file.json: 'inner.absent' is missing");
  EXPECT_EQ(message_of([] { field.get<double>("text"); }), "file.json: 'text' must be a number, not 'word'");
  EXPECT_EQ(message_of([] { field.get<std::string>("count"); }), "file.json: 'count' must be text, not 7");
  EXPECT_EQ(message_of([] { field.get<int>("number"); }), "file.json: 'number' must be a whole number, not 0.5");
  EXPECT_EQ(message_of([] { field.get<int>("inner"); }), "file.json: 'inner' must be a whole number, not an object");
  EXPECT_EQ(message_of([] { field.get<std::vector<int>>("mixed"); }),
            "file.json: 'mixed[1]' must be a whole number, not 'two'");
  EXPECT_EQ(message_of([] { field["deep"]["list"].entries()[0].get<std::string>("n"); }),
            "file.json: 'deep.list[0].n' must be text, not true");
  EXPECT_EQ(message_of([] { field["list"]["key"]; }), "file.json: 'list' must be an object, not a list");
  EXPECT_EQ(message_of([] { JsonField(nlohmann::json::array(), "file.json").find("key"); }),
            "file.json must be an object, not a list");
}

TEST(JsonField, WholeNumbersFitTheirType) {
  EXPECT_EQ(message_of([] { field.get<int>("large"); }),
            "file.json: 'large' must be a whole number from -2147483648 to 2147483647, not 3000000000");
  EXPECT_EQ(field["count"].whole_number(7, 7), 7);
  EXPECT_EQ(message_of([] { field["count"].whole_number(0, 6); }),
            "file.json: 'count' must be a whole number from 0 to 6, not 7");
  EXPECT_NE(message_of([] { field["huge"].whole_number(0, 6); }).find("not 18446744073709551615"), std::string::npos);
  EXPECT_NE(message_of([] { field.get<std::int64_t>("huge"); }).find("not 18446744073709551615"), std::string::npos);
}

TEST(JsonField, TruthIsNoNumberAndAFloatHasARange) {
  const nlohmann::json json = {{"yes", true}, {"one", 1}, {"wide", 1e300}};
  const JsonField small(json, "file.json");
  EXPECT_TRUE(small.get<bool>("yes"));
  EXPECT_EQ(message_of([&] { small.get<bool>("one"); }), "file.json: 'one' must be true or false, not 1");
  EXPECT_NE(message_of([&] { small.get<float>("wide"); }).find("'wide' must be a number from -3.4"), std::string::npos);
}

}  // namespace
}  // namespace gs::test
