#include <cmath>

#include "pipeline/error.h"
#include "support.h"

using Catch::Contains;
using pipeline::Array;
using pipeline::Value;

namespace {

/// Ten points on a line, of the classes 0 to 9.
Array ten_points() {
  std::vector<float> values;
  for (int i = 0; i < 10; ++i) values.insert(values.end(), {float(i), float(i)});
  return Array::of(values, {10, 2});
}
Array ten_classes() { return Array::of<std::uint8_t>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}); }

FigureRun scatter(const Value::Map& params = {}) { return FigureRun("plot.scatter", params); }

// matplotlib.cm.jet(i / 9) for i in 0..9, in 8 bits a channel.
constexpr std::uint32_t kJet[] = {0x000080, 0x0000ff, 0x0061ff, 0x00d4ff, 0x4dffaa,
                                  0xaaff4d, 0xffe600, 0xff7a00, 0xff1300, 0x800000};

/// Whether the picture has many pixels within three levels a channel of the colour: matplotlib
/// takes the nearest of 256 places of the map.
bool shows(const Png& png, std::uint32_t color, int at_least) {
  int n = 0;
  for (int y = 0; y < png.height; ++y)
    for (int x = 0; x < png.width; ++x) {
      bool near = true;
      for (const int shift : {16, 8, 0})
        near &= std::abs(int(png.at(x, y) >> shift & 255) - int(color >> shift & 255)) <= 3;
      n += near;
    }
  return n >= at_least;
}

}  // namespace

TEST_CASE("a scatter's PNG has the size asked for, twice as fine, and its SVG says it") {
  auto run = scatter({{"width", 400}, {"height", 300}});
  const Drawn drawn = run.input("points", ten_points()).draw();
  CHECK(drawn.png().width == 800);
  CHECK(drawn.png().height == 600);
  CHECK(has(drawn.svg(), {"width=\"400\" height=\"300\""}));
  CHECK(drawn.figure.data.at("points").shape() == pipeline::Shape{10, 2});
  CHECK(drawn.figure.data.count("color") == 0);
}

TEST_CASE("formats and scale are chosen") {
  auto run = scatter({{"format", Value::List{"png"}}, {"scale", 1}, {"width", 300}});
  const Drawn drawn = run.input("points", ten_points()).draw();
  CHECK(drawn.figure.files.size() == 1);
  CHECK(drawn.png().width == 300);
}

TEST_CASE("ten classes have ten steps of the colour bar and jet's colours, as in the lecture") {
  auto run = scatter({{"width", 400}, {"height", 300}});
  const Drawn drawn = run.input("points", ten_points()).input("color", ten_classes()).draw();
  for (const std::uint32_t color : kJet) {
    INFO(std::hex << color);
    CHECK(shows(drawn.png(), color, 800));
  }
  for (const char* tic : {"<text>0</text>", "<text>9</text>"}) CHECK(has(drawn.svg(), {tic}));
  CHECK(drawn.figure.data.at("color").dtype() == pipeline::DType::u8);
}

TEST_CASE("the point with the highest value is drawn in the last colour, up on the right") {
  auto run = scatter(
      {{"point_size", 40}, {"width", 400}, {"height", 400}, {"format", Value::List{"png"}}});
  const Drawn drawn = run.input("points", Array::of<float>({0, 0, 1, 1}, {2, 2}))
                          .input("color", Array::of<float>({5, 7}))
                          .draw();
  const Png png = drawn.png();
  // Points lie a twenty-second of the axes from the corners.
  int low = 0, high = 0;
  for (int y = 0; y < png.height; ++y)
    for (int x = 0; x < 640; ++x) {
      if (png.at(x, y) == 0x000080) low += x < 280 && y > 400 ? 1 : 10000000;
      if (png.at(x, y) == 0x800000) high += x > 280 && y < 400 ? 1 : 10000000;
    }
  // A disc of 80 pixels across, where the axes do not cut it.
  CHECK(low > 1000);
  CHECK(low < 5100);
  CHECK(high > 1000);
  CHECK(high < 5100);
}

