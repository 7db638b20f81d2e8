// gpu_table_test.cpp - bench/gpu_table.py reads the output of `gridstride profile`.
#include <cstdlib>

#include "apps/profile/profile_files.h"
#include "tests/apps/program.h"
#include "tests/support/made_profile.h"

namespace gs::test {
namespace {

TEST(GpuTable, ReadsAProfile) {
  if (std::system("python3 --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no python3";
  const ScratchFolder folder;
  apps::write_profile_files(folder / "session/profile-lenet-32-8", made_profile());
  const std::string out = (folder / "table.md").string();
  ASSERT_EQ(std::system(("python3 " GRIDSTRIDE_SOURCE_DIR "/bench/gpu_table.py '" + (folder / "session").string() +
                         "' > '" + out + "'")
                            .c_str()),
            0);
  // 40.35 MFLOP at 100 GFLOP/s are 403.5 us, more than 3.404 MB at 10 GB/s, of a step of 990 us.
  EXPECT_NE(text_of(out).find("| lenet-32-8, share of the peak | 41 % |"), std::string::npos) << text_of(out);
  EXPECT_NE(text_of(out).find("| alexnet-32-8, share of the peak | not measured |"), std::string::npos);
}

}  // namespace
}  // namespace gs::test
