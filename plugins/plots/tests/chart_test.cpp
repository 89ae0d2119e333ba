#include <cmath>

#include "pipeline/error.h"
#include "support.h"

using Catch::Contains;
using pipeline::Array;
using pipeline::Table;
using pipeline::Value;

namespace {

using Texts = std::vector<std::string>;

Drawn draw(const char* id, Table table, const Value::Map& params = {}) {
  FigureRun run(id, params);
  return run.table(std::move(table), "table").draw();
}

/// The columns of pixels, from left to right, that have a colour in a line.
std::pair<int, int> extent_in_line(const Png& png, int y, std::uint32_t color) {
  int first = -1, last = -1;
  for (int x = 0; x < png.width; ++x) {
    if (png.at(x, y) != color) continue;
    if (first < 0) first = x;
    last = x;
  }
  return {first, last};
}

/// How many pixels of a column have a colour.
int height_in_column(const Png& png, int x, std::uint32_t color) {
  int n = 0;
  for (int y = 0; y < png.height; ++y) n += png.at(x, y) == color;
  return n;
}

constexpr std::uint32_t kBlue = 0x1f77b4, kOrange = 0xff7f0e;

}  // namespace

TEST_CASE("lines have a column each, named in the legend") {
  Table table;
  table.add("epoch", Array::of<std::int64_t>({1, 2, 3}));
  table.add("train", Array::of<double>({3, 2, 1}));
  table.add("test", Array::of<float>({4, NAN, 2}));
  const Drawn drawn = draw("plot.line", std::move(table), {{"x", "epoch"}, {"y_label", "loss"}});
  const Texts texts = svg_texts(drawn.svg());
  for (const char* text : {"train", "test", "epoch", "loss"}) CHECK(count(texts, text) == 1);
  CHECK(pixels_of(drawn.png(), kBlue) > 1000);
  CHECK(pixels_of(drawn.png(), kOrange) > 50);
  REQUIRE(drawn.log.size() == 1);
  CHECK(drawn.log[0] == "test: 1 of 3 values are not finite and leave gaps");
  CHECK(drawn.figure.data.size() == 3);
}

TEST_CASE("over seeds a line is the mean with a band of one standard deviation") {
  // numpy.std(…, ddof=1): of 1, 2, 3 it is 1, of 2, 4, 6 it is 2.
  Table table;
  table.add("epoch", Array::of<std::int64_t>({1, 2, 1, 2, 1, 2}));
  table.add("seed", Array::of<std::int64_t>({1, 1, 2, 2, 3, 3}));
  table.add("loss", Array::of<double>({1, 2, 2, 4, 3, 6}));
  const Drawn drawn =
      draw("plot.line", std::move(table), {{"x", "epoch"}, {"over", "seed"}, {"scale", 1}});
  const Png png = drawn.png();
  // Of blue at an opacity of 0.2 on white.
  constexpr std::uint32_t kBand = 0xd2e4f0;
  const auto near_band = [&](int x, int y) {
    for (const int shift : {16, 8, 0})
      if (std::abs(int(png.at(x, y) >> shift & 255) - int(kBand >> shift & 255)) > 2) return false;
    return true;
  };
  // The band is 2 high at the first epoch and 4 at the second, of an axis from 1 to 6: the columns
  // just inside have about these shares of 10/11 of the height.
  int first = -1, last = -1;
  std::vector<int> heights(std::size_t(png.width), 0);
  for (int x = 0; x < png.width; ++x) {
    int top = -1, bottom = -1;
    for (int y = 0; y < png.height; ++y) {
      if (!near_band(x, y)) continue;
      if (top < 0) top = y;
      bottom = y;
    }
    heights[std::size_t(x)] = top < 0 ? 0 : bottom - top + 1;
    if (top < 0) continue;
    if (first < 0) first = x;
    last = x;
  }
  REQUIRE(first > 0);
  const double ratio = double(heights[std::size_t(last - 1)]) / heights[std::size_t(first + 1)];
  CHECK(ratio == Approx(2).margin(0.1));
}

TEST_CASE("a column's values can have a line each") {
  Table table;
  table.add("x", Array::of<double>({0, 1, 0, 1}));
  table.add("latent", Array::of<std::int64_t>({2, 2, 10, 10}));
  table.add("loss", Array::of<double>({1, 2, 3, 4}));
  const Drawn drawn = draw("plot.line", std::move(table), {{"x", "x"}, {"by", "latent"}});
  const Texts texts = svg_texts(drawn.svg());
  CHECK(count(texts, "latent 2") == 1);
  CHECK(count(texts, "latent 10") == 1);
}

