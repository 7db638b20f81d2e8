// lesions_scene.h - parameters of one synthetic image, drawn from (seed, index) before any pixel. Lengths are in units
// of 1/128 of the image width; the origin is the image centre.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace gs::lesions {

/// Ten signs that a dermatologist looks for, each correlated with a hidden severity that differs between the classes.
/// Larger is more like melanoma; no single sign decides, and the classes overlap.
struct Traits {
  double diameter, dark, asymmetry, border, colour, network, dots, streaks, veil, edge;
};

struct Skin {
  std::array<double, 3> colour;
  double tone, roughness;
};

/// The rim as a function of the angle: a circle with harmonics, distorted by noise fields of two scales.
struct Outline {
  double radius, x, y;                      ///< radius before distortion, and centre
  double ragged, skew;                      ///< strength of the fine and the coarse distortion
  std::array<double, 13> cosine{}, sine{};  ///< amplitudes of harmonics 2 .. 12
  double rim_width;                         ///< softness of the rim
  double rim_cosine, rim_sine;              ///< direction of its softest side
};

struct Spot {
  double x, y, radius, amount;
};
struct Streak {
  double cosine, sine, length, thickness;  ///< a ray across the rim
};

struct Pigment {
  double density, profile, island_contrast;
  double eccentricity, dark_cosine, dark_sine;  ///< darkening of one side, and its direction
  double network_period, network_strength, network_irregularity;
  std::array<double, 3> wave_cosine{}, wave_sine{}, wave_phase{};  ///< three plane waves make the network
  std::vector<Spot> dots, freckles;
  std::vector<Streak> streaks;
  double blood, veil;
};

struct Hair {
  double centre_x, centre_y, radius;  ///< circle on which the hair is an arc
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
