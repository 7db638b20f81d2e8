// terminal_test.cpp - on a terminal lines are redrawn in place, and never wrap.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "tests/apps/program.h"

namespace gs::test {
namespace {

/// A pseudo-terminal of `columns` columns whose output the test reads.
class PseudoTerminal {
 public:
  explicit PseudoTerminal(int columns) : ours_(posix_openpt(O_RDWR | O_NOCTTY)) {
    grantpt(ours_);
    unlockpt(ours_);
    winsize size{};
    size.ws_row = 24, size.ws_col = static_cast<unsigned short>(columns);
    theirs_ = open(ptsname(ours_), O_RDWR | O_NOCTTY);
    ioctl(theirs_, TIOCSWINSZ, &size);
  }
  ~PseudoTerminal() {
    close(theirs_);
    close(ours_);
  }
  void become_standard_output() const { dup2(theirs_, 1); }
  std::string read_all() const {
    fcntl(ours_, F_SETFL, O_NONBLOCK);
    std::string text;
    char block[4096];
    for (ssize_t count; (count = read(ours_, block, sizeof block)) > 0;) text.append(block, std::size_t(count));
    return text;
  }

 private:
  int ours_, theirs_ = -1;
};

std::string shown_by_tiny_run(int columns, bool colours) {
  const ScratchFolder folder;
  const PseudoTerminal terminal(columns);
  const Outcome outcome = run_program(folder.path(), tiny_run(), [&] {
    terminal.become_standard_output();
    setenv("TERM", "xterm", 1);
    setenv("LC_ALL", "C", 1);
    colours ? unsetenv("NO_COLOR") : setenv("NO_COLOR", "1", 1);
  });
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return terminal.read_all();
}

TEST(Terminal, LinesAreRedrawnAndFit) {
  const std::string shown = shown_by_tiny_run(40, false);
  EXPECT_NE(shown.find("\repoch 1/2 "), std::string::npos) << shown;
  // The text between two carriage returns is one line on the screen.
  std::string text = shown;
  for (auto at = text.find("\x1b[K"); at != std::string::npos; at = text.find("\x1b[K")) text.replace(at, 3, "\r");
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << "only clearing a line, no colours, with NO_COLOR";
  std::replace(text.begin(), text.end(), '\r', '\n');
  for (const std::string& line : lines_of(text)) EXPECT_LE(line.size(), 40u) << line;
}

TEST(Terminal, HasColoursUnlessNoColor) {
  EXPECT_NE(shown_by_tiny_run(80, true).find("\x1b[36m"), std::string::npos);
}

}  // namespace
}  // namespace gs::test
