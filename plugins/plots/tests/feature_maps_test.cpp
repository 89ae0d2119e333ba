#include <cmath>

#include "pipeline/error.h"
#include "support.h"

using Catch::Contains;
using pipeline::Array;
using pipeline::Value;

TEST_CASE("an image, its feature maps and the reconstruction stand in a line, equally large") {
  FigureRun run("plot.feature_maps", {{"scale", 1}, {"width", 400}, {"spacing", 0}});
  // Images of 4×4 of the levels 51 and 102; of two maps of 2×2 the values are 0 to 7, and white 7.
  const Drawn drawn =
      run.input("images", Array::of(std::vector<float>(16, 0.2F), {1, 4, 4}))
          .input("maps", Array::of<float>({0, 1, 2, 3, 4, 5, 6, 7}, {1, 2, 2, 2}))
          .input("reconstruction", Array::of(std::vector<float>(16, 0.4F), {1, 1, 4, 4}))
          .draw();
  CHECK(svg_texts(drawn.svg()) == std::vector<std::string>{"image", "0", "1", "reconstruction"});
  const Png png = drawn.png();
  REQUIRE(png.width == 400);
  const int top = png.height - 100;
  CHECK(png.at(50, top + 50) == 0x333333);
  CHECK(png.at(350, top + 50) == 0x666666);
  for (int map = 0; map < 2; ++map)
    for (int y = 0; y < 2; ++y)
      for (int x = 0; x < 2; ++x) {
        const int level = int(std::lround((4 * map + 2 * y + x) / 7.0 * 255));
        for (const int inside : {5, 25, 45})
          CHECK(png.at(100 * (map + 1) + 50 * x + inside, top + 50 * y + inside) ==
                std::uint32_t(level) * 0x010101);
      }
  CHECK(drawn.figure.data.at("maps").shape() == pipeline::Shape{1, 2, 2, 2});
}

TEST_CASE("feature maps that do not belong to the images are refused before a run") {
  FigureRun run("plot.feature_maps");
  run.input("images", Array::zeros<float>({3, 4, 4}));
  run.input("maps", Array::zeros<float>({2, 8, 2, 2}));
  CHECK_THROWS_WITH(run.preflight(),
                    "maps must have an entry for each of the 3 images, got 2×8×2×2");
}
