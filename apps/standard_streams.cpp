// standard_streams.cpp - /dev/null, opened in the wrong direction.
#include "apps/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace gs::apps {

void open_missing_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF)
      ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // the lowest free number: this one
}

}  // namespace gs::apps
