#include "gnuplot.h"

#include <fmt/format.h>

#include <cmath>

#include "pipeline/error.h"
#include "process.h"
#include "script.h"

namespace plots {
namespace {

using pipeline::Error;

constexpr std::chrono::minutes kTimeLimit{2};
constexpr double kFontSize = 10;          // points
constexpr double kPxOfPoint = 96.0 / 72;  // pngcairo sizes fonts so, an SVG takes points for px

/// The longest side of a PNG, in pixels: cairo draws none that is longer than 32767.
constexpr double kLongestSide = 16384;

/// The terminal, and what makes a point's diameter in px its size there: gnuplot's PNG strokes the
/// circle's edge with a line of 1 px, its SVG does not.
std::string terminal(const std::string& format, const Drawing& drawing, double scale) {
  if (format == "svg")
    return fmt::format(
        "set terminal svg noenhanced size {},{} font \"DejaVu Sans,{}\" fontscale {} "
        "background \"#ffffff\"\ndiameter(px) = px / 7.5\n",
        std::lround(drawing.width), std::lround(drawing.height), number(kFontSize),
        number(kPxOfPoint));
  const std::string times = number(scale);
  return fmt::format(
      "set terminal pngcairo noenhanced size {},{} font \"DejaVu Sans,{}\" fontscale {} "
      "linewidth {} pointscale {} background \"#ffffff\"\n"
      "diameter(px) = (px - 1) / 6.0\n",
      std::lround(drawing.width * scale), std::lround(drawing.height * scale), number(kFontSize),
      times, times, times);
}

/// Without this a viewer smooths the images of an SVG; a PNG has them as they are.
void keep_pixels_sharp(std::string& svg) {
  constexpr std::string_view kImage = "<image ", kStyle = "style='image-rendering:pixelated' ";
  for (std::size_t at = 0; (at = svg.find(kImage, at)) != std::string::npos;)
    svg.insert(at += kImage.size(), kStyle);
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
}

/// What gnuplot writes as it is: XML allows no `]]>` in a text, and takes `&#9;` for a character.
void escape_texts(std::string& svg) {
  replace_all(svg, "]]>", "]]&gt;");
  replace_all(svg, "&#", "&amp;#");
}

bool complete(const std::string& format, std::string_view file) {
  const std::string_view end = format == "png" ? std::string_view("IEND\xae\x42\x60\x82", 8)
                                               : std::string_view("</svg>\n\n");
  const std::string_view trimmed = format == "png" ? end : end.substr(0, 6);
  return file.size() > end.size() &&
         file.substr(file.size() - end.size()).find(trimmed) != std::string_view::npos;
}

/// The first lines of what gnuplot said, without empty ones.
std::string excerpt(std::string_view text) {
  std::string result;
  int lines = 0;
  while (!text.empty() && lines < 5) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.find_first_not_of(" \t\r^") == std::string_view::npos) continue;
    result += (lines++ ? "\n  " : "  ") + std::string(line);
  }
  return result.empty() ? "  (nothing)" : result;
}

constexpr const char *kDraws = "draws the figures", *kInstall = "apt-get install gnuplot-nox";

// Where it has gone since the run began.
std::string not_installed() {
  const char* path = std::getenv("PATH");
  return fmt::format("gnuplot, which {}, was not found in PATH ({}); install it: {}", kDraws,
                     path && *path ? path : "which is empty", kInstall);
}

void check(const Finished& finished, const std::string& format) {
  const std::string said = "; it said:\n" + excerpt(finished.errors);
  switch (finished.how) {
    case Finished::How::not_found: throw Error(not_installed());
    case Finished::How::timed_out:
      throw Error(fmt::format("gnuplot did not end within {} s and was stopped",
                              std::chrono::seconds(kTimeLimit).count()) +
                  said);
    case Finished::How::killed:
      throw Error(fmt::format("gnuplot was killed by signal {}", finished.code) + said);
    case Finished::How::exited: break;
  }
  if (finished.code != 0)
    throw Error(fmt::format("gnuplot ended with status {}", finished.code) + said);
  if (!complete(format, finished.out))
    throw Error(
        fmt::format("gnuplot gave no complete {} file ({} bytes); version 5.4 or newer with "
                    "the terminals pngcairo and svg is needed (Debian's gnuplot-nox)",
                    format, finished.out.size()) +
        said);
}

}  // namespace

const std::string kDataFile = fmt::format("\"{}\"", file_name(0));

void FigureParams::declare(pipeline::Declaration& d) {
  d.program("gnuplot", kDraws, kInstall);
  d.param("title", title, "text above the figure; a line break starts a new line");
  d.param("scale", scale, "pixels of the PNG for each px of the drawing; 2 suits dense screens")
      .range(0.5, 8);
  d.param("format", formats, "files to draw").choices({"png", "svg"}).items(1, 2);
}

void FigureParams::preflight(double width, double height) const {
  const bool has_png = std::count(formats.begin(), formats.end(), "png") > 0;
  const double pixels = has_png ? scale : 1;
  if (std::max(width, height) * pixels > kLongestSide)
    throw Error(
        fmt::format("the figure would have {}×{} pixels, and {} is the longest side that can "
                    "be drawn; give a smaller width, height or scale",
                    std::lround(width * pixels), std::lround(height * pixels), kLongestSide));
}

std::string draw_format(const Drawing& drawing, const std::string& format,
                        const FigureParams& params, const pipeline::Context& context) {
  params.preflight(drawing.width, drawing.height);
  const std::string script =
      "set encoding utf8\n" + terminal(format, drawing, params.scale) + drawing.script;
  Command command;
  // -d: neither the user's nor the system's start file may change a figure.
  command.arguments = {"gnuplot", "-d", file_name(1)};
  command.files = {drawing.data, script};
  command.drop_variables = {"GNUPLOT", "GNUTERM", "GDFONTPATH", "LC_", "LANG"};
  command.variables = {"LC_ALL=C.UTF-8"};
  command.time_limit = kTimeLimit;
  command.check_cancelled = [&] { context.check_cancelled(); };
  Finished finished = run_command(command);
  check(finished, format);
  if (format == "svg") {
    keep_pixels_sharp(finished.out);
    escape_texts(finished.out);
  }
  return std::move(finished.out);
}

std::map<std::string, std::string> draw(const Drawing& drawing, const FigureParams& params,
                                        const pipeline::Context& context) {
  std::map<std::string, std::string> files;
  for (const std::string& format : params.formats)
    if (!files.count(format)) files[format] = draw_format(drawing, format, params, context);
  return files;
}

}  // namespace plots
