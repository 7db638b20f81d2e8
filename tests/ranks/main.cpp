// main.cpp - GoogleTest in several processes: mpirun starts them, each runs all tests, rank 0 prints.
#include "tests/ranks/world.h"

namespace gs::test {
namespace {
std::unique_ptr<Ranks> joined;
}

Ranks& world() {
  return *joined;
}

}  // namespace gs::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (testing::GTEST_FLAG(list_tests)) return RUN_ALL_TESTS();
  gs::test::joined = gs::join_ranks();
  if (!gs::test::joined) {
    std::puts("test_ranks needs several processes: mpirun -n 2 test_ranks");
    return 1;
  }
  if (!gs::test::world().leads()) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
  }
  // A failure on one rank must not be lost: each says how many tests failed there.
  const int failed = RUN_ALL_TESTS();
  int others = 0;
  for (const std::string& report : gs::test::world().gather(std::to_string(failed))) others += report != "0";
  if (gs::test::world().leads() && others > 0 && failed == 0) std::printf("tests failed on %d other ranks\n", others);
  gs::test::joined.reset();
  return failed != 0 || others != 0;
}
