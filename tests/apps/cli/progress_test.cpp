// progress_test.cpp - progress lines at several widths, as golden text.
#include "apps/cli/progress.h"

#include <gtest/gtest.h>

#include "apps/cli/help.h"

namespace gs::test {
namespace {

using apps::Style;
const Style plain{};
const Style coloured{true, true, "#", "."};

const EpochProgress training{3, 20, 400, 1200, false, 2.0, 0.66124, 0.6012};

TEST(LiveLine, LeavesOutWhatDoesNotFit) {
  EXPECT_EQ(live_line(training, 83, 200, plain),
            "epoch  3/20 #############........................... loss 0.6612 acc 0.601    200 img/s  1:23 left");
  EXPECT_EQ(live_line(training, 83, 80, plain),
            "epoch  3/20 #######............... loss 0.6612 acc 0.601    200 img/s  1:23 left");
  EXPECT_EQ(live_line(training, 83, 40, plain), "epoch  3/20 ##.... loss 0.6612 acc 0.601");
  EXPECT_EQ(live_line(training, 83, 20, plain), "epoch  3/20 ###.....");
}

TEST(LiveLine, IsNeverLongerThanTheWidth) {
  for (int width = 20; width < 130; ++width)
    EXPECT_LE(int(live_line(training, 3723, width, plain).size()), width) << width;
}

TEST(LiveLine, ValidationAndTheFirstMoment) {
  EpochProgress p = training;
  p.done = 1100, p.validating = true;
  EXPECT_EQ(live_line(p, 83, 100, plain),
            "epoch  3/20 ############################.. loss 0.6612 acc 0.601  validating    550 img/s  1:23 left");
  p.done = 0, p.validating = false, p.seconds = 0;
  EXPECT_EQ(live_line(p, -1, 40, plain), "epoch  3/20 ............................");
}

TEST(LiveLine, ColoursChangeNoColumn) {
  std::string line = live_line(training, 83, 80, coloured);
  for (auto at = line.find('\x1b'); at != std::string::npos; at = line.find('\x1b'))
    line.erase(at, line.find('m', at) - at + 1);
  EXPECT_EQ(line, live_line(training, 83, 80, plain));
}

const EpochResult result{3, 0.66124, 0.6012, 0.65881, 0.61, 1e-5, 4.13, 290.4};

TEST(FinishedLine, LeavesOutWhatDoesNotFit) {
  const std::string whole = "epoch  3/20  loss 0.6612 acc 0.601  val 0.6588 acc 0.610    290 img/s  4.1 s *";
  EXPECT_EQ(finished_line(result, 20, true, 200, plain), whole);
  EXPECT_EQ(finished_line(result, 20, true, 80, plain), whole);
  EXPECT_EQ(finished_line(result, 20, false, 80, plain), whole.substr(0, whole.size() - 2));
  EXPECT_EQ(finished_line(result, 20, true, 40, plain), "epoch  3/20  loss 0.6612  val 0.6588 *");
}

TEST(LoadingLine, AtThreeWidths) {
  EXPECT_EQ(loading_line("drawing", 300, 1200, 3, 200, plain),
            "drawing ##########.............................. 300/1200  9.0 s left");
  EXPECT_EQ(loading_line("drawing", 300, 1200, 3, 40, plain), "drawing ###........ 300/1200  9.0 s left");
  EXPECT_EQ(loading_line("drawing", 0, 1200, 0, 30, plain), "drawing ............... 0/1200");
}

TEST(TimeLeft, ComesFromTheEpochsThatAreDone) {
  apps::TimeLeft left;
  EpochProgress p{1, 10, 0, 100, false, 0};
  EXPECT_LT(left.estimate(p), 0);
  p.done = 50, p.seconds = 2;
  EXPECT_DOUBLE_EQ(left.estimate(p), 4 * 9.5);
  left.epoch_done(6);
  p.epoch = 2, p.done = 0;
  EXPECT_DOUBLE_EQ(left.estimate(p), 6 * 9);
}

TEST(Duration, ReadsLikeAClock) {
  EXPECT_EQ(apps::duration(0.0372), "37 ms");
  EXPECT_EQ(apps::duration(4.13), "4.1 s");
  EXPECT_EQ(apps::duration(9.96), "10 s");
  EXPECT_EQ(apps::duration(59.4), "59 s");
  EXPECT_EQ(apps::duration(59.6), "1:00");
  EXPECT_EQ(apps::duration(127), "2:07");
  EXPECT_EQ(apps::duration(3803), "1:03:23");
}

TEST(Wrapped, BreaksAtSpaces) {
  EXPECT_EQ(apps::wrapped("one two three four", 9, 2), "one two\n  three\n  four");
  EXPECT_EQ(apps::wrapped("unbreakable", 4), "unbreakable");
  EXPECT_EQ(apps::wrapped("", 4), "");
}

}  // namespace
}  // namespace gs::test
