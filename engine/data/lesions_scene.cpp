// lesions_scene.cpp - draws the parameters of an image. The images are frozen: each draw is a separate statement, so
// that the order of draws is fixed.
#include "engine/data/lesions_scene.h"

#include "engine/data/lesions_random.h"

namespace gs::lesions {
namespace {

/// Half the distance between the class means of the severity, in standard deviations.
constexpr double separation = 1.40;

Skin draw_skin(Draws draws) {
  Skin skin{};
  skin.tone = std::clamp(std::exp(0.13 * draws.normal()), 0.70, 1.16);
  skin.colour = {0.80 * skin.tone, 0.66 * skin.tone, 0.60 * skin.tone};
  for (double& channel : skin.colour) channel *= std::exp(0.04 * draws.normal());
  if (draws.uniform() < 0.15) {  // cold light
    skin.colour[0] *= 0.78;
    skin.colour[1] *= 0.98;
    skin.colour[2] *= 1.26;
  }
  skin.roughness = draws.uniform(0.5, 1.6);
  return skin;
}

Outline draw_outline(Draws draws, const Traits& traits) {
  Outline o{};
  o.radius = std::clamp(30 * std::exp(0.25 * traits.diameter + 0.10 * draws.normal()), 12.0, 47.0);
  const double room = 64 - 0.75 * o.radius;
  o.x = std::clamp(13 * draws.normal(), -room, room);
  o.y = std::clamp(13 * draws.normal(), -room, room);
  o.ragged = std::clamp(std::exp(0.50 * traits.border), 0.3, 2.2);
  o.skew = std::exp(0.35 * traits.asymmetry);
  for (int k = 2; k <= 12; ++k) {
    const double amplitude = k == 2 ? 0.12 : k <= 4 ? 0.035 * o.skew : 0.020 * o.ragged * std::sqrt(5.0 / k);
    o.cosine[std::size_t(k)] = amplitude * draws.normal();
    o.sine[std::size_t(k)] = amplitude * draws.normal();
  }
  o.rim_width = 2.4 * std::exp(-0.30 * traits.edge + 0.20 * draws.normal());
  const double softest = draws.uniform(0, tau);
  o.rim_cosine = std::cos(softest);
  o.rim_sine = std::sin(softest);
  return o;
}

Spot draw_dot(Draws& draws, const Traits& traits, const Outline& outline) {
  const double angle = draws.uniform(0, tau);
  const double distance = outline.radius * std::sqrt(draws.uniform(0.05, 1.25));
  const double radius = 1.3 * std::exp(0.25 * draws.normal() + 0.10 * traits.dots);
  const double amount = draws.uniform(0.35, 0.85);
  return {outline.x + distance * std::cos(angle), outline.y + distance * std::sin(angle), radius, amount};
}

Streak draw_streak(Draws& draws) {
  const double angle = draws.uniform(0, tau);
  const double length = draws.uniform(5, 11);
  const double thickness = draws.uniform(0.8, 1.4);
  return {std::cos(angle), std::sin(angle), length, thickness};
}

Spot draw_freckle(Draws& draws) {
  const double x = draws.uniform(-60, 60);
  const double y = draws.uniform(-60, 60);
  const double radius = draws.uniform(1, 3);
  const double amount = draws.uniform(0.05, 0.35);
  return {x, y, radius, amount};
}

Pigment draw_pigment(Draws draws, const Traits& traits, const Outline& outline) {
  Pigment p{};
  p.density = 0.75 * std::exp(0.20 * traits.dark + 0.40 * draws.normal());
  p.profile = draws.uniform(-0.15, 0.40);
  const double darkest = draws.uniform(0, tau);
  p.dark_cosine = std::cos(darkest);
  p.dark_sine = std::sin(darkest);
  p.eccentricity = std::clamp(0.16 * outline.skew - 0.08, 0.0, 0.6);
  p.island_contrast = std::clamp(0.36 * std::exp(0.60 * traits.colour), 0.05, 1.1);
  p.network_period = draws.uniform(4.4, 6.2);
  const double turn = draws.uniform(0, std::numbers::pi);
  p.network_strength = std::clamp(0.28 * std::exp(0.35 * draws.normal()), 0.05, 0.6);
  p.network_irregularity = std::clamp(1.35 * std::exp(0.60 * traits.network), 0.35, 3.5);
  for (std::size_t i = 0; i < 3; ++i) {
    const double angle = turn + double(i) * std::numbers::pi / 3;
    p.wave_cosine[i] = std::cos(angle);
    p.wave_sine[i] = std::sin(angle);
    p.wave_phase[i] = draws.uniform(0, tau);
  }
  const int dots = int(std::clamp(8 + 6 * traits.dots + 2 * draws.normal(), 0.0, 30.0));
  for (int i = 0; i < dots; ++i) p.dots.push_back(draw_dot(draws, traits, outline));
  const int streaks = int(std::clamp(2 + 4.5 * traits.streaks + 2 * draws.normal(), 0.0, 26.0));
  for (int i = 0; i < streaks; ++i) p.streaks.push_back(draw_streak(draws));
  const int freckles = int(draws.uniform(0, 4));
  for (int i = 0; i < freckles; ++i) p.freckles.push_back(draw_freckle(draws));
  p.blood = 0.25 * std::max(0.0, draws.normal());
  p.veil = 0.45 * sigmoid(1.3 * traits.veil - 1.6);
  return p;
}

std::vector<Hair> draw_hair(Draws draws) {
  int count = 0;
  if (draws.uniform() < 0.35) {
    const double u = draws.uniform();
    count = int(1 + 10 * u * u);
  }
  std::vector<Hair> hair;
  for (int i = 0; i < count; ++i) {
    const double radius = draws.uniform(40, 220);
    const double angle = draws.uniform(0, tau);
    const double x = draws.uniform(-55, 55);
    const double y = draws.uniform(-55, 55);
    const double half_length = draws.uniform(15, 60);
    const double thickness = draws.uniform(0.25, 0.7);
    const double amount = draws.uniform(0.4, 0.85);
    hair.push_back(
        {x - radius * std::cos(angle), y - radius * std::sin(angle), radius, x, y, half_length, thickness, amount});
  }
  return hair;
}

Light draw_light(Draws draws) {
  Light light{};
  const double angle = draws.uniform(0, tau);
  light.cosine = std::cos(angle);
  light.sine = std::sin(angle);
  light.slope = draws.uniform(0, 0.16);
  light.x = 4.2 * draws.normal();
  light.y = 4.2 * draws.normal();
  light.vignette = draws.uniform(0, 0.45);
  light.framed = draws.uniform() < 0.10;
  light.frame_radius = draws.uniform(60, 76);
  light.noise = draws.uniform(0.008, 0.02);
  return light;
}

}  // namespace

Traits draw_traits(std::uint64_t seed, std::uint64_t index) {
  Draws draws(seed, index, Purpose::traits);
  const double severity = ((index & 1) == 0 ? separation : -separation) + draws.normal();
  // rho: correlation with the severity. In each class a trait has the mean +-rho * separation and the variance 1.
  const auto trait = [&](double rho) { return rho * severity + std::sqrt(1 - rho * rho) * draws.normal(); };
  Traits t{};
  t.diameter = trait(0.30);
  t.dark = trait(0.15);
  t.asymmetry = trait(0.45);
  t.border = trait(0.60);
  t.colour = trait(0.68);
  t.network = trait(0.70);
  t.dots = trait(0.55);
  t.streaks = trait(0.45);
  t.veil = trait(0.35);
  t.edge = trait(0.30);
  return t;
}

Scene compose(std::uint64_t seed, std::uint64_t index) {
  const Traits traits = draw_traits(seed, index);
  Scene scene;
  scene.skin = draw_skin(Draws(seed, index, Purpose::skin));
  scene.outline = draw_outline(Draws(seed, index, Purpose::shape), traits);
  scene.pigment = draw_pigment(Draws(seed, index, Purpose::pigment), traits, scene.outline);
  scene.hair = draw_hair(Draws(seed, index, Purpose::hair));
  scene.light = draw_light(Draws(seed, index, Purpose::light));
  for (std::size_t i = 0; i < scene.field.size(); ++i) scene.field[i] = key(seed, index, Purpose::first_field + i);
  scene.sensor_key = key(seed, index, Purpose::sensor_noise);
  return scene;
}

}  // namespace gs::lesions
