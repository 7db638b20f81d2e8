// keyboard.cpp - a terminal without line mode, and poll().
#include "apps/learn/course/keyboard.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace gs::learn {

Keyboard::Keyboard() {
  terminal_ = tcgetattr(STDIN_FILENO, &before_) == 0;
  if (!terminal_) return;
  termios now = before_;
  now.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG);  // without signals the terminal is always put back
  tcsetattr(STDIN_FILENO, TCSANOW, &now);
}

Keyboard::~Keyboard() {
  if (terminal_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

std::optional<char> Keyboard::wait() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, 100) <= 0) return std::nullopt;
  char key = 0;
  const ssize_t count = read(STDIN_FILENO, &key, 1);
  if (count == 1) return key;
  ended_ = count == 0 || errno != EINTR;
  return std::nullopt;
}

}  // namespace gs::learn
