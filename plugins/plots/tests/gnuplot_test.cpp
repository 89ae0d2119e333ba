#include "gnuplot.h"

#include "pipeline/error.h"
#include "support.h"

using Catch::Contains;
using pipeline::Array;

namespace {

void draw_point() {
  FigureRun run("plot.scatter");
  run.input("points", Array::of<float>({0, 0}, {1, 2})).draw();
}

}  // namespace

TEST_CASE("without gnuplot the message says which package to install") {
  Variable path("PATH", "");
  CHECK_THROWS_WITH(draw_point(),
                    "gnuplot, which draws the figures, was not found in PATH (which is empty); "
                    "install it: apt-get install gnuplot-nox");
}

TEST_CASE("a figure that is too large to be drawn is refused before anything runs") {
  FigureRun run("plot.scatter", {{"width", 4000}, {"scale", 8}});
  run.input("points", Array::of<float>({0, 0}, {1, 2}));
  CHECK_THROWS_WITH(run.preflight(), Contains("32000×4800 pixels"));
  FigureRun tall("plot.image_grid", {{"columns", 1}});
  tall.input("images", Array::zeros<std::uint8_t>({100, 28, 28}));
  CHECK_THROWS_WITH(tall.preflight(), Contains("is the longest side that can be drawn"));
}

TEST_CASE(
    "a figure's parameters and sizes are checked without gnuplot, which a cached one needs not") {
  Folder empty;
  Variable path("PATH", empty.path());
  FigureRun run("plot.scatter");
  CHECK_NOTHROW(run.input("points", Array::zeros<float>({1, 2})).preflight());
}

TEST_CASE("what gnuplot complains of stands in the message") {
  FakeGnuplot gnuplot("echo 'line 3: undefined variable: x' >&2; exit 1");
  CHECK_THROWS_WITH(draw_point(),
                    "gnuplot ended with status 1; it said:\n  line 3: undefined variable: x");
}

TEST_CASE("a gnuplot that crashes or gives half a file is no figure") {
  SECTION("killed") {
    FakeGnuplot gnuplot("kill -11 $$");
    CHECK_THROWS_WITH(draw_point(), Contains("gnuplot was killed by signal 11"));
  }
  SECTION("half a file") {
    FakeGnuplot gnuplot("printf '\\211PNG\\r\\n'");
    CHECK_THROWS_WITH(draw_point(), Contains("gnuplot gave no complete png file (6 bytes)"));
  }
}

TEST_CASE("neither a user's gnuplot settings nor the locale change a figure") {
  const auto files = [] {
    FigureRun run("plot.scatter");
    return run.input("points", Array::of<float>({0.5F, 1.5F, 2, 3}, {2, 2})).draw().figure.files;
  };
  const auto expected = files();
  Folder home;
  std::ofstream(home.path() / ".gnuplot") << "set grid\nset decimalsign ','\n";
  Variable home_variable("HOME", home.path());
  Variable locale("LC_ALL", "de_DE.UTF-8");
  Variable font("GNUPLOT_DEFAULT_GDFONT", "serif");
  CHECK(files() == expected);
}

TEST_CASE("a figure larger than can be drawn is refused") {
  FigureRun run("plot.scatter", {{"width", 4000}, {"scale", 8}});
  run.input("points", Array::of<float>({0, 0}, {1, 2}));
  CHECK_THROWS_WITH(run.draw(), Contains("32000×4800 pixels") && Contains("smaller width"));
}
