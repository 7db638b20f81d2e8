// keyboard.cpp - a terminal without line mode.
#include "apps/learn/watch/keyboard.h"

#include <unistd.h>

#include <cerrno>

namespace gs::learn {

Keyboard::Keyboard() : descriptor_(STDIN_FILENO), terminal_(tcgetattr(descriptor_, &before_) == 0) {
  if (!terminal_) return;
  termios now = before_;
  now.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG);  // Ctrl-C is a key: no signal finds the terminal in this mode
  tcsetattr(descriptor_, TCSANOW, &now);
}

Keyboard::~Keyboard() {
  if (terminal_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

std::optional<char> Keyboard::read() {
  char key = 0;
  ssize_t count;
  while ((count = ::read(descriptor_, &key, 1)) < 0 && errno == EINTR) {
  }
  if (count == 1) return key;
  descriptor_ = -1;
  return std::nullopt;
}

}  // namespace gs::learn
