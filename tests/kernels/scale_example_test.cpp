// scale_example_test.cpp - the example of kernels/README.md (tests/example) compiles and is correct, and the page shows
// exactly its text.
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "kernels/scale/scale_ref.h"
#include "tests/support/compare.h"
#include "tests/support/stored.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

template <class T>
class ScaleExample : public testing::Test {};
using StorageTypes = testing::Types<float, bf16>;
TYPED_TEST_SUITE(ScaleExample, StorageTypes);

TYPED_TEST(ScaleExample, AgainstTheReference) {
  using T = TypeParam;
  for (const std::int64_t size : {1, 33, 1000}) {
    const Scaling p{size, 0.3f};
    const std::vector<float> x = as_stored<T>(random_values(size, 1));
    const std::vector<double> want = ref::scale(p, widen(x));
    std::vector<double> allowed;
    for (const double value : want) allowed.push_back(stored_bound<T>(value, 1e-7 * std::abs(value)));
    int variants = 0;
    for_each_variant<Scale<T>>(p, [&](auto launch) {
      ++variants;
      Stored<T> xs(x);
      GuardedStored<T> y(x.size());
      launch(y.data(), xs.data());
      EXPECT_TRUE(agree(y.values(), want, allowed));
      EXPECT_TRUE(y.intact());
    });
    EXPECT_EQ(variants, kernels_are_instrumented ? 1 : 2) << "one on each target";
  }
}

TEST(ScaleExample, CostsTwoValuesAndAnOperationAnElement) {
  EXPECT_EQ(cost(Scale<float>{}, {.size = 10}).bytes, 80.0);
  EXPECT_EQ(cost(Scale<bf16>{}, {.size = 10}).bytes, 40.0);
  EXPECT_EQ(cost(Scale<bf16>{}, {.size = 10}).flops, 10.0);
}

std::string text_of(const std::string& path) {
  std::ifstream in(GRIDSTRIDE_SOURCE_DIR "/" + path);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The C++ blocks of a Markdown page.
std::vector<std::string> code_blocks(const std::string& page) {
  const std::string opening = "```cpp\n", closing = "```\n";
  std::vector<std::string> blocks;
  for (std::size_t at = page.find(opening); at != std::string::npos; at = page.find(opening, at)) {
    at += opening.size();
    blocks.push_back(page.substr(at, page.find(closing, at) - at));
  }
  return blocks;
}

TEST(KernelsReadme, ShowsTheTextOfTheExample) {
  const std::string folder = "tests/example/kernels/scale/";
  EXPECT_EQ(code_blocks(text_of("kernels/README.md")),
            (std::vector<std::string>{text_of(folder + "scale.h"), text_of(folder + "scale_element.cu")}));
}

}  // namespace
}  // namespace gs::test
