// lesions.cpp - renders a scene: pigment, blood, veil, hair and light at each pixel.
#include "engine/data/lesions.h"

#include "engine/data/lesions_random.h"
#include "engine/data/lesions_scene.h"

namespace gs::lesions {
namespace {

using Colour = std::array<double, 3>;
// Absorption of red, green and blue light by pigment and by blood, and the colours of veil and hair.
constexpr Colour melanin{0.62, 1.00, 1.30}, haemoglobin{0.10, 0.75, 0.60};
constexpr Colour veil_colour{0.42, 0.47, 0.56}, hair_colour{0.16, 0.12, 0.10};

/// Not std::hypot: lengths here cannot overflow.
double length(double x, double y) {
  return std::sqrt(x * x + y * y);
}

/// Position of a point relative to the lesion.
struct Place {
  double x, y;          ///< distorted offset from the lesion's centre
  double cosine, sine;  ///< direction from the centre
  double inside;        ///< distance to the rim, positive inside
  double relative;      ///< distance from the centre, 1 on the rim
  double mask;          ///< 1 inside, 0 outside, soft at the rim
};

class Painter {
 public:
  Painter(const Scene& scene, ImageSize size) : s_(scene), pixel_h_(128.0 / size.h), pixel_w_(128.0 / size.w) {}

  /// Colour of pixel (column, row) on the scale [0, 1], before noise, clamping and rounding.
  Colour colour(int column, int row) const {
    const double X = (column + 0.5) * pixel_w_ - 64, Y = (row + 0.5) * pixel_h_ - 64;
    const Place place = locate(X, Y);
    const double pigment = pigment_at(X, Y, place);
    const double blood = s_.pigment.blood * place.mask * (0.6 + field(11, place.x, place.y, 16)) + 0.10 +
                         0.08 * sigmoid((place.inside + 8) / 4);
    const double veil = s_.pigment.veil * place.mask * smooth_step(-0.05, 0.35, field(12, place.x, place.y, 20));
    const double texture =
        s_.skin.roughness * (0.05 * field(0, X, Y, 30) + 0.04 * field(1, X, Y, 9) + 0.03 * field(2, X, Y, 3));
    Colour c{};
    for (std::size_t i = 0; i < 3; ++i) {  // Beer-Lambert law
      c[i] = s_.skin.colour[i] * (1 + texture) * std::exp(-(pigment * melanin[i] + blood * haemoglobin[i]));
      c[i] += veil * (veil_colour[i] * s_.skin.tone - c[i]);
    }
    add_hair(c, X, Y);
    const double light = light_at(X, Y);
    for (double& channel : c) channel *= light;
    return c;
  }

  /// Approximately normal: the sum of four uniform 16-bit numbers.
  double sensor_noise(std::uint64_t value_number) const {
    const std::uint64_t hash = mix(s_.sensor_key + (value_number + 1) * golden);
    const double sum =
        double(hash & 0xFFFF) + double(hash >> 16 & 0xFFFF) + double(hash >> 32 & 0xFFFF) + double(hash >> 48);
    return s_.light.noise * (sum / 65536 - 2) * std::sqrt(3.0);
  }

 private:
  double field(std::size_t number, double x, double y, double cell) const {
    return noise(s_.field[number], x, y, cell);
  }

  Place locate(double X, double Y) const {
    const Outline& o = s_.outline;
    Place p{};
    p.x = X - o.x + 1.5 * o.ragged * field(3, X, Y, 6) + 3.5 * o.skew * field(5, X, Y, 22);
    p.y = Y - o.y + 1.5 * o.ragged * field(4, X, Y, 6) + 3.5 * o.skew * field(6, X, Y, 22);
    const double distance = length(p.x, p.y);
    p.cosine = distance > 0 ? p.x / distance : 1;
    p.sine = distance > 0 ? p.y / distance : 0;
    const double rim = o.radius * std::max(form(p), 0.25);
    p.inside = rim - distance;
    p.relative = distance / rim;
    const double softer = p.cosine * o.rim_cosine + p.sine * o.rim_sine;
    const double width = std::max(o.rim_width * (1 + 0.5 * softer), 0.6 * std::max(pixel_h_, pixel_w_));
    p.mask = sigmoid(p.inside / width);
    return p;
  }

  /// Relative radius of the rim at angle t: 1 plus the harmonics, with cos(k t) and sin(k t) from those of (k - 1) t.
  double form(const Place& at) const {
    double sum = 1, cosine = at.cosine, sine = at.sine;
    for (std::size_t k = 2; k <= 12; ++k) {
      const double next = cosine * at.cosine - sine * at.sine;
      sine = sine * at.cosine + cosine * at.sine;
      cosine = next;
      sum += s_.outline.cosine[k] * cosine + s_.outline.sine[k] * sine;
    }
    return sum;
  }

