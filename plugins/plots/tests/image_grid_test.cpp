#include <cmath>
#include <set>

#include "mosaic.h"
#include "pipeline/error.h"
#include "support.h"

using Catch::Contains;
using pipeline::Array;
using pipeline::Shape;
using pipeline::Value;

namespace {

constexpr std::uint32_t kWhite = 0xffffff;

std::uint32_t gray(int level) { return std::uint32_t(level) * 0x010101; }

/// n images of 3×4 whose pixels all differ: image i, row y, column x has the level 20 i + 4 y + x.
int level(int i, int y, int x) { return 20 * i + 4 * y + x; }
Array small_images(int n, float from = 0) {
  std::vector<float> values;
  for (int i = 0; i < n; ++i)
    for (int y = 0; y < 3; ++y)
      for (int x = 0; x < 4; ++x) values.push_back(from + float(level(i, y, x)) / 255);
  return Array::of(values, {n, 3, 4});
}

FigureRun grid(Value::Map params = {}) {
  params.emplace("scale", 1);
  return FigureRun("plot.image_grid", params);
}

/// Every pixel of the block that shows pixel (x, y) of an image whose corner is at (left, top).
bool block_is(const Png& png, int left, int top, int zoom, int x, int y, std::uint32_t color) {
  for (int dy = 0; dy < zoom; ++dy)
    for (int dx = 0; dx < zoom; ++dx)
      if (png.at(left + x * zoom + dx, top + y * zoom + dy) != color) return false;
  return true;
}

std::string complaint(FigureRun run) {
  try {
    run.preflight();
  } catch (const pipeline::Error& error) {
    return error.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("every pixel of a grid's images is a block of its own gray, sharp to the edge") {
  // Five images of 3×4 in three columns with a gap of one pixel are 15×8 pixels; in 300 px each is
  // 20 px wide.
  auto run = grid({{"columns", 3}, {"width", 300}, {"spacing", 0.33}});
  const Drawn drawn = run.input("images", small_images(5)).draw();
  const Png png = drawn.png();
  REQUIRE(png.width == 300);
  REQUIRE(png.height == 160);
  for (int i = 0; i < 5; ++i)
    for (int y = 0; y < 3; ++y)
      for (int x = 0; x < 4; ++x) {
        INFO("image " << i << ", row " << y << ", column " << x);
        // The canvas' outermost half gap is on the right and below.
        const int left = i % 3 * 100, top = i / 3 * 80;
        const bool edge = (left == 0 && x == 0) || (top == 0 && y == 0);
        if (!edge) CHECK(block_is(png, left, top, 20, x, y, gray(level(i, y, x))));
        CHECK(png.at(left + x * 20 + 10, top + y * 20 + 10) == gray(level(i, y, x)));
      }
  // The gaps, and the place without an image.
  CHECK(block_is(png, 0, 0, 20, 4, 1, kWhite));
  CHECK(block_is(png, 0, 0, 20, 12, 5, kWhite));
  CHECK(count(drawn.svg(), "<image style='image-rendering:pixelated'") == 1);
}

TEST_CASE("rows choose images by list or by steps, and the data keeps what is shown") {
  auto listed = grid({{"rows", Value::List{4, 1}}});
  const Drawn by_list = listed.input("images", small_images(6)).draw();
  CHECK(by_list.figure.data.at("rows").view<std::int64_t>()[0] == 4);
  const auto shown = by_list.figure.data.at("images");
  CHECK(shown.shape() == Shape{2, 3, 4});
  CHECK(shown.view<float>()[0] == float(level(4, 0, 0)) / 255);
  CHECK(shown.view<float>()[12] == float(level(1, 0, 0)) / 255);

  auto stepped = grid({{"rows", Value::Map{{"start", 1}, {"stop", 6}, {"step", 3}}}});
  const auto rows = stepped.input("images", small_images(6)).draw().figure.data.at("rows");
  CHECK(rows.size() == 2);
  CHECK(rows.view<std::int64_t>()[1] == 4);
}

TEST_CASE("a second image stands at the right of each, edge to edge") {
  auto run =
      grid({{"columns", 1}, {"width", 160}, {"spacing", 0}, {"image_shape", Value::List{3, 4}}});
  const Drawn drawn = run.input("images", small_images(1))
                          .input("beside", small_images(1, 128 / 255.0F).reshaped({1, 12}))
                          .draw();
  const Png png = drawn.png();
  REQUIRE(png.width == 160);
  REQUIRE(png.height == 60);
  CHECK(block_is(png, 0, 0, 20, 3, 1, gray(level(0, 1, 3))));
  CHECK(block_is(png, 0, 0, 20, 4, 1, gray(128 + level(0, 1, 0))));
  CHECK(drawn.figure.data.at("beside").shape() == Shape{1, 12});
}

TEST_CASE("values beyond the range are its ends, and each image can have a range of its own") {
  const auto middle = [](const Value::Map& params, const std::vector<float>& values) {
    Value::Map all = params;
    all["width"] = 90;
    all["spacing"] = 0;
    auto run = grid(all);
    std::vector<float> twice = values;
    twice.insert(twice.end(), values.begin(), values.end());
    const Png png = run.input("images", Array::of(twice, {1, 2, 3})).draw().png();
    return std::vector<std::uint32_t>{png.at(15, 15), png.at(45, 15), png.at(75, 15)};
  };
  using Colors = std::vector<std::uint32_t>;
  CHECK(middle({}, {-1, 0.2F, 7}) == Colors{gray(0), gray(51), kWhite});
  CHECK(middle({{"range", Value::List{-1, 1}}}, {-1, 0.2F, 7}) ==
        Colors{gray(0), gray(153), kWhite});
  CHECK(middle({{"normalize", "image"}}, {-3, 0, 2}) == Colors{gray(0), gray(153), kWhite});
  CHECK(middle({{"normalize", "image"}}, {2, 2, 2}) == Colors{gray(0), gray(0), gray(0)});
  CHECK(middle({{"colormap", "jet"}}, {0, 0.5F, 1}) == Colors{0x000080, 0x7bff7b, 0x800000});
  CHECK(middle({{"colormap", "gray_r"}}, {0, 0.2F, 1}) == Colors{kWhite, gray(204), gray(0)});
}

TEST_CASE("bytes range to 255, and images of three channels are coloured") {
  auto run = grid({{"width", 90}, {"spacing", 0}});
  const Array pixels = Array::of<std::uint8_t>(
      {10, 0, 255, 10, 0, 255, 20, 0, 0, 20, 0, 0, 30, 0, 255, 30, 0, 255}, {1, 3, 2, 3});
  const Png png = run.input("images", pixels).draw().png();
  CHECK(png.at(15, 15) == 0x0a141e);
  CHECK(png.at(45, 15) == 0x000000);
  CHECK(png.at(75, 15) == 0xff00ff);
}

TEST_CASE("pixels that are not a number stay white, and the log counts them") {
  auto run = grid({{"width", 90}, {"spacing", 0}});
  const Drawn drawn = run.input("images", Array::of<float>({0, NAN, 0, 0, 0, 0}, {1, 2, 3})).draw();
  CHECK(drawn.png().at(45, 15) == kWhite);
  REQUIRE(drawn.log.size() == 1);
  CHECK(drawn.log[0] == "images: 1 pixels are not a number and stay white, in row 0");
}

TEST_CASE("highlighted images have a border in their colour on all four sides") {
  auto run = grid({{"columns", 3}, {"width", 330}});
  const Drawn drawn = run.input("images", Array::zeros<float>({3, 10, 10}))
                          .input("highlight", Array::of<std::int32_t>({0, 1, 2}))
                          .draw();
  const Png png = drawn.png();
  // 9 pixels for one of an image: 30 pixels a side, 90 of them, that a border does not touch.
  CHECK(pixels_of(png, 0) == 3 * 90 * 90);
  for (const std::uint32_t color : {0x00ff00U, 0xff0000U}) {
    // Four sides of 2 pixels, of which gnuplot may blend the outer one with the white.
    CHECK(pixels_of(png, color) >= 4 * 90);
    CHECK(pixels_of(png, color) <= 4 * 2 * 92);
  }
  for (const auto& [x, color] : {std::pair{1, 0x00ff00U}, {2, 0xff0000U}}) {
    int left = -1, top = -1;
    for (int i = 0; i < png.width * png.height && left < 0; ++i)
      if (png.at(i % png.width, i / png.width) == 0 && i % png.width > png.width * x / 3) {
        left = i % png.width;
        top = i / png.width;
      }
    for (const int at : {5, 45, 85}) {
      CHECK(png.at(left + at, top - 1) == color);
      CHECK(png.at(left + at, top + 90) == color);
      CHECK(png.at(left - 1, top + at) == color);
      CHECK(png.at(left + 90, top + at) == color);
    }
  }
}

TEST_CASE("an image of one pixel is drawn, in a line or a column too") {
  for (const Shape& shape : {Shape{1, 1, 1}, {3, 1, 1}, {1, 1, 5}, {1, 5, 1}}) {
    auto run = grid({{"width", 100}, {"spacing", 0}, {"columns", 3}});
    const Png png = run.input("images", Array::zeros<float>(shape)).draw().png();
    INFO(pipeline::to_string(shape));
    CHECK(png.width <= 100);
    CHECK(pixels_of(png, 0) > 200);
  }
}

TEST_CASE("titles say place, row and label of each image") {
  auto run = grid({{"rows", Value::List{2, 0}},
                   {"titles", "{index}: {row} is {label}"},
                   {"class_names", Value::List{"shirt", "`bag`"}},
                   {"title", "All"}});
  const Drawn drawn = run.input("images", Array::zeros<float>({3, 10, 10}))
                          .input("labels", Array::of<std::uint8_t>({1, 0, 7}))
                          .draw();
  CHECK(has(drawn.svg(),
            {"<text>0: 2 is 7</text>", "<text>1: 0 is `bag`</text>", "<text>All</text>"}));
}

TEST_CASE("equal images give equal bytes") {
  const auto draw = [] {
    auto run = grid({{"titles", "{row}"}});
    return run.input("images", small_images(6)).draw().figure.files;
  };
  CHECK(draw() == draw());
}

TEST_CASE("a hundred images of 28×28 keep to the width, pixel by pixel") {
  std::vector<float> values;
  for (int i = 0; i < 100 * 784; ++i) values.push_back(float(i * 31 % 251) / 255);
  auto run = FigureRun("plot.image_grid", {{"format", Value::List{"png"}}});
  const Png png = run.input("images", Array::of(values, {100, 1, 28, 28})).draw().png();
  // 32 pixels an image with its gap, two before it and two after, each 6 pixels of the PNG wide.
  REQUIRE(png.width == 1920);
  REQUIRE(png.height == 1920);
  int wrong = 0;
  for (int y = 0; y < 1920; ++y)
    for (int x = 0; x < 1920; ++x) {
      const int row = y / 6 % 32 - 2, column = x / 6 % 32 - 2;
      const bool gap = row < 0 || row >= 28 || column < 0 || column >= 28;
      const int image = y / 192 * 10 + x / 192;
      const int level = (image * 784 + row * 28 + column) * 31 % 251;
      wrong += png.at(x, y) != (gap ? kWhite : gray(level));
    }
  CHECK(wrong == 0);
}

TEST_CASE("large images are made smaller") {
  auto run = grid({{"width", 200}, {"format", Value::List{"png"}}});
  const Png png = run.input("images", Array::zeros<std::uint8_t>({2, 900, 900})).draw().png();
  CHECK(png.width <= 200);
  CHECK(pixels_of(png, 0) > 10000);
}

TEST_CASE("a greatest height makes the images smaller") {
  auto run = grid({{"width", 1000}, {"height", 200}, {"columns", 1}});
  const Png png = run.input("images", Array::zeros<float>({2, 10, 10})).draw().png();
  CHECK(png.height <= 200);
  CHECK(png.height > 150);
}

TEST_CASE("what cannot be a grid is said before anything is drawn") {
  const auto with = [](Array images, const Value::Map& params = {}) {
    auto run = grid(params);
    run.input("images", std::move(images));
    return run;
  };
  const Array images = Array::zeros<float>({6, 3, 4});
  CHECK(complaint(with(Array::zeros<float>({6, 784}))) ==
        "images is 6×784: rows of numbers without a height and width; say them with image_shape: "
        "[height, width]");
  CHECK(complaint(with(Array::zeros<float>({6, 784}), {{"image_shape", Value::List{28, 27}}})) ==
        "images is 6×784: 784 numbers an image, but image_shape 28×27 needs 756");
  CHECK(complaint(with(Array::zeros<float>({6, 2, 3, 4}))) ==
        "images has images of 2 channels; 1 (gray) or 3 (red, green, blue) can be drawn");
  CHECK(complaint(with(Array::zeros<float>({6}))) ==
        "images must be n×height×width or n×channels×height×width, got 6");
  CHECK(complaint(with(Array::zeros<float>({0, 3, 4}))) ==
        "there is no image to draw: images has 0 rows");
  CHECK(complaint(with(images, {{"rows", Value::List{0, 6}}})) ==
        "rows: there is no image 6; there are 6 images, counted from 0");
  CHECK(complaint(with(images, {{"rows", Value::List{-1}}})) ==
        "rows: there is no image -1; there are 6 images, counted from 0");
  CHECK(complaint(with(images, {{"rows", Value::Map{{"stop", 7}}}})) ==
        "rows: stop is 7, but there are only 6 images");
  CHECK(complaint(with(images, {{"rows", Value::Map{{"start", 6}}}})) ==
        "rows: no image from start 6 to before stop 6; there are 6 images");
  CHECK(complaint(with(images, {{"titles", "{lable}"}})) ==
        "titles has no {lable}; did you mean 'label'?");
  CHECK(complaint(with(images, {{"titles", "{label}"}})) ==
        "titles shows {label}, but the input labels is not wired");
  CHECK(complaint(with(images, {{"range", Value::List{1, 0}}})) ==
        "range has to be two numbers, the values of black and of white, the lower first");
  CHECK_THAT(complaint(with(images, {{"highlight_colors", Value::List{"grün"}}})),
             Contains("'grün' is no colour"));
  CHECK_THAT(complaint(with(Array::zeros<float>({60000, 28, 28}))),
             Contains("draw fewer with rows"));
  CHECK_THAT(complaint(with(images, {{"columns", 1000}, {"width", 50}, {"scale", 0.5}})),
             Contains("leave no room for each in 50 px; draw fewer with rows"));
}

TEST_CASE("inputs that do not belong together are refused") {
  auto beside = grid();
  beside.input("images", Array::zeros<float>({6, 3, 4}))
      .input("beside", Array::zeros<float>({5, 3, 4}));
  CHECK_THROWS_WITH(beside.preflight(),
                    "beside must have an entry for each of the 6 images, got 5×3×4");
  auto size = grid();
  size.input("images", Array::zeros<float>({6, 3, 4}))
      .input("beside", Array::zeros<float>({6, 4, 3}));
  CHECK_THROWS_WITH(size.preflight(),
                    "beside must have images of the same size as images (6×3×4), got 6×4×3");
  auto kind = grid();
  kind.input("images", Array::zeros<float>({2, 3, 4}))
      .input("highlight", Array::of<std::uint8_t>({0, 3}));
  CHECK_THROWS_WITH(
      kind.draw(), "highlight of image 1 is 3; 0 is no border, and highlight_colors has 2 colours");
}

TEST_CASE("mistakes in rows are told with the nearest name") {
  CHECK_THROWS_WITH(grid({{"rows", Value::Map{{"stp", 2}}}}),
                    Contains("did you mean 'stop'?") || Contains("did you mean 'step'?"));
  CHECK_THROWS_WITH(grid({{"rows", Value::Map{{"step", 0}}}}),
                    Contains("must be at least 1, got 0"));
  CHECK_THROWS_WITH(grid({{"rows", Value::List{}}}), Contains("is empty"));
  CHECK_THROWS_WITH(grid({{"rows", 3}}), Contains("a list of rows or {start, stop, step}"));
}

TEST_CASE("rows are the same after a round trip through the parameters") {
  pipeline::testing::Components components;
  for (const Value& rows : {Value(Value::List{3, 1}), Value(Value::Map{{"stop", 5}}), Value()}) {
    const auto made = components.make("stage", "plot.image_grid", Value::Map{{"rows", rows}});
    const Value params = pipeline::parameters_of(*made);
    const auto again = components.make("stage", "plot.image_grid", params);
    CHECK(pipeline::parameters_of(*again) == params);
  }
}

TEST_CASE("values that the range does not show are told with their rows and the range") {
  std::vector<float> values(12 * 4, 0.5F);
  values[0] = NAN;
  values[4 * 3] = -2;
  values[4 * 7 + 1] = 3.5F;
  values[4 * 7 + 2] = NAN;
  auto run = grid({{"rows", Value::List{0, 3, 7, 9}}});
  const Drawn drawn = run.input("images", Array::of(values, {12, 2, 2})).draw();
  REQUIRE(drawn.log.size() == 2);
  CHECK(drawn.log[0] == "images: 2 pixels are not a number and stay white, in rows 0 and 7");
  CHECK(drawn.log[1] ==
        "images: values from -2 to 3.5 are beyond the range 0 to 1 and drawn as its ends, in rows "
        "3 and 7; give range: [lowest, highest], or normalize: image");
  auto own = grid({{"normalize", "image"}});
  CHECK(own.input("images", Array::of<float>({-5, 7, 0, 1}, {1, 2, 2})).draw().log.empty());
}

TEST_CASE("headings stand above the halves of a pair, from the left") {
  auto run = grid({{"columns", 2}, {"width", 600}, {"headings", Value::List{"original", "made"}}});
  const Drawn drawn = run.input("images", Array::zeros<float>({4, 10, 10}))
                          .input("beside", Array::zeros<float>({4, 10, 10}))
                          .draw();
  CHECK(svg_texts(drawn.svg()) == std::vector<std::string>{"original", "made", "original", "made"});
  // Each in the middle of its half: 13 px for a pixel, pairs of 20 pixels that begin at 0 and 21.
  const std::vector<double> middles = text_places(drawn.svg());
  REQUIRE(middles.size() == 4);
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(middles[i] == Approx(13.0 * double(i / 2 * 21 + 5 + i % 2 * 10)).margin(1));
  auto odd = grid({{"headings", Value::List{"original"}}});
  odd.input("images", Array::zeros<float>({1, 2, 2}))
      .input("beside", Array::zeros<float>({1, 2, 2}));
  CHECK_THROWS_WITH(odd.preflight(), "headings has 1 texts; with beside it has to have two a pair");
}

TEST_CASE("what is predicted right has a green border, what is wrong a red one") {
  const auto draw = [](Array predicted) {
    auto run = grid({{"columns", 3},
                     {"width", 330},
                     {"titles", "{predicted} for {label}"},
                     {"class_names", Value::List{"a", "b"}}});
    return run.input("images", Array::zeros<float>({3, 10, 10}))
        .input("labels", Array::of<std::uint8_t>({0, 1, 1}))
        .input("predicted", std::move(predicted))
        .draw();
  };
  // The first and third are right.
  const Drawn drawn = draw(Array::of<std::int64_t>({0, 0, 1}));
  CHECK(svg_texts(drawn.svg()) == std::vector<std::string>{"a for a", "a for b", "b for b"});
  const Png png = drawn.png();
  const auto color_of = [&](int image) {
    std::set<std::uint32_t> colors;
    for (int y = 0; y < png.height; ++y)
      for (int x = png.width * image / 3; x < png.width * (image + 1) / 3; ++x)
        if (png.at(x, y) == 0x00ff00 || png.at(x, y) == 0xff0000) colors.insert(png.at(x, y));
    return colors;
  };
  CHECK(color_of(0) == std::set<std::uint32_t>{0x00ff00});
  CHECK(color_of(1) == std::set<std::uint32_t>{0xff0000});
  CHECK(color_of(2) == std::set<std::uint32_t>{0x00ff00});
  const Drawn by_shares = draw(Array::of<float>({0.9F, 0.1F, 0.6F, 0.4F, 0.2F, 0.8F}, {3, 2}));
  CHECK(by_shares.figure.files == drawn.figure.files);
}

TEST_CASE("indices make lines of the images that they name, such as neighbours") {
  auto run = grid({{"width", 300}, {"spacing", 0.33}});
  const Drawn drawn = run.input("images", small_images(6))
                          .input("indices", Array::of<std::int64_t>({4, 0, 2, 1, 1, 5}, {2, 3}))
                          .draw();
  const Png png = drawn.png();
  REQUIRE(png.width == 300);
  REQUIRE(png.height == 160);
  const int shown[] = {4, 0, 2, 1, 1, 5};
  for (int i = 0; i < 6; ++i)
    CHECK(block_is(png, i % 3 * 100, i / 3 * 80, 20, 1, 1, gray(level(shown[i], 1, 1))));
  CHECK(drawn.figure.data.at("images").shape() == Shape{6, 3, 4});
  auto beyond = grid();
  beyond.input("images", small_images(6)).input("indices", Array::of<std::int64_t>({6}, {1, 1}));
  CHECK_THROWS_WITH(beyond.draw(), "indices has 6 in line 0; the 6 images have the rows 0 to 5");
}

TEST_CASE("the columns of a matrix are images, as the weights of a layer are") {
  const auto draw = [](Array weights, const char* in) {
    auto run = grid({{"images_in", in},
                     {"image_shape", Value::List{2, 3}},
                     {"normalize", "image"},
                     {"width", 300}});
    return run.input("images", std::move(weights)).draw().figure.files;
  };
  // numpy: the second is the first's transpose.
  CHECK(draw(Array::of<float>({1, 7, 2, 8, 3, 9, 4, 10, 5, 11, 6, 13}, {6, 2}), "columns") ==
        draw(Array::of<float>({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13}, {2, 6}), "rows"));
}

TEST_CASE("a plane of images has axes with what its columns and lines stand for") {
  auto run = grid({{"columns", 3},
                   {"spacing", 0},
                   {"width", 300},
                   {"horizontal", Value::List{-1, 1}},
                   {"vertical", Value::List{0, 4}},
                   {"x_label", "first"},
                   {"y_label", "second"}});
  const Drawn drawn = run.input("images", Array::zeros<float>({9, 4, 4})).draw();
  const std::vector<std::string> texts = svg_texts(drawn.svg());
  CHECK(count(texts, "0") == 2);
  for (const char* text : {"-1", "3", "4", "first", "second"}) {
    INFO(text);
    CHECK(count(texts, text) == 1);
  }
  // No gap between the images: one black square.
  const Png png = drawn.png();
  int left = png.width, right = 0;
  for (int x = 0; x < png.width; ++x)
    if (png.at(x, 20) == 0) left = std::min(left, x), right = std::max(right, x);
  CHECK(right - left >= 297);
}
