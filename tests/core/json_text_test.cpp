// json_text_test.cpp - files that people and programs damage, and text that JSON cannot hold.
#include "engine/core/json_text.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "engine/core/atomic_file.h"
#include "engine/core/error.h"

namespace gs::test {
namespace {

std::string message_of(std::string_view text) {
  try {
    parse_json(text, "file.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

std::string nested(int levels, const std::string& open, const std::string& close) {
  std::string text = "0";
  for (int i = 0; i < levels; ++i) text = open + text + close;
  return text;
}

TEST(JsonText, NamesTheFileAndTheLine) {
  EXPECT_EQ(message_of("{"), "file.json is not valid JSON (line 1)");
  EXPECT_EQ(message_of("{\n\"a\": 1,\n\"b\": x}"), "file.json is not valid JSON (line 3)");
  EXPECT_EQ(message_of(""), "file.json is not valid JSON (line 1)");
  EXPECT_EQ(message_of("[1] 2"), "file.json is not valid JSON (line 1)");
  EXPECT_EQ(message_of("[\"\xff\"]"), "file.json is not valid JSON (line 1)");
  EXPECT_EQ(message_of(std::string_view("[1]\n\0 2", 7)), "file.json is not valid JSON (line 2)");
  EXPECT_EQ(message_of("[1e999]"), "file.json is not valid JSON: a number is too large");
}

TEST(JsonText, AKeyMayStandOnlyOnceInAnObject) {
  EXPECT_EQ(message_of(R"({"a": 1, "a": 2})"), "file.json has the key \"a\" twice");
  EXPECT_EQ(message_of(R"({"a": [{"b": 1}, {"c": {"b": 0}, "b": 2, "b": 3}]})"), "file.json has the key \"b\" twice");
  EXPECT_EQ(message_of(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})"), "nothing was thrown");
}

TEST(JsonText, RefusesDeepNesting) {
  const std::string refused = "file.json is nested deeper than 64 levels";
  for (const auto& [open, close] : {std::pair{"[", "]"}, std::pair{"{\"a\":", "}"}}) {
    EXPECT_EQ(message_of(nested(deepest_json, open, close)), "nothing was thrown");
    EXPECT_EQ(message_of(nested(deepest_json + 1, open, close)), refused);
  }
  EXPECT_EQ(message_of(std::string(1000000, '[')), refused);
}

TEST(JsonText, CommentsAreAllowed) {
  EXPECT_EQ(parse_json("// a lab\n[1, /* two */ 2]", "file.json").size(), 2u);
}

TEST(JsonText, AnOrderedObjectKeepsItsOrder) {
  EXPECT_EQ(json_text(parse_ordered_json(R"({"b":1,"a":2})", "f")), R"({"b":1,"a":2})");
  EXPECT_EQ(json_text(parse_json(R"({"b":1,"a":2})", "f")), R"({"a":2,"b":1})");
}

TEST(JsonText, TextThatIsNotUtf8IsReplaced) {
  EXPECT_EQ(json_text(std::string("a\xff")), "\"a\xef\xbf\xbd\"");
  EXPECT_FALSE(is_utf8("a\xff"));
  EXPECT_TRUE(is_utf8("Nävus"));
}

TEST(JsonText, AByteOrderMarkMayComeFirst) {
  EXPECT_EQ(parse_json("\xef\xbb\xbf{\"a\": 1}", "file.json")["a"], 1);
  EXPECT_EQ(parse_ordered_json("\xef\xbb\xbf[]", "file.json").size(), 0u);
}

TEST(JsonText, NamesThatAreNotUtf8AreShownByTheirBytes) {
  EXPECT_EQ(as_utf8("na\xefve"), "na\\xefve");
  EXPECT_EQ(as_utf8("N\u00e4vus\n"), "N\u00e4vus\n");
}

TEST(JsonText, OnlyRegularFilesAreRead) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "json_text";
  std::filesystem::create_directories(folder);
  const std::filesystem::path pipe = folder / "pipe.json", whole = folder / "whole.json";
  std::filesystem::remove(pipe);
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THROW(read_json(pipe), Error);  // and does not wait for a writer
  EXPECT_THROW(read_json(folder), Error);
  EXPECT_THROW(read_json(folder / "none.json"), Error);
  write_file(whole, std::string_view("{\"a\": [1]}\n"));
  EXPECT_EQ(read_json(whole)["a"][0], 1);
}

}  // namespace
}  // namespace gs::test
