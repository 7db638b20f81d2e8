// printable_test.cpp - control characters and bytes that are not UTF-8 are shown, all else is left as it is.
#include "engine/core/printable.h"

#include <gtest/gtest.h>

#include <string>

namespace gs {
namespace {

TEST(Printable, LeavesTextAsItIs) {
  for (const char* text : {"", "nevus 2 ~", "a\\x1b", "M\u00fcller", "\u65e5\u672c", "\U0001f600", "\u00a0"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, ShowsControlCharacters) {
  EXPECT_EQ(printable("a\x1b[31mred"), "a\\x1b[31mred");
  EXPECT_EQ(printable("two\nlines\r\tand a bell\a"), "two\\x0alines\\x0d\\x09and a bell\\x07");
  EXPECT_EQ(printable(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
  EXPECT_EQ(printable("\u009b31m"), "\\xc2\\x9b31m") << "the escape sequence that begins with one character";
}

TEST(FirstNames, AreSoManyAndTheNumberOfTheOthers) {
  EXPECT_EQ(first_names({"a", "b"}, 2), "a, b");
  EXPECT_EQ(first_names({"a\n", "", "c", "d"}, 2), "a\\x0a, (no name), and 2 more");
  EXPECT_EQ(first_names({}, 2), "none");
}

TEST(Printable, ShowsWhatIsNotUtf8) {
  EXPECT_EQ(printable("M\xfcller"), "M\\xfcller");
  EXPECT_EQ(printable("\x9b"), "\\x9b");
  EXPECT_EQ(printable("cut \xe6\x97"), "cut \\xe6\\x97");
  EXPECT_EQ(printable("\xc0\x9b"), "\\xc0\\x9b") << "a longer form of U+001B";
  EXPECT_EQ(printable("\xe0\x80\x9b \xed\xa0\x80 \xf4\x90\x80\x80 \xff"),
            "\\xe0\\x80\\x9b \\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80 \\xff");
}

TEST(Printable, GivesTheBytesBack) {
  for (const std::string text :
       {"", "nevus 2", "M\xfcller", "\xff\xfe", "a\x1b[31m\n", "M\u00fcller", "a\\x", "a\\xg0"})
    EXPECT_EQ(from_printable(printable(text)), text);
}

}  // namespace
}  // namespace gs
