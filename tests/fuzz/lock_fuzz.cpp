// lock_fuzz.cpp - run.lock: whoever holds it is named from what the file says, whatever that is.
#include "engine/core/process_lock.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto path = gs::fuzz::file("run.lock", gs::fuzz::text_of(data, size));
  gs::fuzz::demand(!gs::ProcessLock::holder(path).empty(), "a holder without a name");
  auto lock = gs::ProcessLock::take(path);
  gs::fuzz::demand(lock.has_value(), "a file without a lock cannot be locked");
  gs::fuzz::demand(gs::ProcessLock::holder(path).starts_with("process "), "the new holder is not named");
  return 0;
}
