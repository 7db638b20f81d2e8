// nccl_module_test.cpp - the module with NCCL's calls loads as it is shipped, or the build says that it has none.
#include <gtest/gtest.h>

#include "engine/ranks/nccl_module.h"
#include "tests/support/errors.h"

namespace gs::test {
namespace {

#if GRIDSTRIDE_WITH_NCCL
TEST(NcclModule, LoadsAsItIsShipped) {
  const NcclModule& module = nccl_module();
  EXPECT_EQ(module.id_bytes, 128u) << "NCCL_UNIQUE_ID_BYTES";
  EXPECT_TRUE(module.make_id && module.join);
}
#else
TEST(NcclModule, IsMissedInOneLine) {
  EXPECT_TRUE(refuses([] { nccl_module(); }, {"this build has no NCCL", "libnccl-dev"}));
}
#endif

}  // namespace
}  // namespace gs::test
