#include "support.h"

using pipeline::Array;
using pipeline::Table;
using pipeline::Value;

namespace {

/// Every sign of ASCII before every digit, a text a sign, and some of two and more bytes.
std::vector<std::string> texts() {
  std::vector<std::string> texts;
  const auto add = [&](const std::string& sign) {
    std::string text;
    for (char digit = '0'; digit <= '9'; ++digit) text += sign + digit;
    texts.push_back(text);
  };
  for (char sign = ' '; sign < '\x7f'; ++sign) add(std::string(1, sign));
  for (const char* sign : {"ä", "€", "\xf0\x9f\x99\x82"}) add(sign);
  texts.push_back("latent=2, lr=0.001, 1/2, #1");
  return texts;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

/// Each text stands in the SVG as often as it is to be drawn.
void check_shown(const Drawn& drawn, const std::vector<std::string>& texts, std::size_t times = 1) {
  const std::vector<std::string> shown = svg_texts(drawn.svg());
  for (const std::string& text : texts) {
    INFO(text);
    CHECK(count(shown, text) == times);
  }
}

Array point() { return Array::of<float>({0, 0}, {1, 2}); }

/// As many at once as there is room for.
std::vector<std::vector<std::string>> parts(std::size_t size) {
  const std::vector<std::string> all = texts();
  std::vector<std::vector<std::string>> parts;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % size == 0) parts.emplace_back();
    parts.back().push_back(all[i]);
  }
  return parts;
}

}  // namespace

TEST_CASE("every sign before every digit is itself in titles and axis labels, a line each") {
  for (const std::vector<std::string>& part : parts(10)) {
    const std::string text = joined(part);
    FigureRun run("plot.scatter",
                  {{"title", text}, {"x_label", text}, {"y_label", text}, {"color_label", text}});
    check_shown(run.input("points", point()).input("color", Array::of<float>({1})).draw(), part, 4);
  }
}

TEST_CASE("every sign before every digit is itself in class names") {
  for (const std::vector<std::string>& part : parts(20)) {
    FigureRun run("plot.scatter", {{"class_names", Value::List(part.begin(), part.end())}});
    check_shown(run.input("points", point()).input("color", Array::of<std::uint8_t>({0})).draw(),
                part);
  }
}

TEST_CASE("every sign before every digit is itself above a grid and its images") {
  const std::vector<std::string> all = texts();
  const auto n = std::int64_t(all.size());
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < n; ++i) labels.push_back(i);
  FigureRun run("plot.image_grid", {{"title", joined(all)},
                                    {"titles", "{label}\n{label}"},
                                    {"class_names", Value::List(all.begin(), all.end())}});
  check_shown(run.input("images", Array::zeros<float>({n, 20, 20}))
                  .input("labels", Array::of(labels))
                  .draw(),
              all, 3);
}

TEST_CASE("every sign before every digit is itself in a legend") {
  for (const std::string& text : texts()) {
    Table table;
    table.add("epoch", Array::of<std::int64_t>({1, 2}));
    table.add(text, Array::of<double>({2, 1}));
    FigureRun run("plot.history", {{"metric", text}, {"format", Value::List{"svg"}}});
    check_shown(run.table(std::move(table)).draw(), {"training " + text + " (1.000000)"});
  }
}

TEST_CASE("a class is a whole number however large, and its texts are told by it") {
  FigureRun run("plot.scatter");
  check_shown(run.input("points", Array::of<float>({0, 0, 1, 1}, {2, 2}))
                  .input("color", Array::of<std::int64_t>({1'000'000, 30'000'000}))
                  .draw(),
              {"1000000", "30000000"});
}
