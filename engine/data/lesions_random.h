// lesions_random.h - random numbers and noise fields of synthetic:lesions. The images are frozen, so they have their
// own generator (splitmix64's mixer), independent of the rest of the project.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace gs::lesions {

inline constexpr std::uint64_t golden = 0x9E3779B97F4A7C15u, lattice_step = 0xC2B2AE3D27D4EB4Fu;
inline constexpr double tau = 2 * std::numbers::pi;

/// Purpose of a stream of draws.
enum Purpose : std::uint64_t { traits = 1, shape, skin, pigment, hair, light, sensor_noise, first_field = 16 };

inline std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

inline std::uint64_t key(std::uint64_t seed, std::uint64_t index, std::uint64_t purpose) {
  return mix(mix(mix(seed + golden) + index * golden) + purpose * golden);
}

/// Draw n of a purpose is mix(key + n golden), n = 1, 2, ...
class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t index, std::uint64_t purpose) : key_(key(seed, index, purpose)) {}

  double uniform(double low = 0, double high = 1) {
    ++count_;
    return low + (high - low) * double(mix(key_ + count_ * golden) >> 11) * 0x1p-53;
  }
  /// Standard normal (Box and Muller), two uniform draws.
  double normal() {
    const double a = uniform();
    const double b = uniform();
    return std::sqrt(-2 * std::log(1 - a)) * std::cos(tau * b);
  }

 private:
  std::uint64_t key_, count_ = 0;
};

/// Cubic step from 0 at a to 1 at b.
inline double smooth_step(double a, double b, double x) {
  const double t = std::clamp((x - a) / (b - a), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}
inline double soft(double x) {
  return smooth_step(-1, 1, x);
}
inline double sigmoid(double x) {
  return 1 / (1 + std::exp(-std::clamp(x, -40.0, 40.0)));
}

/// Random value in [-1, 1) at a point of the integer lattice.
inline double lattice(std::uint64_t key, std::int64_t x, std::int64_t y) {
  return double(mix(key + std::uint64_t(x) * golden + std::uint64_t(y) * lattice_step) >> 11) * 0x1p-52 - 1;
}

/// Floor as an integer. std::floor is a call on x86-64 without SSE4.1, and an image needs half a million of them.
inline std::int64_t floor_of(double x) {
  const std::int64_t toward_zero = std::int64_t(x);
  return toward_zero - (x < double(toward_zero));
}

/// Value noise with features of about `cell` units: interpolated lattice values, rotated to hide the grid.
inline double noise(std::uint64_t key, double X, double Y, double cell) {
  const double u = (0.8 * X - 0.6 * Y) / cell, v = (0.6 * X + 0.8 * Y) / cell;
  const std::int64_t i = floor_of(u), j = floor_of(v);
  double tu = u - double(i), tv = v - double(j);
  tu = tu * tu * (3 - 2 * tu);
  tv = tv * tv * (3 - 2 * tv);
  const double a = lattice(key, i, j), b = lattice(key, i + 1, j);
  const double c = lattice(key, i, j + 1), d = lattice(key, i + 1, j + 1);
  const double low = a + (b - a) * tu, high = c + (d - c) * tu;
  return low + (high - low) * tv;
}

}  // namespace gs::lesions
