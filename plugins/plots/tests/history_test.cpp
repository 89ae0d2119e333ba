#include <cmath>

#include "pipeline/error.h"
#include "support.h"

using Catch::Contains;
using pipeline::Array;
using pipeline::Table;
using pipeline::Value;

namespace {

Table training(bool accuracy = false) {
  Table table;
  table.add("epoch", Array::of<std::int64_t>({1, 2, 3, 4}));
  table.add("loss", Array::of<double>({0.7, 0.4, 0.3, 0.25}));
  table.add("val_loss", Array::of<double>({0.6, 0.45, 0.35, 0.3456789}));
  if (!accuracy) return table;
  table.add("acc", Array::of<float>({0.5F, 0.7F, 0.8F, 0.87654F}));
  table.add("val_acc", Array::of<float>({0.5F, 0.6F, 0.7F, 0.75F}));
  return table;
}

Table with_losses(const std::vector<double>& losses) {
  std::vector<std::int64_t> epochs;
  for (std::size_t i = 0; i < losses.size(); ++i) epochs.push_back(std::int64_t(i) + 1);
  Table table;
  table.add("epoch", Array::of(epochs));
  table.add("loss", Array::of(losses));
  return table;
}

Drawn draw(Table table, const Value::Map& params = {}) {
  FigureRun run("plot.history", params);
  return run.table(std::move(table)).draw();
}

constexpr std::uint32_t kRed = 0xff0000, kBlue = 0x0000ff;

}  // namespace

TEST_CASE("a history's legend has the last losses with six digits, as in the lecture") {
  const Drawn drawn = draw(training());
  CHECK(drawn.png().width == 1280);
  CHECK(drawn.png().height == 960);
  CHECK(has(drawn.svg(),
            {"<text>training loss (0.250000)</text>", "<text>validation loss (0.345679)</text>",
             "<text>epoch</text>", "<text>loss</text>"}));
  CHECK(pixels_of(drawn.png(), kRed) > 1000);
  CHECK(pixels_of(drawn.png(), kBlue) == 0);
  // Training whole, validation dashed, each in the figure and in the legend.
  CHECK(count(drawn.svg(), "stroke='rgb(255,   0,   0)' stroke-dasharray") == 2);
  CHECK(drawn.figure.data.size() == 3);
}

TEST_CASE("a second metric has an axis of its own in blue, with four digits in the legend") {
  const Drawn drawn = draw(training(true));
  CHECK(has(drawn.svg(), {"<text>training acc (0.8765)</text>",
                          "<text>validation acc (0.7500)</text>", "<text>acc</text>"}));
  CHECK(pixels_of(drawn.png(), kBlue) > 1000);
  CHECK(drawn.figure.data.size() == 5);
}

TEST_CASE("other columns are drawn by name") {
  Table table = with_losses({3, 2, 1});
  table.add("kl", Array::of<float>({1, 2, 3}));
  const Drawn drawn = draw(std::move(table), {{"second_metric", "kl"}, {"x_label", "iteration"}});
  CHECK(has(drawn.svg(), {"training kl (3.0000)", "iteration"}));
  CHECK_THROWS_WITH(draw(training(), {{"second_metric", "kl"}}), Contains("kl"));
  CHECK_THROWS_WITH(draw(training(), {{"metric", "los"}}), Contains("los"));
}

TEST_CASE("a single epoch is a point, not nothing") {
  const Drawn drawn = draw(with_losses({0.5}));
  // A disc of 10 pixels, without its edge, besides the line in the legend.
  CHECK(pixels_of(drawn.png(), kRed) > pixels_of(draw(with_losses({NAN})).png(), kRed) + 50);
  CHECK(has(drawn.svg(), {"<text>1</text>"}));
}

TEST_CASE("values that are not finite leave gaps, and the log says how many") {
  const Drawn drawn = draw(with_losses({3, NAN, 2, INFINITY, 1, 0.5}));
  REQUIRE(drawn.log.size() == 1);
  CHECK(drawn.log[0] == "training loss (0.500000): 2 of 6 values are not finite and leave gaps");
}

TEST_CASE("a training that diverged at once still has a figure, which says so") {
  CHECK(has(draw(with_losses({NAN, NAN})).svg(), {"<text>training loss (nan)</text>"}));
}

TEST_CASE("a logarithmic axis has powers of ten and leaves out what has no logarithm") {
  const Drawn drawn = draw(with_losses({1000, 10, 0, 0.1, 0.001}), {{"log", true}});
  CHECK(has(drawn.svg(), {"<text>100</text>", "<text>0.01</text>"}));
  REQUIRE(drawn.log.size() == 1);
  CHECK_THAT(drawn.log[0], Contains("1 of 5 values are not positive numbers"));
}

TEST_CASE("a logarithmic axis over less than a decade has tics too") {
  const Drawn drawn = draw(with_losses({0.52, 0.4, 0.33}), {{"log", true}});
  CHECK(has(drawn.svg(), {"<text>0.40</text>", "<text>0.50</text>"}));
}

TEST_CASE("a constant loss is drawn") {
  CHECK(pixels_of(draw(with_losses({0.5, 0.5, 0.5})).png(), kRed) > 1000);
  CHECK(pixels_of(draw(with_losses({0.5, 0.5}), {{"log", true}}).png(), kRed) > 1000);
}

TEST_CASE("equal histories give equal bytes") {
  CHECK(draw(training(true)).figure.files == draw(training(true)).figure.files);
}

TEST_CASE("a history without rows or epochs is refused") {
  CHECK_THROWS_WITH(
      draw(with_losses({})),
      "the history has no row: train for at least one epoch to have a course to draw");
  Table table;
  table.add("loss", Array::of<float>({1}));
  CHECK_THROWS_WITH(draw(std::move(table)), Contains("epoch"));
  Table endless;
  endless.add("epoch", Array::of<float>({NAN}));
  endless.add("loss", Array::of<float>({1}));
  CHECK_THROWS_WITH(draw(std::move(endless)), Contains("not finite"));
}

TEST_CASE("a first epoch that dwarfs the others leaves them readable, and the figure says so") {
  const Drawn drawn = draw(with_losses({1e6, 0.5, 0.4, 0.3, 0.25}));
  const auto texts = svg_texts(drawn.svg());
  CHECK(count(texts, "0.30") + count(texts, "0.3") == 1);
  CHECK(count(texts, "epoch 1 is beyond the axis: training loss 1e+06") == 1);
  REQUIRE(drawn.log.size() == 1);
  CHECK(drawn.log[0] == "epoch 1 is beyond the axis: training loss 1e+06");
  // A loss that falls as losses do is shown whole.
  CHECK(draw(with_losses({3, 0.5, 0.4, 0.3, 0.25})).log.empty());
}

TEST_CASE("losses of any size are drawn") {
  for (const double size : {1e308, 1e-300})
    CHECK(pixels_of(draw(with_losses({1.5 * size, 1.2 * size, size})).png(), kRed) > 1000);
}

TEST_CASE("accuracy is the second metric under its long name, too") {
  Table table = with_losses({3, 2, 1});
  table.add("accuracy", Array::of<float>({0.1F, 0.5F, 0.75F}));
  CHECK(has(draw(std::move(table)).svg(), {"<text>training accuracy (0.7500)</text>"}));
}
