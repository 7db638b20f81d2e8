// A network learns to tell discs (class 1) from squares (class 0), and names two pictures that it has not seen.
#include <cmath>
#include <cstdio>

#include <gridstride.h>
#include <opencv2/imgproc.hpp>

// Drawn, so that the example needs no files; photographs would come from cv::imread.
gs::Dataset pictures(int n, int seed) {
  gs::Dataset data{.n = n, .h = 32, .w = 32, .c = 1, .images = {}, .labels = {}};
  for (int i = 0; i < n; ++i) {
    cv::RNG random(seed + i);
    cv::Mat image(32, 32, CV_8UC1, cv::Scalar(random.uniform(0, 80)));
    const cv::Point centre(random.uniform(10, 22), random.uniform(10, 22)), corner(6, 6);
    if (i % 2 == 1)
      cv::circle(image, centre, 7, cv::Scalar(200), cv::FILLED);
    else
      cv::rectangle(image, centre - corner, centre + corner, cv::Scalar(200), cv::FILLED);
    data.images.insert(data.images.end(), image.datastart, image.dataend);
    data.labels.push_back(i % 2);
  }
  return data;
}

int main() {
  const gs::Net net =
      gs::NetBuilder("shapes", {32, 32, 1}).conv2d(8, 3).relu().max_pool(4).flatten().dense(16).relu().dense(1).build();
  const gs::Recipe recipe{.learning_rate = 3e-3f, .epochs = 10};
  const gs::DataSplits data{
      .train = pictures(400, 0), .validation = pictures(100, 1000), .classes = {"square", "disc"}};

  const auto device = gs::open_device({});  // a GPU if there is one, else the CPU
  gs::Program program(net, recipe, *device);
  program.initialize();
  gs::Trainer(program, data).run();
  gs::save_checkpoint("shapes.safetensors", net, gs::take_checkpoint(program, recipe.epochs));

  for (const float logit : gs::predict(program, pictures(2, 5000)))
    std::printf("a disc with probability %.3f\n", 1 / (1 + std::exp(-logit)));
}