TEST_CASE("bars are as high as their values, from zero") {
  Table table;
  table.add("label", Array::of<std::int64_t>({0, 1, 2}));
  table.add("count", Array::of<std::int64_t>({10, 20, 5}));
  const Drawn drawn =
      draw("plot.bar", std::move(table),
           {{"x", "label"}, {"names", Value::List{"shirt", "5%1", "bag=2"}}, {"scale", 1}});
  const Texts texts = svg_texts(drawn.svg());
  for (const char* text : {"shirt", "5%1", "bag=2", "count", "label"})
    CHECK(count(texts, text) == 1);
  const Png png = drawn.png();
  // In the lowest lines all three bars, of 0.8 of the distance between their middles each.
  int bottom = 0;
  for (int y = 0; y < png.height; ++y)
    if (extent_in_line(png, y, kBlue).first >= 0) bottom = y;
  const auto [left, right] = extent_in_line(png, bottom - 5, kBlue);
  const double pitch = (right - left + 1) / 2.8;
  std::vector<int> heights;
  for (int bar = 0; bar < 3; ++bar)
    heights.push_back(height_in_column(png, int(left + pitch * (bar + 0.4)), kBlue));
  CHECK(heights[1] == Approx(2 * heights[0]).margin(3));
  CHECK(heights[0] == Approx(2 * heights[2]).margin(3));
}

TEST_CASE("several columns make groups of bars, and what is not finite has none") {
  Table table;
  table.add("precision", Array::of<double>({0.5, 1}));
  table.add("recall", Array::of<double>({NAN, 0.25}));
  const Drawn drawn = draw("plot.bar", std::move(table));
  CHECK(count(svg_texts(drawn.svg()), "recall") == 1);
  REQUIRE(drawn.log.size() == 1);
  CHECK(drawn.log[0] == "recall: 1 of 2 values are not finite and have no bar");
}

// numpy.histogram([0, 0.1, 0.2, 0.5, 0.9, 1.0], bins=4): (array([3, 0, 1, 2]), [0, .25, .5, .75,
// 1]).
TEST_CASE("a histogram counts as numpy does, the upper end in the last bin") {
  FigureRun run("plot.histogram", {{"bins", 4}});
  const Drawn drawn =
      run.input("values", Array::of<double>({0, 0.1, 0.2, 0.5, 0.9, 1, NAN}, {7, 1})).draw();
  const auto counts = drawn.figure.data.at("counts").view<std::int64_t>();
  CHECK(std::vector<std::int64_t>(counts.begin(), counts.end()) ==
        std::vector<std::int64_t>{3, 0, 1, 2});
  const auto edges = drawn.figure.data.at("edges").view<double>();
  CHECK(std::vector<double>(edges.begin(), edges.end()) ==
        std::vector<double>{0, 0.25, 0.5, 0.75, 1});
  REQUIRE(drawn.log.size() == 1);
  CHECK(drawn.log[0] == "1 of 7 values are not counted: they are not finite or beyond range");
  CHECK(pixels_of(drawn.png(), kBlue) > 10000);
}

TEST_CASE("a histogram by class has the classes' names") {
  FigureRun run("plot.histogram", {{"bins", 2}, {"class_names", Value::List{"no=0", "yes"}}});
  const Drawn drawn = run.input("values", Array::of<float>({0, 1, 1, 1}))
                          .input("labels", Array::of<std::uint8_t>({0, 0, 1, 1}))
                          .draw();
  const Texts texts = svg_texts(drawn.svg());
  CHECK(count(texts, "no=0") == 1);
  CHECK(count(texts, "yes") == 1);
  const auto counts = drawn.figure.data.at("counts").view<std::int64_t>();
  CHECK(std::vector<std::int64_t>(counts.begin(), counts.end()) ==
        std::vector<std::int64_t>{1, 1, 0, 2});
}