TEST_CASE("a point's diameter is what point_size says in both formats") {
  auto run = scatter({{"point_size", 50}, {"width", 400}, {"height", 400}});
  const Drawn drawn = run.input("points", Array::of<float>({0, 0}, {1, 2})).draw();
  const double pixels = pixels_of(drawn.png(), 0x1f77b4);
  CHECK(2 * std::sqrt(pixels / M_PI) == Approx(100).margin(1.5));
  // gnuplot's circle has the radius 1 before it is scaled.
  CHECK(has(drawn.svg(), {"scale(25.00)"}));
}

TEST_CASE("class names stand beside the colour bar") {
  auto run = scatter({{"class_names", Value::List{"zero", "one & <two>", "50%"}}});
  const Drawn drawn = run.input("points", Array::of<float>({0, 0, 1, 1}, {2, 2}))
                          .input("color", Array::of<std::int64_t>({0, 2}))
                          .draw();
  CHECK(has(drawn.svg(),
            {"<text>zero</text>", "<text>50%</text>", "<text>one &amp; &lt;two></text>"}));
}

TEST_CASE("more than twenty different integers make a smooth colour bar") {
  std::vector<float> points;
  std::vector<std::int32_t> classes;
  for (int i = 0; i < 21; ++i) {
    points.insert(points.end(), {float(i), 0});
    classes.push_back(10 * i);
  }
  auto run = scatter();
  const Drawn drawn =
      run.input("points", Array::of(points, {21, 2})).input("color", Array::of(classes)).draw();
  CHECK(has(drawn.svg(), {"<text>100</text>"}));
  CHECK_FALSE(has(drawn.svg(), {"<text>110</text>"}));
}

TEST_CASE("equal inputs give equal bytes") {
  const auto draw = [] {
    auto run = scatter({{"title", "Twice"}});
    return run.input("points", ten_points()).input("color", ten_classes()).draw();
  };
  CHECK(draw().figure.files == draw().figure.files);
}

TEST_CASE("a title is shown as it is and cannot do anything") {
  Folder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const std::string title =
      "a\"b'c`touch x1`\\n{/Bold d}\n@e; system(\"touch x2\") $(touch x3) %d <&>\n!touch "
      "x4\n\xc3\xa4";
  auto run = scatter({{"title", title},
                      {"x_label", title},
                      {"color_label", title},
                      {"class_names", Value::List{"`touch x5`\n@f; %d"}}});
  const Drawn drawn = run.input("points", Array::of<float>({0, 0}, {1, 2}))
                          .input("color", Array::of<std::uint8_t>({0}))
                          .draw();
  std::filesystem::current_path(before);
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK(has(drawn.svg(), {">`touch x5`<", ">@f; %d<"}));
  // On title, horizontal axis and colour bar.
  CHECK(count(drawn.svg(), "a\"b'c`touch x1`\\n{/Bold d}") == 3);
  CHECK(count(drawn.svg(), "@e; system(\"touch x2\") $(touch x3) %d &lt;&amp;>") == 3);
  CHECK(count(drawn.svg(), ">\xc3\xa4<") == 3);
}

TEST_CASE("no text breaks the XML of an SVG") {
  const std::string text =
      "a]]>b --> <!-- c -- ]]]]>> <![CDATA[ &amp; &#x9; \xef\xbf\xbe {^2}_x %%";
  auto run = scatter({{"title", text},
                      {"x_label", text},
                      {"y_label", text},
                      {"color_label", text},
                      {"class_names", Value::List{"]]>", "--><\"&'"}}});
  const Drawn drawn = run.input("points", Array::of<float>({0, 0, 1, 1}, {2, 2}))
                          .input("color", Array::of<std::uint8_t>({0, 1}))
                          .draw();
  CHECK(count(drawn.svg(), "]]>") == 0);
  CHECK(count(drawn.svg(), "<!") == 0);
  CHECK(count(drawn.svg(),
              ">a]]&gt;b --> &lt;!-- c -- ]]]]&gt;> &lt;![CDATA[ &amp;amp; &amp;#x9; \xef\xbf\xbd "
              "{^2}_x %%<") == 4);
  CHECK(has(drawn.svg(), {">]]&gt;<", ">-->&lt;\"&amp;'<"}));
}

