// A network and images of your own: discs and squares are told apart.
#include <cmath>
#include <cstdio>

#include <gridstride.h>
#include <opencv2/imgproc.hpp>

// Class 1 is a disc, class 0 a square. A photograph would come from cv::imread.
cv::Mat drawing(int label, int seed) {
  cv::RNG random(seed);
  cv::Mat image(32, 32, CV_8UC1, cv::Scalar(random.uniform(0, 80)));
  const cv::Point centre(random.uniform(10, 22), random.uniform(10, 22)), corner(6, 6);
  if (label == 1)
    cv::circle(image, centre, 7, cv::Scalar(200), cv::FILLED);
  else
    cv::rectangle(image, centre - corner, centre + corner, cv::Scalar(200), cv::FILLED);
  return image;
}

gs::Dataset drawings(int n, int seed) {
  gs::Dataset data{.n = n, .h = 32, .w = 32, .c = 1, .images = {}, .labels = {}};
  for (int i = 0; i < n; ++i) {
    const cv::Mat image = drawing(i % 2, seed + i);
    data.images.insert(data.images.end(), image.datastart, image.dataend);
    data.labels.push_back(i % 2);
  }
  return data;
}

int main() {
  const gs::Net net =
      gs::NetBuilder("shapes", {32, 32, 1}).conv2d(8, 3).relu().max_pool(4).flatten().dense(16).relu().dense(1).build();
  gs::Recipe recipe;
  recipe.learning_rate = 3e-3f;
  recipe.epochs = 10;
  gs::DataSplits data;
  data.train = drawings(400, 0);
  data.validation = drawings(100, 1000);
  data.classes = {"square", "disc"};

  const auto device = gs::open_device({});  // a GPU if there is one, else the CPU
  gs::Program program(net, recipe, *device);
  program.initialize();
  gs::TrainerCallbacks callbacks;
  callbacks.epoch = [](const gs::EpochResult& r, bool) {
    std::printf("epoch %2d  loss %.4f  val_accuracy %.3f\n", r.epoch, r.loss, r.val_accuracy);
  };
  gs::Trainer(program, data).run(callbacks);
  gs::save_checkpoint("shapes.safetensors", net, gs::take_checkpoint(program, recipe.epochs));

  const std::vector<float> logits = gs::predict(program, drawings(2, 5000));
  for (const float logit : logits) std::printf("a disc with probability %.3f\n", 1 / (1 + std::exp(-logit)));
}
