// lesions_scene.h - what one synthetic picture shows, drawn from (seed, index) before any pixel is. Lengths are in
// units of 1/128 of the picture's width, coordinates are centred.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace gs::lesions {

/// Ten signs that a dermatologist looks for, each correlated with a hidden severity that differs between the classes.
/// Larger is more like melanoma; no one of them decides, and the classes overlap.
struct Traits {
  double diameter, dark, asymmetry, border, colour, network, dots, streaks, veil, edge;
};

struct Skin {
  std::array<double, 3> colour;
  double tone, roughness;
};

/// The rim as a function of the angle: a circle with harmonics, bent by two fields.
struct Outline {
  double radius, x, y;                      ///< of the lesion's middle
  double ragged, skew;                      ///< strength of the fine and of the slow bending
  std::array<double, 13> cosine{}, sine{};  ///< amplitudes of harmonics 2 .. 12
  double rim_width;                         ///< how soft the rim is
  double rim_cosine, rim_sine;              ///< the direction in which it is softest
};

struct Spot {
  double x, y, radius, amount;
};
struct Streak {
  double cosine, sine, length, thickness;  ///< a ray across the rim
};

struct Pigment {
  double density, profile, island_contrast;
  double eccentricity, dark_cosine, dark_sine;  ///< how much darker one side is, and its direction
  double network_period, network_strength, network_irregularity;
  std::array<double, 3> wave_cosine{}, wave_sine{}, wave_phase{};  ///< three plane waves make the network
  std::vector<Spot> dots, freckles;
  std::vector<Streak> streaks;
  double blood, veil;
};

struct Hair {
  double centre_x, centre_y, radius;  ///< of the circle that the hair is an arc of
  double middle_x, middle_y, half_length, thickness, amount;
};

struct Light {
  double cosine, sine, slope;  ///< uneven illumination
  double x, y, vignette;
  bool framed;
  double frame_radius, noise;
};

struct Scene {
  Skin skin;
  Outline outline;
  Pigment pigment;
  std::vector<Hair> hair;
  Light light;
  std::array<std::uint64_t, 16> field{};  ///< keys of the noise fields
  std::uint64_t sensor_key = 0;
};

Traits draw_traits(std::uint64_t seed, std::uint64_t index);

Scene compose(std::uint64_t seed, std::uint64_t index);

}  // namespace gs::lesions