  /// Islands, network, dots, streaks and freckles.
  double pigment_at(double X, double Y, const Place& at) const {
    const Pigment& p = s_.pigment;
    const double darker = at.cosine * p.dark_cosine + at.sine * p.dark_sine;
    const double island = field(7, at.x, at.y, 15) + 0.4 * field(8, at.x, at.y, 7.5);
    double g = (1 - p.profile * at.relative * at.relative) *
               std::exp(p.eccentricity * darker * std::min(at.relative, 1.3) +
                        1.5 * p.island_contrast * (2 * smooth_step(-0.65, 0.65, island) - 1));
    g *= std::max(0.1, 1 + p.network_strength * network_at(X, Y) + 0.30 * field(14, X, Y, 3.2));
    double amount = p.density * g * at.mask;
    for (const Spot& dot : p.dots) amount += spot_at(dot, X, Y, 1.0);
    for (const Streak& streak : p.streaks) amount += 0.8 * p.density * streak_at(streak, at);
    for (const Spot& freckle : p.freckles) amount += spot_at(freckle, X, Y, 1.6);
    return amount;
  }

  /// A disc with a soft edge.
  static double spot_at(const Spot& spot, double X, double Y, double softness) {
    const double x = X - spot.x, y = Y - spot.y, reach = spot.radius + softness;
    if (x * x + y * y >= reach * reach) return 0;
    return spot.amount * soft((spot.radius - length(x, y)) / softness);
  }

  /// A ray from inside the rim to beyond it.
  static double streak_at(const Streak& ray, const Place& at) {
    const double off = std::fabs(at.y * ray.cosine - at.x * ray.sine);
    if (at.x * ray.cosine + at.y * ray.sine <= 0 || off >= ray.thickness + 0.8) return 0;
    return soft((at.inside + 0.6 * ray.length) / 1.5) * soft((ray.length - at.inside) / 3.0) *
           soft((ray.thickness - off) / 0.8);
  }

  double network_at(double X, double Y) const {
    const Pigment& p = s_.pigment;
    const double irregularity = p.network_irregularity;
    const double x = X + 2 * irregularity * field(9, X, Y, 9), y = Y + 2 * irregularity * field(10, X, Y, 9);
    const double patch = smooth_step(-0.5, 0.5, 0.35 - 0.10 * irregularity + 0.8 * irregularity * field(13, X, Y, 11));
    double waves = 0;
    for (std::size_t i = 0; i < 3; ++i)
      waves += std::cos(tau / p.network_period * (x * p.wave_cosine[i] + y * p.wave_sine[i]) + p.wave_phase[i]);
    return patch * waves / 1.5;
  }

  void add_hair(Colour& c, double X, double Y) const {
    for (const Hair& h : s_.hair) {
      const double along = length(X - h.middle_x, Y - h.middle_y);
      if (along >= h.half_length + 2) continue;
      const double off = std::fabs(length(X - h.centre_x, Y - h.centre_y) - h.radius);
      const double cover = h.amount * soft((h.thickness - off) / 0.8) * soft((h.half_length - along) / 2.0);
      for (std::size_t i = 0; i < 3; ++i) c[i] += cover * (hair_colour[i] - c[i]);
    }
  }

  double light_at(double X, double Y) const {
    const Light& l = s_.light;
    const double distance = length(X - l.x, Y - l.y);
    double light = 1 + l.slope * (X * l.cosine + Y * l.sine) / 64;
    light *= 1 - l.vignette * smooth_step(35, 95, distance);
    if (l.framed) light *= soft((l.frame_radius - distance) / 1.5);
    return light;
  }

  const Scene& s_;
  double pixel_h_, pixel_w_;  ///< of the scene's 128 units
};

}  // namespace

std::vector<std::string> class_names() {
  return {"mel", "nev"};
}

void draw(std::uint64_t seed, std::uint64_t index, ImageSize size, std::uint8_t* rgb) {
  const Scene scene = compose(seed, index);
  const Painter painter(scene, size);
  for (int row = 0; row < size.h; ++row)
    for (int column = 0; column < size.w; ++column) {
      const Colour colour = painter.colour(column, row);
      for (std::size_t channel = 0; channel < 3; ++channel) {
        const std::size_t at = (std::size_t(row) * std::size_t(size.w) + std::size_t(column)) * 3 + channel;
        const double value = colour[channel] + painter.sensor_noise(at);
        rgb[at] = std::uint8_t(std::floor(std::clamp(value, 0.0, 1.0) * 255 + 0.5));
      }
    }
}

}  // namespace gs::lesions