TEST_CASE("a heatmap has a cell's colour and number where the matrix has it") {
  FigureRun run("plot.heatmap", {{"class_names", Value::List{"cat", "dog=2"}},
                                 {"x_label", "predicted"},
                                 {"y_label", "true"},
                                 {"scale", 1}});
  const Drawn drawn = run.input("matrix", Array::of<std::int64_t>({50, 7, 0, 43}, {2, 2})).draw();
  const Texts texts = svg_texts(drawn.svg());
  for (const char* text : {"predicted", "true", "7", "43"}) CHECK(count(texts, text) == 1);
  // On both axes; 50 and 0 stand beside the bar, too.
  for (const char* text : {"cat", "dog=2", "50", "0"}) CHECK(count(texts, text) == 2);
  // viridis' ends, as matplotlib has them, fill a quarter of the cells each.
  const Png png = drawn.png();
  const auto place = [&](std::uint32_t color) {
    double x = 0, y = 0, n = 0;
    for (int j = 0; j < png.height; ++j)
      for (int i = 0; i < png.width - 90; ++i)
        if (png.at(i, j) == color) x += i, y += j, ++n;
    return std::tuple{x / n, y / n, n};
  };
  const auto [top_x, top_y, top_n] = place(0xfde725);
  const auto [low_x, low_y, low_n] = place(0x440154);
  CHECK(top_n > 40000);
  CHECK(low_n > 40000);
  // The greatest in the first row and column, the least below it.
  CHECK(std::abs(top_x - low_x) < 3);
  CHECK(top_y < low_y - 150);
}

TEST_CASE("a heatmap of shares has two decimals, and what is not finite stays white") {
  FigureRun run("plot.heatmap");
  const Drawn drawn = run.input("matrix", Array::of<float>({0.125F, 1, NAN}, {1, 3})).draw();
  const Texts texts = svg_texts(drawn.svg());
  CHECK(count(texts, "0.12") == 1);
  CHECK(count(texts, "1.00") == 1);
  REQUIRE(drawn.log.size() == 1);
  CHECK(drawn.log[0] == "1 of 3 cells stay white: their values are not finite");
  FigureRun wrong("plot.heatmap", {{"row_names", Value::List{"a"}}});
  wrong.input("matrix", Array::zeros<float>({2, 2}));
  CHECK_THROWS_WITH(wrong.preflight(), "matrix has 2 rows, but there are 1 names for them");
}

TEST_CASE("every class below a heatmap has its name, turned where there is no room") {
  const Texts names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                       "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  const Value::List given(names.begin(), names.end());
  const auto texts_at = [&](int width, const Value::List& columns) {
    FigureRun run("plot.heatmap",
                  {{"width", width}, {"column_names", columns}, {"row_names", columns}});
    run.input("matrix", Array::of(std::vector<double>(columns.size() * columns.size(), 1.0),
                                  {std::int64_t(columns.size()), std::int64_t(columns.size())}));
    return run.draw();
  };
  const Drawn slanted = texts_at(640, given);
  for (const std::string& name : names) CHECK(count(svg_texts(slanted.svg()), name) == 2);
  CHECK(slanted.svg().find("rotate(-45") != std::string::npos);
  const Drawn upright = texts_at(300, given);
  for (const std::string& name : names) CHECK(count(svg_texts(upright.svg()), name) >= 1);
  CHECK(upright.svg().find("rotate(-90") != std::string::npos);
  const Drawn level = texts_at(640, Value::List{"a", "b"});
  CHECK(level.svg().find("rotate(-45") == std::string::npos);
}

TEST_CASE("a column of texts names lines, bars and places on the axis") {
  const auto table = [] {
    Table made;
    made.add("model", Array::of<std::int64_t>({0, 1, 0, 1}), {"small", "big"});
    made.add("epoch", Array::of<std::int64_t>({1, 1, 2, 2}));
    made.add("loss", Array::of<double>({4, 3, 2, 1}));
    return made;
  };
  const Drawn lines = draw("plot.line", table(), {{"x", "epoch"}, {"by", "model"}});
  for (const char* text : {"small", "big", "loss"}) CHECK(count(svg_texts(lines.svg()), text) == 1);
  const Drawn along =
      draw("plot.line", table(), {{"x", "model"}, {"y", Value::List{"loss"}}, {"over", "epoch"}});
  for (const char* text : {"small", "big"}) CHECK(count(svg_texts(along.svg()), text) == 1);
  const Drawn bars = draw("plot.bar", table(), {{"x", "model"}, {"y", Value::List{"loss"}}});
  for (const char* text : {"small", "big"}) CHECK(count(svg_texts(bars.svg()), text) == 2);
  CHECK_THROWS_WITH(draw("plot.line", table(), {{"y", Value::List{"model"}}}),
                    "column 'model' holds texts, such as 'small'; expected numbers");
}

TEST_CASE("the numbers below bars have equal decimals") {
  Table table;
  table.add("rate", Array::of<double>({0.5, 1, 1.25}));
  table.add("loss", Array::of<double>({1, 2, 3}));
  const Texts texts = svg_texts(draw("plot.bar", std::move(table), {{"x", "rate"}}).svg());
  for (const char* text : {"0.50", "1.00", "1.25"}) CHECK(count(texts, text) == 1);
}