TEST_CASE("points that are not finite are left out, and the log says how many") {
  auto run = scatter();
  const Drawn drawn =
      run.input("points", Array::of<float>({0, 0, NAN, 1, 1, INFINITY, 2, 2}, {4, 2}))
          .input("color", Array::of<float>({1, 1, 1, NAN}))
          .draw();
  REQUIRE(drawn.log.size() == 1);
  CHECK(drawn.log[0] == "3 of 4 points are not drawn: position or colour is not a finite number");
  auto none = scatter();
  none.input("points", Array::of<float>({NAN, 0}, {1, 2}));
  CHECK_THROWS_WITH(none.draw(), Contains("none of the 1 points is finite"));
}

TEST_CASE("one point, equal points and equal colours are drawn without complaint") {
  for (const double value : {0.0, -3.5, 1e-30, 1e30}) {
    const auto v = float(value);
    auto run = scatter({{"format", Value::List{"png"}}, {"width", 200}, {"height", 200}});
    const Drawn drawn = run.input("points", Array::of<float>({v, v, v, v}, {2, 2}))
                            .input("color", Array::of<float>({v, v}))
                            .draw();
    INFO(value);
    CHECK(drawn.png().width == 400);
  }
}

TEST_CASE("every element type is taken for points and colours") {
  const auto draw = [](Array points, Array color) {
    auto run = scatter({{"format", Value::List{"png"}}});
    return run.input("points", std::move(points))
        .input("color", std::move(color))
        .draw()
        .figure.files;
  };
  const auto first = draw(Array::of<float>({0, 1, 2, 3}, {2, 2}), Array::of<std::uint8_t>({4, 6}));
  CHECK(first == draw(Array::of<double>({0, 1, 2, 3}, {2, 2}), Array::of<std::int64_t>({4, 6})));
  CHECK(first == draw(Array::of<std::int16_t>({0, 1, 2, 3}, {2, 2}),
                      Array::of<std::uint32_t>({4, 6}, {2, 1})));
}

