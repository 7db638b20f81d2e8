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

  /// For poll(); -1: no more keys will come.
  int descriptor() const { return descriptor_; }
  /// Waits for a key; nothing at the end of the input.
  std::optional<char> read();

 private:
  int descriptor_;
  termios before_{};  ///< of a terminal
  bool terminal_;
};

}  // namespace gs::learn
