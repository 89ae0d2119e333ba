#include <cstdint>
#include <span>

#include "canvas.h"
#include "digit_strokes.h"
#include "pipeline/plugin.h"
#include "sample_random.h"

namespace pipeline::data {
namespace {

/// How one sample differs from the glyph: x and y become polynomials of both, so that strokes bend
/// but stay joined.
class Distortion {
 public:
  explicit Distortion(SampleRandom& random)
      : width_(random.uniform(0.58, 0.86)),
        height_(1 + random.bell(0.14)),
        slant_(0.12 + random.bell(0.34)),
        lift_(random.bell(0.16)),
        bend_{random.bell(0.30), random.bell(0.30), random.bell(0.24),
              random.bell(0.24), random.bell(0.40), random.bell(0.40)} {}

  /// Around (0, 0), of a height of about 1.
  Point operator()(const Point& p) const {
    const double x = p.x - 0.5, y = p.y - 0.5;
    return {width_ * x - slant_ * y + bend_[0] * x * y + bend_[2] * y * y + bend_[4] * y * y * y,
            height_ * y + lift_ * x + bend_[1] * x * y + bend_[3] * x * x + bend_[5] * x * x * x};
  }

 private:
  double width_, height_, slant_, lift_;
  double bend_[6];
};

// Drawn as in MNIST: digits 20 pixels high in images of 28.
void draw(int digit, int size, SampleRandom& random, std::span<float> pixels) {
  const auto& glyphs = glyphs_of(digit);
  const Glyph& glyph = glyphs[std::size_t(random.below(int(glyphs.size())))];
  const Distortion distort(random);
  const double unit = size / 28.0;
  const double scale = unit * (19.5 + random.bell(2));
  const Point centre = {size / 2.0 + unit * random.bell(1.5), size / 2.0 + unit * random.bell(1.5)};
  Canvas canvas(size);
  for (const Stroke& stroke : glyph) {
    Stroke points = smooth(stroke);
    for (Point& p : points) {
      const Point moved = distort(p);
      p = {centre.x + scale * moved.x, centre.y + scale * moved.y};
    }
    canvas.line(points);
  }
  canvas.ink(unit * random.uniform(0.8, 1.7), pixels);
}

}  // namespace

/// Images of handwritten-looking digits, drawn from strokes; needs no files.
class Digits : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Images of handwritten-looking digits with labels, drawn from strokes: no files.");
    d.param("train", train_.count, "number of training images").range(1, 1e7);
    d.param("test", test_.count, "number of test images").range(1, 1e7);
    d.param("size", size_, "width and height of an image").unit("pixels").range(8, 256);
    d.param("seed", seed_, "seed of the draws; image i depends on it and i alone");
    d.output("train_images", train_.images, "f32 of [n, 1, size, size] in [0, 1]");
    d.output("train_labels", train_.labels, "u8 of [n]: the digit");
    d.output("test_images", test_.images, "f32 of [n, 1, size, size] in [0, 1]");
    d.output("test_labels", test_.labels, "u8 of [n]: the digit");
  }

  void preflight(ComponentFactory&) override {
    for (Part* part : {&train_, &test_}) {
      part->images.set_shape({part->count, 1, size_, size_});
      part->labels.set_shape({part->count});
    }
  }

  void run(Context& context) override {
    for (Part* part : {&train_, &test_}) {
      const auto images = part->images.allocate();
      const auto labels = part->labels.allocate();
      const auto pixels = std::size_t(size_) * std::size_t(size_);
      for (std::size_t i = 0; i < labels.size(); ++i) {
        if (i % 256 == 0) {
          context.check_cancelled();
          const std::int64_t before = part == &test_ ? train_.count : 0;
          context.progress(before + std::int64_t(i), train_.count + test_.count);
        }
        SampleRandom random(seed_, part->purpose, i);
        labels[i] = std::uint8_t(random.below(10));
        draw(labels[i], size_, random, images.subspan(i * pixels, pixels));
      }
    }
  }

 private:
  struct Part {
    std::uint32_t purpose;
    std::int64_t count;
    Output<float> images;
    Output<std::uint8_t> labels;
  };

  Part train_{0, 6000, {}, {}}, test_{1, 1000, {}, {}};
  int size_ = 28;
  std::uint64_t seed_ = 0;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.digits", pipeline::data::Digits);