TEST_CASE("what cannot be a scatter is said before anything is drawn") {
  const auto complaint = [](Array points, std::optional<Array> color,
                            const Value::Map& params = {}) {
    auto run = scatter(params);
    try {
      run.input("points", std::move(points));
      if (color) run.input("color", *color);
      run.preflight();
    } catch (const pipeline::Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  CHECK(complaint(Array::zeros<float>({5, 3}), {}) ==
        "points must be n×2, got 5×3; use an embedding or two columns");
  CHECK(complaint(Array::zeros<float>({0, 2}), {}) ==
        "there is no point to draw: points has 0 rows");
  CHECK(complaint(Array::zeros<float>({5, 2}), Array::zeros<float>({4})) ==
        "color must have a value for each of the 5 points, got 4");
  CHECK(complaint(Array::zeros<float>({5, 2}), Array::zeros<float>({5, 10})) ==
        "color must have one value a point, got 5×10");
  CHECK(complaint(Array::zeros<float>({5, 2}), Array::text("abcde")) ==
        "color has to be numbers, got text");
  CHECK(complaint(Array::zeros<float>({5, 2}), {}, {{"class_names", Value::List{"a"}}}) ==
        "class_names needs the input color, which is not wired");
}

TEST_CASE("classes that are none are refused with what to do") {
  auto fraction = scatter({{"color_scale", "classes"}});
  fraction.input("points", ten_points());
  fraction.input("color", Array::of<float>({0, 1, 2, 3, 4, 5, 6, 7, 8, 0.5F}));
  CHECK_THROWS_WITH(fraction.draw(),
                    "classes have to be whole numbers, got 0.5; use color_scale: continuous");
  auto unnamed = scatter({{"class_names", Value::List{"a", "b"}}});
  unnamed.input("points", ten_points()).input("color", ten_classes());
  CHECK_THROWS_WITH(unnamed.draw(),
                    "class 2 has no name: class_names has 2, for the classes 0 to 1");
}

TEST_CASE("sixty thousand points are drawn in seconds") {
  std::vector<float> points;
  for (int i = 0; i < 60000; ++i)
    points.insert(points.end(), {float(std::sin(i * 0.37)), float(std::cos(i * 0.73))});
  const auto start = std::chrono::steady_clock::now();
  auto run = scatter();
  const Drawn drawn = run.input("points", Array::of(points, {60000, 2})).draw();
  CHECK(drawn.png().width == 1600);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
}

TEST_CASE("points near the largest double have their places") {
  auto run = scatter({{"width", 400}, {"height", 400}, {"point_size", 20}});
  const Drawn drawn =
      run.input("points", Array::of<double>({-1.7e308, -1.7e308, 1.7e308, 1.7e308}, {2, 2})).draw();
  // Two whole discs of 40 pixels across, their smooth edges not counted.
  CHECK(pixels_of(drawn.png(), 0x1f77b4) == Approx(2 * M_PI * 19 * 19).epsilon(0.1));
  CHECK(count(svg_texts(drawn.svg()), "1.0e+308") + count(svg_texts(drawn.svg()), "1e+308") >= 2);
}

TEST_CASE("a smooth bar is drawn where it is asked for, with the names of classes beside it") {
  auto run =
      scatter({{"color_scale", "continuous"}, {"class_names", Value::List{"a0", "b1", "c2"}}});
  const Drawn drawn = run.input("points", Array::of<float>({0, 0, 1, 1}, {2, 2}))
                          .input("color", Array::of<float>({0.5F, 2}))
                          .draw();
  const auto texts = svg_texts(drawn.svg());
  CHECK(count(texts, "a0") == 0);
  CHECK(count(texts, "b1") == 1);
  CHECK(count(texts, "c2") == 1);
  // Steps would have three colours, of which 1/3 along jet is none.
  CHECK(shows(drawn.png(), 0x00d4ff, 20));
}

TEST_CASE("whole numbers are classes, whatever their type") {
  auto run = scatter();
  const Drawn drawn = run.input("points", ten_points())
                          .input("color", Array::of<float>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}))
                          .draw();
  for (const std::uint32_t color : kJet) CHECK(shows(drawn.png(), color, 800));
}

TEST_CASE("an SVG of very many points has an image of them, where the points lie") {
  // Three discs, one of them drawn sixty thousand times.
  std::vector<float> points = {0, 0, 1, 1};
  std::vector<float> color = {0, 1};
  for (int i = 0; i < 60000; ++i) {
    points.insert(points.end(), {0.5F, 0.25F});
    color.push_back(0.5F);
  }
  auto run = scatter({{"point_size", 20}, {"width", 400}, {"height", 400}});
  const Drawn drawn =
      run.input("points", Array::of(points, {60002, 2})).input("color", Array::of(color)).draw();
  CHECK(drawn.svg().size() < 200'000);
  CHECK(count(drawn.svg(), "<image ") == 1);
  CHECK_FALSE(svg_texts(drawn.svg()).empty());
  REQUIRE(drawn.log.size() == 1);
  CHECK(drawn.log[0] ==
        "60002 points: the SVG has them as an image, for as shapes they would take 6 MB");

  const std::string packed = image_in(drawn.svg());
  const Png image = read_png(packed);
  // An area of w×h px has its points a twenty-second from the edges: discs of 40 pixels across.
  const auto at = [&](double x, double y) {
    return image.at(int((1 + 20 * x) / 22 * image.width), int((21 - 20 * y) / 22 * image.height));
  };
  CHECK(at(0, 0) == 0x000080);
  CHECK(at(1, 1) == 0x800000);
  const std::uint32_t middle = at(0.5, 0.25);
  CHECK(std::abs(int(middle >> 16) - 0x7d) <= 3);
  CHECK(std::abs(int(middle >> 8 & 255) - 0xff) <= 3);
  CHECK(pixels_of(image, 0x000080) == Approx(M_PI * 400).epsilon(0.1));
}
