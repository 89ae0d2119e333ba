#include "script.h"

#include "colormap.h"
#include "legend.h"
#include "log_tics.h"
#include "pipeline/error.h"
#include "support.h"

using namespace plots;

TEST_CASE("text is quoted so that nothing in it means anything to gnuplot") {
  CHECK(quote("Loss, 2nd run (a-b): 0.5") == "\"Loss, 2nd run (a-b): 0.5\"");
  CHECK(quote("\"'`\\") == "\"\\\"'\\140\\134\"");
  CHECK(quote("a\nb\tc\r") == "\"a\\nb c \"");
  CHECK(quote("@x $y {z}") == "\"\\100x $y {z}\"");
  CHECK(quote(std::string_view("a\0b", 3)) == "\"a b\"");
}

TEST_CASE("text that is UTF-8 stays, and other bytes become the replacement character") {
  CHECK(quote("ä") == "\"\\303\\244\"");
  CHECK(quote("\xef\xbf\xbf!") == "\"\\357\\277\\275!\"");  // no character
  CHECK(quote("\xff!") == "\"\\357\\277\\275!\"");
  CHECK(quote("\xc0\xaf") == "\"\\357\\277\\275\\357\\277\\275\"");
  CHECK(quote("\xe2\x82") == "\"\\357\\277\\275\\357\\277\\275\"");
  CHECK(quote("\xf0\x9f\x99\x82") == "\"\\360\\237\\231\\202\"");
}

TEST_CASE("a percent sign in a tic's label is no format") {
  CHECK(quote_tic("50%d") == "\"50%%d\"");
}

TEST_CASE("a tic's label of more than 50 bytes is cut between letters and says so") {
  CHECK(quote_tic(std::string(50, 'a')) == '"' + std::string(50, 'a') + '"');
  CHECK(quote_tic(std::string(51, 'a')) == '"' + std::string(47, 'a') + "\\342\\200\\246\"");
  CHECK(quote_tic(std::string(46, 'a') + "äbcd") ==
        '"' + std::string(46, 'a') + "\\342\\200\\246\"");
}

TEST_CASE("numbers are written so that they read back the same") {
  CHECK(number(0.1) == "0.1");
  CHECK(number(3) == "3");
  CHECK(std::stod(number(1 / 3.0)) == 1 / 3.0);
}

TEST_CASE("colours are read by name and as six digits, and nothing else") {
  CHECK(parse_color("#1f77b4") == 0x1f77b4);
  CHECK(parse_color("orange") == 0xffa500);
  for (const char* wrong : {"#1f77b", "#1f77bg", "1f77b4", "reddish", "", "#+12345", "#-12345"})
    CHECK_THROWS_WITH(parse_color(wrong), Catch::Contains("is no colour; expected \"#rrggbb\""));
}

// for n in names: m = matplotlib.cm.get_cmap(n, 256); [m(i) for i in (0, 40, 85, 128, 170, 213,
// 255)] with matplotlib 3.6.3, channels rounded to 8 bits.
TEST_CASE("colour maps are matplotlib's within one level a channel") {
  const std::map<std::string, std::vector<Rgb>> expected = {
      {"jet", {0x000080, 0x0020ff, 0x00d4ff, 0x7dff7a, 0xffe600, 0xff4700, 0x800000}},
      {"viridis", {0x440154, 0x453781, 0x31688e, 0x21918c, 0x35b779, 0x90d743, 0xfde725}},
      {"rainbow", {0x8000ff, 0x3079f7, 0x2adddd, 0x80ffb4, 0xd4dd80, 0xff7e41, 0xff0000}},
      {"coolwarm", {0x3b4cc0, 0x6c8ff1, 0xaac7fd, 0xdddcdc, 0xf7b89c, 0xe7745b, 0xb40426}},
      {"gray", {0x000000, 0x282828, 0x555555, 0x808080, 0xaaaaaa, 0xd5d5d5, 0xffffff}},
      {"jet_r", {0x800000, 0xff3f00, 0xffe600, 0x7aff7d, 0x00d4ff, 0x0028ff, 0x000080}}};
  const std::vector<double> places = {0, 40, 85, 128, 170, 213, 255};
  for (const auto& [name, colors] : expected) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      const Rgb got = color_at(name, places[i] / 255);
      INFO(name << " at " << places[i] << ": " << std::hex << got << " for " << colors[i]);
      for (const int shift : {16, 8, 0})
        CHECK(std::abs(int(got >> shift & 255) - int(colors[i] >> shift & 255)) <= 1);
    }
  }
  CHECK(colormaps().size() == 10);
}

TEST_CASE("a legend goes where the curves are not") {
  const Curve falling{{0, 0.1, 1}, {1, 0, 0}}, rising{{0, 0.1, 1}, {0, 1, 1}};
  CHECK(emptiest_place({falling}, 0.4, 0.2) == "top right");
  CHECK(emptiest_place({rising}, 0.4, 0.2) == "bottom right");
  CHECK(emptiest_place({falling, rising}, 0.4, 0.2) == "center right");
  CHECK(emptiest_place({}, 0.4, 0.2) == "top right");
  CHECK(emptiest_place({{{0, 1}, {NAN, NAN}}}, 1, 1) == "top right");
}

TEST_CASE("a logarithmic axis has a handful of round tics, whatever it spans") {
  CHECK(log_tics(0.0009, 2000) == std::vector<double>{0.001, 0.01, 0.1, 1, 10, 100, 1000});
  const std::vector<double> near = log_tics(0.3, 0.53);
  REQUIRE(near.size() >= 4);
  CHECK(near.front() == Approx(0.3));
  for (const auto& [least, most] :
       {std::pair{1e-300, 1e300}, {1e-12, 1.0}, {0.2, 5.0}, {1.0, 1.0001}, {3.0, 80.0}}) {
    const std::vector<double> tics = log_tics(least, most);
    INFO(least << " to " << most << ": " << tics.size());
    CHECK(tics.size() >= 3);
    CHECK(tics.size() <= 12);
  }
}
