// csv_test.cpp - rows as RFC 4180 and as spreadsheets write them.
#include "engine/core/csv.h"
#include "tests/support/errors.h"

namespace gs::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(const std::string& text, std::vector<std::size_t>* lines = nullptr) {
  CsvReader csv(text, "t.csv");
  Rows rows;
  for (std::vector<std::string> fields; csv.next(fields);) {
    rows.push_back(fields);
    if (lines != nullptr) lines->push_back(csv.line());
  }
  return rows;
}

TEST(Csv, QuotesHoldSeparatorsBreaksAndQuotes) {
  std::vector<std::size_t> lines;
  EXPECT_EQ(rows_of("a,b\n\"x, y\",\"one\ntwo\"\n\"say \"\"hi\"\"\",\"\"\n", &lines),
            (Rows{{"a", "b"}, {"x, y", "one\ntwo"}, {"say \"hi\"", ""}}));
  EXPECT_EQ(lines, (std::vector<std::size_t>{1, 2, 4}));
  EXPECT_EQ(rows_of("a, \"mel, nv\"\n \"b\" ,c\n"), (Rows{{"a", "mel, nv"}, {"b", "c"}})) << "after blanks";
  EXPECT_EQ(rows_of("a\t \"b\"\n\t\"c\"\n"), (Rows{{"a", "b"}, {"", "c"}})) << "a tab may be the separator";
}

TEST(Csv, LineEndsMarksAndEmptyLinesMakeNoDifference) {
  const Rows expected{{"a", "b"}, {"1", ""}};
  EXPECT_EQ(rows_of("a,b\n1,\n"), expected);
  EXPECT_EQ(rows_of("a,b\n1,"), expected) << "without a last line break";
  EXPECT_EQ(rows_of("\xef\xbb\xbf"
                    "a,b\r\n1,\r\n"),
            expected);
  EXPECT_EQ(rows_of("a, b\n\n1 ,\t\n\r\n"), expected);
  EXPECT_EQ(rows_of("\"a\",\"b\"\r\n\"1\",\"\"\r\n"), expected);
  EXPECT_EQ(rows_of(""), Rows());
}

TEST(Csv, SemicolonsAndTabsSeparateToo) {
  EXPECT_EQ(rows_of("a;b\n1,5;2\n"), (Rows{{"a", "b"}, {"1,5", "2"}}));
  EXPECT_EQ(rows_of("a\tb\n1;5\t2\n"), (Rows{{"a", "b"}, {"1;5", "2"}}));
}

TEST(Csv, FaultsNameTheLine) {
  EXPECT_TRUE(refuses<Error>([] { rows_of("a,b\n\n1,2,3\n"); }, {"t.csv, line 3: 3 fields; the first line has 2"}));
  EXPECT_TRUE(refuses<Error>([] { rows_of("a,b\n1,\"2\n3"); }, {"t.csv, line 2: a quote is not closed"}));
  EXPECT_TRUE(refuses<Error>([] { rows_of("a,b\n\"1\"x,2\n"); }, {"t.csv, line 2: text follows a field in quotes"}));
  EXPECT_TRUE(refuses<Error>(
      [] {
        rows_of(
            "\xff\xfe"
            "a");
      },
      {"t.csv is UTF-16; save it as UTF-8"}));
  EXPECT_TRUE(refuses<Error>([] { rows_of(std::string("a\0b", 3)); }, {"t.csv is no text"}));
}

}  // namespace
}  // namespace gs::test
