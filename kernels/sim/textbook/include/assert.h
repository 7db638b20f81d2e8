// assert.h - an assertion that fails in a kernel names the thread.
#include_next <assert.h>
#undef assert
#define assert(condition) \
  ((condition) ? void() : ::gs::textbook::assertion_failed(#condition, ::gs::source_location::current()))
