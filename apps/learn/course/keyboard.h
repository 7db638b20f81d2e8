// keyboard.h - single keys from the terminal, without Enter.
#pragma once
#include <termios.h>

#include <optional>

namespace gs::learn {

/// Puts the terminal back as it was when it is destroyed. Keys may also come from a pipe.
class Keyboard {
 public:
  Keyboard();
  ~Keyboard();
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;

  /// The next key; nothing after a tenth of a second without one.
  std::optional<char> wait();
  /// Will no more keys come?
  bool ended() const { return ended_; }

 private:
  bool terminal_ = false, ended_ = false;
  termios before_{};
};

}  // namespace gs::learn
